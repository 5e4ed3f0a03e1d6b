import { describe, expect, it } from 'vitest';
import { type Box, type BoxOptions, minutes, openBox } from './box.ts';
import { bootGroup, groupInstance, hookEnd, instancesOf, TERMINATE_HOOK, task } from './fleet.ts';

type GroupOptions = Parameters<Box['world']['createAutoScalingGroup']>[0];

/** A group of two instances in `prod`, each with room for another one's tasks. */
async function fleet(
  options: BoxOptions = {},
  group: Partial<GroupOptions> = {},
): Promise<{ box: Box; ids: string[] }> {
  const box = await openBox(options);
  return { box, ids: await bootGroup(box, group) };
}

/** The instance that runs the task of a service of one. */
function hostOf(box: Box, service: string): string {
  const found = box.views
    .tasks()
    .find(({ serviceName, lastStatus }) => serviceName === service && lastStatus === 'RUNNING');
  if (found === undefined) throw new Error(`service ${service} has no running task`);
  return found.ec2InstanceId;
}

/** The one alert about a drain that is stuck. */
function stuckAlert(box: Box): string {
  const alerts = box.alerts().filter(({ attributes }) => attributes.kind === 'drain');
  expect(alerts).toMatchObject([
    { subject: expect.stringContaining('is stuck, 1 task left'), attributes: { state: 'opened', severity: 'warning' } },
  ]);
  return alerts[0]?.message ?? '';
}

/** What the last line of a waiting drain says blocks it. */
function lastExplanation(box: Box): string {
  const lines = box.logs().filter(({ message }) => message === 'drain: wait');
  return String(lines.at(-1)?.blocking);
}

describe('a stuck drain is explained once, long before its deadline:', () => {
  it('a service at 100/100 may neither start a replacement nor run with less', async () => {
    const { box } = await fleet();
    box.world.createService({ cluster: 'prod', name: 'web', minimumHealthyPercent: 100, maximumPercent: 100 });
    await box.run(minutes(2));
    const id = hostOf(box, 'web');

    box.world.terminateInstanceInGroup(id, 'replace');
    await box.run(minutes(30));

    const words =
      'service web may neither start a replacement nor run with less (minimumHealthyPercent 100, maximumPercent 100';
    expect(stuckAlert(box)).toContain(words);
    expect(lastExplanation(box)).toContain(words);
    expect(hookEnd(box, id)).toBeUndefined();

    box.world.setDeploymentPercents('prod', 'web', { minimumHealthyPercent: 0, maximumPercent: 100 });
    await box.run(minutes(5));
    expect(hookEnd(box, id)).toMatchObject({ result: 'CONTINUE' });
    expect(box.alerts().map(({ attributes }) => attributes.state)).toEqual(['opened', 'resolved']);
  });

  it('no room for the replacement: which resource, and where it came closest', async () => {
    const { box } = await fleet();
    box.world.createService({ cluster: 'prod', name: 'web', cpu: 1_536 });
    box.world.createService({ cluster: 'prod', name: 'api', cpu: 1_536 });
    await box.run(minutes(2));
    box.world.suspendProcesses('web', ['Launch']);

    box.world.terminateInstanceInGroup(hostOf(box, 'web'), 'shrink');
    await box.run(minutes(30));

    expect(stuckAlert(box)).toMatch(/no room for its replacement: ".*closest matching.*insufficient CPU/);
    expect(lastExplanation(box)).toContain('insufficient CPU');
  });

  it('a task that is protected from scale-in: until when', async () => {
    const { box } = await fleet();
    box.world.createService({ cluster: 'prod', name: 'web' });
    await box.run(minutes(2));
    const id = hostOf(box, 'web');
    const protectedTask = box.views.tasks().find(({ ec2InstanceId }) => ec2InstanceId === id);
    box.world.protectTask(protectedTask?.arn ?? '', { minutes: 120 });

    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(30));

    expect(stuckAlert(box)).toMatch(/protected from scale-in until 2026-01-05 10:\d\d:\d\d UTC/);
  });

  it('a standalone task: since when it runs, and who started it', async () => {
    const { box } = await fleet({}, { desired: 1 });
    box.world.runTask({ cluster: 'prod', family: 'report', startedBy: 'nightly-batch' });
    await box.run(minutes(2));

    box.world.terminateInstanceInGroup(instancesOf(box, 'web')[0] ?? '', 'shrink');
    await box.run(minutes(30));

    expect(stuckAlert(box)).toMatch(/standalone, family report.*running for \d+ min.*started by nightly-batch/);
    expect(lastExplanation(box)).toContain('started by nightly-batch');
  });

  it('a task that is stopping: since when, against its stopTimeout', async () => {
    const { box } = await fleet();
    box.world.createService({
      cluster: 'prod',
      name: 'web',
      stopTimeoutSeconds: 7_200,
      exitsAfterSignalMs: minutes(90),
    });
    await box.run(minutes(2));

    box.world.terminateInstanceInGroup(hostOf(box, 'web'), 'shrink');
    await box.run(minutes(30));

    expect(stuckAlert(box)).toMatch(/shutting down for 1\d min.*of at most 2 h \(stopTimeout\)/);
  });

  it('a load balancer that has not let go of the task', async () => {
    const { box } = await fleet();
    box.world.createService({ cluster: 'prod', name: 'web', deregistrationDelaySeconds: 3_600 });
    await box.run(minutes(2));

    box.world.terminateInstanceInGroup(hostOf(box, 'web'), 'shrink');
    await box.run(minutes(30));

    expect(stuckAlert(box)).toMatch(/DEACTIVATING: waiting for 1\d min.*for its load balancer/);
    expect(lastExplanation(box)).toContain('load balancer');
  });

  it('an agent that is disconnected, where the wait for it is longer', async () => {
    const { box } = await fleet({ settings: { lostContactMinutes: '50' } });
    box.world.createService({ cluster: 'prod', name: 'web' });
    await box.run(minutes(2));
    const id = hostOf(box, 'web');

    box.world.terminateInstanceInGroup(id, 'shrink');
    box.world.disconnectAgent(id);
    await box.run(minutes(30));

    expect(stuckAlert(box)).toContain('the agent is disconnected, so nobody can stop it or tell how it fares');
    expect(lastExplanation(box)).toContain('the agent is disconnected');
  });

  it('not at all where the operator switched it off', async () => {
    const { box } = await fleet({ settings: { drainStalledMinutes: 'off' } }, { desired: 1 });
    box.world.runTask({ cluster: 'prod', family: 'report' });
    await box.run(minutes(2));

    box.world.terminateInstanceInGroup(instancesOf(box, 'web')[0] ?? '', 'shrink');
    await box.run(minutes(50));

    expect(box.alerts()).toEqual([]);
  });
});

