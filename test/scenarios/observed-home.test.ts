import { describe, expect, it } from 'vitest';
import { AwsError } from '../../simulator/wire/aws-error.ts';
import { minutes, openBox } from './box.ts';
import { bootGroup, instancesOf } from './fleet.ts';

const CHANGES = ['CompleteLifecycleAction', 'RecordLifecycleActionHeartbeat', 'UpdateContainerInstancesState'];

/** The group of an observed cluster, whose first instance was let go before: where the group belongs is known. */
async function observed() {
  const outage = { isOn: false };
  const unavailable = new AwsError('ServerException', 'Service Unavailable', { status: 503 });
  const box = await openBox({
    intercept: ({ service }) =>
      outage.isOn && service === 'ecs' ? { effect: 'none', answer: unavailable } : undefined,
  });
  const resourceArn = 'arn:aws:ecs:eu-central-1:111122223333:cluster/prod';
  await box.simulator.call('ecs', 'TagResource', { resourceArn, tags: [{ key: 'ebbtide:mode', value: 'observe' }] });
  const [first = '', second = ''] = await bootGroup(box, { desired: 2 });
  box.world.terminateInstanceInGroup(first, 'shrink');
  await box.run(minutes(8));
  expect(box.calls(...CHANGES)).toEqual([]);
  return { box, outage, second };
}

describe('a group whose cluster is only observed', () => {
  it('keeps the hook of an instance that never registered as it is', async () => {
    const { box } = await observed();
    box.world.breakNewAgents('web');
    box.world.setDesiredCapacity('web', 2);
    await box.run(minutes(3));
    const id = instancesOf(box, 'web').find((one) =>
      box.views.containerInstances().every(({ ec2InstanceId }) => ec2InstanceId !== one),
    );

    box.world.terminateInstanceInGroup(id ?? '', 'shrink');
    await box.run(minutes(3));

    expect(box.logs('terminate action: release')).not.toEqual([]);
    expect(box.calls(...CHANGES)).toEqual([]);
  });

  it('gets no heartbeat while ECS does not say where an instance is', async () => {
    const { box, outage, second } = await observed();

    outage.isOn = true;
    box.world.terminateInstanceInGroup(second, 'shrink');
    await box.run(minutes(4));

    expect(box.logs('would act').map(({ effect }) => effect)).toContainEqual(
      expect.objectContaining({ operation: 'RecordLifecycleActionHeartbeat', subject: second }),
    );
    expect(box.calls(...CHANGES)).toEqual([]);
  });
});
