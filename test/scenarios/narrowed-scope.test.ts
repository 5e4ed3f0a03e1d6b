import { describe, expect, it } from 'vitest';
import { type Box, minutes, openBox, redeploy } from './box.ts';
import { bootGroup, containerInstance, groupInstance, hookEnd, instancesOf, LAUNCH_HOOK } from './fleet.ts';

const CHANGES = [
  'CompleteLifecycleAction',
  'RecordLifecycleActionHeartbeat',
  'StopTask',
  'TerminateInstanceInAutoScalingGroup',
  'UpdateContainerInstancesState',
];

function told(box: Box): string[] {
  return box.alerts().map(({ attributes: { kind, state } }) => `${kind} ${state}`);
}

/** An instance of `prod` that drains, with a task on it that is waited for. */
async function draining(settings = {}) {
  const box = await openBox({ settings: { drainStalledMinutes: '3', ...settings } });
  const [id = ''] = await bootGroup(box, { desired: 1, spot: true });
  const report = box.world.runTask({ cluster: 'prod', family: 'report', cpu: 64, memory: 64, on: id });
  await box.run(minutes(1));
  return { box, id, report };
}

/** What is done to the fleet from now on. */
function watch(box: Box): () => unknown[] {
  const before = box.calls(...CHANGES).length;
  return () => box.calls(...CHANGES).slice(before);
}

