import { describe, expect, it } from 'vitest';
import { type Box, minutes, openBox } from './box.ts';
import { bootGroup, containerInstance, groupInstance, hookEnd, instancesOf, LAUNCH_HOOK } from './fleet.ts';

const CHANGES = ['CompleteLifecycleAction', 'RecordLifecycleActionHeartbeat'];

describe('an instance that never registered, of a group of which nothing is remembered', () => {
  it.each([
    ['others of it are in an observed cluster', {}, 1],
    ['its tag names an observed cluster', { 'ebbtide:cluster': 'stage' }, 0],
  ])('is let go by nobody where %s', async (_, tags, settled) => {
    const box = await openBox({ settings: { unregisteredMinutes: 'off' } });
    box.world.createCluster({ name: 'stage', tags: { 'ebbtide:mode': 'observe' } });
    await bootGroup(box, { cluster: 'stage', desired: settled, tags });
    box.world.breakNewAgents('web');
    box.world.setDesiredCapacity('web', settled + 1);
    await box.run(minutes(3));
    const isRegistered = (id: string) => box.views.containerInstances().some((one) => one.ec2InstanceId === id);
    const id = instancesOf(box, 'web').find((one) => !isRegistered(one)) ?? '';

    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(4));

    expect(hookEnd(box, id)).toBeUndefined();
    expect(box.logs('would act').map(({ effect }) => effect)).toContainEqual(
      expect.objectContaining({ operation: 'CompleteLifecycleAction', subject: id }),
    );
    expect(box.calls(...CHANGES)).toEqual([]);
  });
});

describe('an instance that is launched into a group of which nothing is remembered', () => {
  it('is waited for by what the tags of the cluster say that the others of its group are in', async () => {
    const box = await openBox({ settings: { launchDeadlineMinutes: '5' } });
    const tags = { 'ebbtide:launch-deadline-minutes': '12', 'ebbtide:launch-deadline-result': 'CONTINUE' };
    box.world.createCluster({ name: 'stage', tags });
    await bootGroup(box, { cluster: 'stage', desired: 1, lifecycleHooks: [LAUNCH_HOOK] });
    box.world.breakNewAgents('web');
    box.world.setDesiredCapacity('web', 2);
    await box.run(minutes(1));
    const id = instancesOf(box, 'web').at(-1) ?? '';
    await box.run(minutes(9));
    const end = () => groupInstance(box, id).hooks.at(-1)?.end;

    expect(end()).toBeUndefined();
    await box.run(minutes(5));
    expect(end()).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
  });

  it('is let into the warm pool by nobody where the others of its group are in an observed cluster', async () => {
    const box = await openBox();
    box.world.createCluster({ name: 'stage', tags: { 'ebbtide:mode': 'observe' } });
    const warmPool = { minSize: 1, poolState: 'Stopped', reuseOnScaleIn: false } as const;
    await bootGroup(box, { cluster: 'stage', desired: 1, warmPool });
    box.world.putLifecycleHook('web', { ...LAUNCH_HOOK, heartbeatTimeoutSeconds: 900 });
    // Another one fills the pool.
    box.world.setDesiredCapacity('web', 2);
    await box.run(minutes(6));

    expect(box.views.groupInstances().map(({ lifecycleState }) => lifecycleState)).toContain('Warmed:Pending:Wait');
    expect(box.calls(...CHANGES)).toEqual([]);
  });
});

describe('one instance of an observed group that was moved to a cluster where Ebbtide acts', () => {
  /** A group of three in a cluster that is only observed; its first instance has been moved to `prod`. */
  async function withOneMoved() {
    const box = await openBox({ agentConnectionsEnd: false });
    box.world.createCluster({ name: 'stage', tags: { 'ebbtide:mode': 'observe' } });
    const [moved = ''] = await bootGroup(box, { cluster: 'stage', desired: 3 });
    const old = containerInstance(box, moved).arn;
    box.world.moveAgent(moved, 'prod');
    await box.run(minutes(2));
    return { box, moved, old };
  }

  /** Launches an instance that does not register, and has the group let it go. */
  async function letUnregisteredGo(box: Box): Promise<void> {
    box.world.breakNewAgents('web');
    box.world.setDesiredCapacity('web', 4);
    await box.run(minutes(3));
    const isRegistered = (id: string) => box.views.containerInstances().some((one) => one.ec2InstanceId === id);
    const id = instancesOf(box, 'web').find((one) => !isRegistered(one)) ?? '';
    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(3));
  }

  it('does not speak for its group: an instance of it that never registered is let go by nobody', async () => {
    const { box } = await withOneMoved();
    await box.run(minutes(3));

    await letUnregisteredGo(box);

    expect(box.logs('terminate action: release')).not.toEqual([]);
    expect(box.calls('CompleteLifecycleAction')).toEqual([]);
  });

  it('does not speak for it either once its old registration is gone and it was let go itself', async () => {
    const { box, moved, old } = await withOneMoved();
    const registration = { cluster: 'stage', containerInstance: old, force: true };
    await box.simulator.call('ecs', 'DeregisterContainerInstance', registration);
    box.world.terminateInstanceInGroup(moved, 'shrink');
    await box.run(minutes(5));
    expect(box.calls('CompleteLifecycleAction')).toHaveLength(1);

    await letUnregisteredGo(box);

    expect(box.calls('CompleteLifecycleAction')).toHaveLength(1);
  });
});
