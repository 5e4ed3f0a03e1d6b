import { describe, expect, it } from 'vitest';
import { type BoxOptions, minutes, openBox } from './box.ts';
import { bootGroup, groupInstance, instancesOf, LAUNCH_HOOK, TERMINATE_HOOK } from './fleet.ts';
import { isEcs, outageOf } from './outage.ts';

const CHANGES = ['CompleteLifecycleAction', 'RecordLifecycleActionHeartbeat', 'SetInstanceHealth'];

/** A stack that acts, and the cluster `stage` that is only observed. */
async function openObserved(options: BoxOptions = {}) {
  const box = await openBox(options);
  box.world.createCluster({ name: 'stage' });
  const resourceArn = 'arn:aws:ecs:eu-central-1:111122223333:cluster/stage';
  await box.simulator.call('ecs', 'TagResource', { resourceArn, tags: [{ key: 'ebbtide:mode', value: 'observe' }] });
  return box;
}

const HOOK = { ...LAUNCH_HOOK, heartbeatTimeoutSeconds: 600, defaultResult: 'CONTINUE' } as const;

describe('an instance that only its registration shows to be at home in an observed cluster', () => {
  it('is let go by nobody, found when its agent is there already', async () => {
    const sleep = { isOn: true };
    const box = await openObserved({ deliveryFault: () => (sleep.isOn ? [] : [0]) });
    const group = { name: 'late', cluster: 'stage', desired: 1, maxSize: 2, lifecycleHooks: [HOOK] };
    box.world.createAutoScalingGroup(group);
    await box.run(minutes(4));
    sleep.isOn = false;
    await box.run(minutes(11));

    const [id = ''] = instancesOf(box, 'late');
    expect(groupInstance(box, id).hooks.at(-1)?.end).toMatchObject({ by: { kind: 'heartbeat-timeout' } });
    expect(box.calls(...CHANGES)).toEqual([]);
  });

  it('is let go by nobody, although the others of its group were in a cluster where Ebbtide acts', async () => {
    const box = await openObserved();
    const lifecycleHooks = [TERMINATE_HOOK, HOOK];
    const [first = ''] = await bootGroup(box, { desired: 1, lifecycleHooks });
    await box.run(minutes(3));
    box.world.terminateInstanceInGroup(first, 'shrink');
    await box.run(minutes(3));
    const before = box.calls(...CHANGES).length;
    expect(before).toBeGreaterThan(1);

    box.world.setDesiredCapacity('web', 1);
    await box.run(10_000);
    const [id = ''] = instancesOf(box, 'web');
    box.world.moveAgent(id, 'stage');
    await box.run(minutes(8));

    expect(box.views.containerInstances().find((one) => one.ec2InstanceId === id)?.arn).toContain('/stage/');
    expect(groupInstance(box, id).lifecycleState).toBe('Pending:Wait');
    expect(box.calls('CompleteLifecycleAction').filter(({ input }) => input.InstanceId === id)).toEqual([]);
    expect(box.calls(...CHANGES)).toHaveLength(before);
  });

  it('is told of as observed, where its agent is silent', async () => {
    const box = await openObserved({ settings: { launchDeadlineMinutes: '6' } });
    const lifecycleHooks = [{ ...HOOK, heartbeatTimeoutSeconds: 1_200 }];
    box.world.createAutoScalingGroup({ name: 'late', cluster: 'stage', desired: 1, maxSize: 2, lifecycleHooks });
    const isRegistered = () => box.views.containerInstances().length > 0;
    for (let second = 0; second < 300 && !isRegistered(); second++) await box.run(1_000);
    const [id = ''] = instancesOf(box, 'late');
    box.world.disconnectAgent(id, { cause: 'unreachable' });
    await box.run(minutes(9));

    expect(box.alerts().map(({ subject }) => subject)).toEqual([expect.stringMatching(/^\[observe\] \[stage\] /)]);
    expect(box.calls(...CHANGES)).toEqual([]);
  });

  it('gets no heartbeat while ECS does not answer, after its agent was seen there', async () => {
    const { outage, intercept } = outageOf(isEcs);
    const box = await openObserved({ intercept });
    box.world.createAutoScalingGroup({
      name: 'late',
      cluster: 'stage',
      desired: 1,
      maxSize: 2,
      lifecycleHooks: [{ ...HOOK, heartbeatTimeoutSeconds: 900 }],
    });
    await box.run(minutes(5));
    expect(box.views.containerInstances()).toMatchObject([{ agentConnected: true }]);
    const before = box.calls(...CHANGES).length;

    outage.isOn = true;
    await box.run(minutes(5));
    expect(box.calls(...CHANGES)).toHaveLength(before);
  });
});