describe('a cluster that is not looked after any more', () => {
  it('has nothing more done about its drains, and on-call is told so once', async () => {
    const { box, id } = await draining({ drainDeadlineMinutes: '10' });
    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(2));
    expect(containerInstance(box, id).status).toBe('DRAINING');

    redeploy(box, { clusters: 'other' });
    const changes = watch(box);
    await box.run(minutes(20));

    expect(changes()).toEqual([]);
    expect(hookEnd(box, id)?.by).toMatchObject({ kind: 'heartbeat-timeout' });
    expect(told(box)).toEqual(['drain notice']);
    expect(box.alerts()[0]?.message).toMatch(/^Left:\n.*DRAINING.*\n.*ebbtide-terminate holds the instance until/m);
  });

  it('and whose drain on-call was told of as stuck: that alert is resolved', async () => {
    const { box, id } = await draining();
    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(6));
    expect(told(box)).toEqual(['drain opened']);

    redeploy(box, { clusters: 'other' });
    await box.run(minutes(12));

    expect(told(box)).toEqual(['drain opened', 'drain resolved']);
  });

  it('and is again before the hook has expired: the drain goes on', async () => {
    const { box, id, report } = await draining();
    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(1));

    redeploy(box, { clusters: 'other' });
    await box.run(minutes(3));
    redeploy(box, { clusters: 'prod' });
    await box.run(minutes(10));
    expect(hookEnd(box, id)).toBeUndefined();
    box.world.exitTask(report);
    await box.run(minutes(4));

    expect(hookEnd(box, id)).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
  });

  it('is left alone where an instance that drains in another one was moved away from it', async () => {
    const { box, id } = await draining();
    box.world.createCluster({ name: 'annex' });
    box.world.moveAgent(id, 'annex');
    await box.run(minutes(5));
    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(1));
    const inProd = () => box.calls('ListTasks', ...CHANGES).filter(({ input }) => /prod$/.test(String(input.cluster)));
    expect(inProd()).not.toEqual([]);

    redeploy(box, { clusters: 'annex' });
    const before = inProd().length;
    await box.run(minutes(10));

    expect(inProd()).toHaveLength(before);
    expect(hookEnd(box, id)).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
  });

  it('keeps DRAINING what was drained for an interruption that never comes', async () => {
    const { box, id } = await draining();
    box.world.interruptSpot(id, { comesTrue: false });
    await box.run(minutes(2));

    redeploy(box, { clusters: 'other' });
    const changes = watch(box);
    await box.run(minutes(20));

    expect(changes()).toEqual([]);
    expect(containerInstance(box, id).status).toBe('DRAINING');
    expect(told(box)).toEqual(['drain notice']);
  });

  it('keeps DRAINING what comes back from a warm pool, and on-call is told so', async () => {
    const box = await openBox();
    const warmPool = { minSize: 0, poolState: 'Stopped', reuseOnScaleIn: true } as const;
    const [id = ''] = await bootGroup(box, { desired: 1, warmPool });
    box.world.setDesiredCapacity('web', 0);
    await box.run(minutes(12));

    redeploy(box, { clusters: 'other' });
    const changes = watch(box);
    box.world.setDesiredCapacity('web', 1);
    await box.run(minutes(8));

    expect(groupInstance(box, id).lifecycleState).toBe('InService');
    expect(changes()).toEqual([]);
    expect(told(box)).toEqual(['drain notice']);
  });

  it('has the alert of a drain that ECS makes by itself resolved, and its tasks not looked at any more', async () => {
    const box = await openBox();
    const capacityProvider = { name: 'cp', managedDraining: true };
    const [id = ''] = await bootGroup(box, { desired: 1, lifecycleHooks: [], capacityProvider });
    box.world.runTask({ cluster: 'prod', family: 'report', cpu: 64, memory: 64, on: id });
    await box.run(minutes(2));
    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(30));
    expect(told(box)).toEqual(['drain opened']);

    redeploy(box, { clusters: 'other' });
    await box.run(minutes(2));
    const looks = box.calls('ListTasks').length;
    await box.run(minutes(20));

    expect(told(box)).toEqual(['drain opened', 'drain resolved']);
    expect(box.calls('ListTasks')).toHaveLength(looks);
  });

  it.each([
    ['and its group is tagged with it', { 'ebbtide:cluster': 'prod' }],
    ['and others of its group are in it', {}],
  ])('has no launch hook kept alive or given up, %s', async (_, tags) => {
    const box = await openBox({ settings: { launchDeadlineMinutes: '8' } });
    await bootGroup(box, { name: 'new', desired: 2, tags, lifecycleHooks: [LAUNCH_HOOK] });
    const before = instancesOf(box, 'new');
    box.world.breakNewAgents('new');
    box.world.setDesiredCapacity('new', 3);
    await box.run(minutes(2));
    const [id = ''] = instancesOf(box, 'new').filter((one) => !before.includes(one));

    redeploy(box, { clusters: 'other' });
    const changes = watch(box);
    await box.run(minutes(20));

    expect(changes()).toEqual([]);
    expect(groupInstance(box, id).hooks[0]?.end?.by).toMatchObject({ kind: 'heartbeat-timeout' });
    expect(told(box)).toEqual([]);
  });

  it('has no launch hook kept alive that it held open while Ebbtide only observed there', async () => {
    const box = await openBox({ settings: { mode: 'observe' } });
    await bootGroup(box, { desired: 2, lifecycleHooks: [LAUNCH_HOOK] });
    await box.run(minutes(3));
    expect(instancesOf(box, 'web').map((id) => groupInstance(box, id).lifecycleState)).toContain('Pending:Wait');

    redeploy(box, { mode: 'act', clusters: 'other' });
    const changes = watch(box);
    await box.run(minutes(10));

    expect(changes()).toEqual([]);
  });

  it('has the changes that AWS has scheduled resolved, and nothing done ahead of them', async () => {
    const { box, id } = await draining({ scheduledChangeLeadMinutes: '30' });
    box.world.scheduleRetirement(id, { inMs: minutes(60) });
    await box.run(minutes(2));
    expect(told(box)).toEqual(['scheduled-change opened']);

    redeploy(box, { clusters: 'other' });
    const changes = watch(box);
    await box.run(minutes(50));

    expect(changes()).toEqual([]);
    expect(told(box)).toEqual(['scheduled-change opened', 'scheduled-change resolved']);
  });
});
