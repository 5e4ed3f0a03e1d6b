import { describe, expect, it } from 'vitest';
import { type BoxOptions, minutes, openBox, redeploy } from './box.ts';
import { bootGroup, containerInstance, groupInstance, instancesOf, LAUNCH_HOOK } from './fleet.ts';
import { isEcs, outageOf } from './outage.ts';

const CHANGES = ['CompleteLifecycleAction', 'RecordLifecycleActionHeartbeat', 'UpdateContainerInstancesState'];

/** A box in which ECS, or another service, can be made to fail. */
async function open(settings: BoxOptions['settings'] = {}, fails = isEcs) {
  const { outage, intercept } = outageOf(fails);
  const box = await openBox({ settings, intercept });
  return { box, outage };
}

/** The group of an observed cluster, whose first instance was let go before: where the group belongs is known. */
async function observed(settings: BoxOptions['settings'] = {}, fails = isEcs) {
  const { box, outage } = await open(settings, fails);
  const resourceArn = 'arn:aws:ecs:eu-central-1:111122223333:cluster/prod';
  await box.simulator.call('ecs', 'TagResource', { resourceArn, tags: [{ key: 'ebbtide:mode', value: 'observe' }] });
  const [first = '', second = ''] = await bootGroup(box, { desired: 2, spot: true });
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

it('an instance of an observed cluster gets no heartbeat while the table does not say whose its group is', async () => {
  const { box, outage, second } = await observed({}, ({ service }) => service === 'dynamodb');

  outage.isOn = true;
  box.world.terminateInstanceInGroup(second, 'shrink');
  await box.run(minutes(4));

  expect(box.logs('would act').map(({ effect }) => effect)).toContainEqual(
    expect.objectContaining({ operation: 'RecordLifecycleActionHeartbeat', subject: second }),
  );
  expect(box.calls(...CHANGES)).toEqual([]);
});

it('an instance of its warm pool gets none either, where nothing else is left of the group', async () => {
  const { box, outage } = await open({ clusters: '*,!prod' }, ({ service }) => service === 'dynamodb');
  const warmPool = { minSize: 0, poolState: 'Running', reuseOnScaleIn: true } as const;
  const [id = ''] = await bootGroup(box, { desired: 1, warmPool });
  await box.run(minutes(1));

  outage.isOn = true;
  box.world.setDesiredCapacity('web', 0);
  await box.run(minutes(4));

  expect(groupInstance(box, id).lifecycleState).toMatch(/^Warmed:.*Wait$/);
  expect(box.calls(...CHANGES)).toEqual([]);
});

it('a group whose hooks were completed gets no heartbeat once the stack only observes, though ECS does not answer', async () => {
  const { box, outage } = await open();
  const [first = '', second = ''] = await bootGroup(box, { desired: 2, spot: true });
  box.world.terminateInstanceInGroup(first, 'shrink');
  await box.run(minutes(8));
  expect(box.calls('CompleteLifecycleAction')).toHaveLength(1);

  redeploy(box, { mode: 'observe' });
  const before = box.calls(...CHANGES).length;
  outage.isOn = true;
  box.world.terminateInstanceInGroup(second, 'shrink');
  await box.run(minutes(4));

  expect(box.logs('would act').map(({ effect }) => effect)).toContainEqual(
    expect.objectContaining({ operation: 'RecordLifecycleActionHeartbeat', subject: second }),
  );
  expect(box.calls(...CHANGES)).toHaveLength(before);
});

/** No event comes, and no sweep either before the fourth minute. */
const LATE_SWEEPS: BoxOptions = {
  deliveryFault: ({ rule, event }) => (rule.includes('Sweep') && event.time >= '2026-01-05T08:04' ? [0] : []),
};

it.each([
  ['', {}],
  [', though it is at home already when the first look finds it', LATE_SWEEPS],
])(
  'the launch hook of an instance that is at home in an observed cluster ends as if nobody looked%s',
  async (_, options) => {
    const box = await openBox(options);
    const resourceArn = 'arn:aws:ecs:eu-central-1:111122223333:cluster/prod';
    await box.simulator.call('ecs', 'TagResource', { resourceArn, tags: [{ key: 'ebbtide:mode', value: 'observe' }] });
    const lifecycleHooks = [{ ...LAUNCH_HOOK, defaultResult: 'CONTINUE' }] as const;
    box.world.createAutoScalingGroup({ name: 'late', cluster: 'prod', desired: 1, maxSize: 2, lifecycleHooks });
    await box.run(minutes(10));

    const [id = ''] = instancesOf(box, 'late');
    expect(groupInstance(box, id).hooks.at(-1)?.end).toMatchObject({ by: { kind: 'heartbeat-timeout' } });
    // Before it registers, nobody knows where it is at home.
    const knownAtMs = containerInstance(box, id).connectivityChangedAtMs;
    expect(box.calls(...CHANGES).filter(({ at }) => Date.parse(at) > knownAtMs)).toEqual([]);
  },
);

describe('what began in an observed cluster, while ECS does not answer and every function starts anew', () => {
  it.each([
    ['a drain', false],
    ['a drain for an interruption that a hook joined', true],
  ])('%s gets no heartbeat, and its hook is not completed at the deadline', async (_, isInterrupted) => {
    const { box, outage, second } = await observed({ drainDeadlineMinutes: '4' });
    box.world.runTask({ cluster: 'prod', family: 'report', cpu: 64, memory: 64, on: second });
    await box.run(minutes(1));
    if (isInterrupted) box.world.interruptSpot(second, { comesTrue: false });
    await box.run(10_000);
    box.world.terminateInstanceInGroup(second, 'shrink');
    await box.run(30_000);

    outage.isOn = true;
    box.simulator.lambda.recycle();
    await box.run(minutes(4.5));

    const wouldBe = box.logs('would act').map(({ effect }) => effect as { operation: string; subject: string });
    const operations = wouldBe.filter(({ subject }) => subject === second).map(({ operation }) => operation);
    expect(operations).toEqual(expect.arrayContaining(CHANGES.slice(0, 2)));
    expect(box.calls(...CHANGES)).toEqual([]);
    const told = box.alerts().filter(({ subject }) => subject.includes('deadline'));
    expect(told.map(({ subject }) => subject)).toEqual([expect.stringMatching(/^\[observe\]/)]);
  });

  it('the wait for a launched instance gets no heartbeat', async () => {
    const { box, outage } = await observed();
    const tags = { 'ebbtide:cluster': 'prod' };
    const group = { name: 'late', cluster: 'prod', desired: 0, maxSize: 2, tags, lifecycleHooks: [LAUNCH_HOOK] };
    box.world.createAutoScalingGroup(group);
    box.world.breakNewAgents('late');
    box.world.setDesiredCapacity('late', 1);
    await box.run(minutes(1));
    const [id] = instancesOf(box, 'late');

    outage.isOn = true;
    box.simulator.lambda.recycle();
    await box.run(minutes(4));

    expect(box.logs('would act').map(({ effect }) => effect)).toContainEqual(
      expect.objectContaining({ operation: 'RecordLifecycleActionHeartbeat', subject: id }),
    );
    expect(box.calls(...CHANGES)).toEqual([]);
  });
});