describe('a drain that ECS makes by itself', () => {
  const managed = { capacityProvider: { name: 'cp', managedDraining: true } };

  it('is told when it is stuck and when it is over, and nothing of it is touched', async () => {
    const { box, ids } = await fleet({}, { ...managed, lifecycleHooks: [], desired: 1 });
    const arn = box.world.runTask({ cluster: 'prod', family: 'report', startedBy: 'nightly-batch' });
    await box.run(minutes(2));

    box.world.terminateInstanceInGroup(ids[0] ?? '', 'shrink');
    await box.run(minutes(40));
    expect(stuckAlert(box)).toMatch(/managed draining[\s\S]*started by nightly-batch/);
    expect(groupInstance(box, ids[0] ?? '').lifecycleState).toBe('Terminating:Wait');

    box.world.exitTask(arn);
    await box.run(minutes(3));
    expect(box.alerts().map(({ attributes }) => attributes.state)).toEqual(['opened', 'resolved']);
    const touching = ['CompleteLifecycleAction', 'RecordLifecycleActionHeartbeat', 'UpdateContainerInstancesState'];
    expect(box.calls(...touching, 'StopTask', 'DeregisterContainerInstance')).toEqual([]);
  });

  it('says nothing while it moves', async () => {
    const { box, ids } = await fleet({}, { ...managed, lifecycleHooks: [] });
    box.world.createService({ cluster: 'prod', name: 'web', desiredCount: 4 });
    await box.run(minutes(3));

    box.world.terminateInstanceInGroup(ids[0] ?? '', 'shrink');
    await box.run(minutes(20));

    expect(groupInstance(box, ids[0] ?? '').lifecycleState).toBe('Terminated');
    expect(box.alerts()).toEqual([]);
  });

  it('goes on beside a hook of Ebbtide, which completes only its own', async () => {
    const { box, ids } = await fleet({}, managed);
    const arn = box.world.runTask({ cluster: 'prod', family: 'report', on: ids[0] ?? '' });
    await box.run(minutes(2));

    box.world.terminateInstanceInGroup(ids[0] ?? '', 'shrink');
    await box.run(minutes(5));
    box.world.exitTask(arn);
    await box.run(minutes(5));

    expect(task(box, arn).containersEnd).toBe('exited');
    expect(hookEnd(box, ids[0] ?? '')).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
    const completed = box.calls('CompleteLifecycleAction').map(({ input }) => input.LifecycleHookName);
    expect(new Set(completed)).toEqual(new Set([TERMINATE_HOOK.name]));
    expect(box.alerts()).toEqual([]);
  });
});

describe('a hook that ends before the deadline', () => {
  it('is told once, in an alert and in the log, with what would do', async () => {
    const hook = { ...TERMINATE_HOOK, heartbeatTimeoutSeconds: 30 };
    const { box, ids } = await fleet({}, { lifecycleHooks: [hook], desired: 3 });

    box.world.terminateInstanceInGroup(ids[0] ?? '', 'shrink');
    await box.run(minutes(5));
    box.world.terminateInstanceInGroup(ids[1] ?? '', 'shrink');
    await box.run(minutes(5));

    expect(box.alerts()).toMatchObject([
      {
        subject: '[prod] Hook ebbtide-terminate of web ends before drainDeadlineMinutes',
        message: expect.stringMatching(
          /ends after 50 min.*drainDeadlineMinutes is 60[\s\S]*HeartbeatTimeout to at least 38 s/,
        ),
        attributes: { kind: 'configuration', state: 'notice' },
      },
    ]);
    expect(box.logs('hook ends before the deadline').length).toBeGreaterThan(0);
  });
});
