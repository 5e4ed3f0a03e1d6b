import { describe, expect, it } from 'vitest';
import { type Box, minutes, openBox, seconds } from './box.ts';
import { bootGroup, containerInstance, hookEnd, task } from './fleet.ts';

/** One instance with a daemon, whose terminate hook is about to hold it. */
async function loneInstance(settings: Parameters<typeof openBox>[0] = {}): Promise<{ box: Box; id: string }> {
  const box = await openBox(settings);
  const [id] = await bootGroup(box, { desired: 1 });
  if (id === undefined) throw new Error('the group has no instance');
  box.world.createService({ cluster: 'prod', name: 'logs', schedulingStrategy: 'DAEMON', cpu: 64, memory: 64 });
  await box.run(minutes(2));
  return { box, id };
}

describe('what a drain waits for', () => {
  it('lets an instance go that has only daemons on it, once they have been told to stop', async () => {
    const { box, id } = await loneInstance();

    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(5));

    expect(hookEnd(box, id)).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
    expect(box.alerts()).toEqual([]);
  });

  it('waits for a standalone task, and lets go when it has ended', async () => {
    const { box, id } = await loneInstance();
    const arn = box.world.runTask({ cluster: 'prod', family: 'report', cpu: 256, memory: 256 });
    await box.run(minutes(1));

    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(10));
    expect(hookEnd(box, id)).toBeUndefined();
    expect(task(box, arn).lastStatus).toBe('RUNNING');

    box.world.exitTask(arn);
    await box.run(minutes(3));
    expect(task(box, arn).containersEnd).not.toBe('host-gone');
    expect(hookEnd(box, id)).toMatchObject({ result: 'CONTINUE' });
  });

  it('stops standalone tasks at once where the operator said so, and still waits until they have stopped', async () => {
    const { box, id } = await loneInstance({ settings: { standaloneTasks: 'stop' } });
    const arn = box.world.runTask({ cluster: 'prod', family: 'report', cpu: 256, memory: 256, stopTimeoutSeconds: 60 });
    await box.run(minutes(1));

    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(4));

    const stopped = task(box, arn);
    expect(stopped.lastStatus).toBe('STOPPED');
    expect(stopped.containersEnd).not.toBe('host-gone');
    expect(hookEnd(box, id)?.atMs).toBeGreaterThan(stopped.stoppedAtMs ?? Number.POSITIVE_INFINITY);
  });

  it('does not wait for a task that the instance started for itself when it booted, and stops it last', async () => {
    const { box, id } = await loneInstance();
    const { arn: startedBy } = containerInstance(box, id);
    const arn = box.world.startTask({ cluster: 'prod', family: 'proxy', cpu: 64, memory: 64, on: id, startedBy });
    await box.run(minutes(1));

    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(6));

    expect(task(box, arn)).toMatchObject({ lastStatus: 'STOPPED', stoppedReason: expect.stringContaining('ebbtide') });
    expect(hookEnd(box, id)).toMatchObject({ result: 'CONTINUE' });
  });

  it('does not wait for groups that the operator named, for longer than they take to stop', async () => {
    const { box, id } = await loneInstance({ settings: { nonBlockingGroups: 'family:cache-*' } });
    const arn = box.world.runTask({
      cluster: 'prod',
      family: 'cache-warmer',
      cpu: 64,
      memory: 64,
      stopTimeoutSeconds: 7_200,
    });
    await box.run(minutes(1));

    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(8));

    expect(task(box, arn).stoppingAtMs).toBeDefined();
    expect(hookEnd(box, id)).toMatchObject({ result: 'CONTINUE' });
    expect(seconds(1)).toBe(1_000);
  });

  it('does not look at an agent that goes away meanwhile: the drain has its own patience', async () => {
    const { box, id } = await loneInstance();
    box.world.runTask({ cluster: 'prod', family: 'report', cpu: 256, memory: 256 });
    await box.run(minutes(1));
    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(seconds(70));
    const looks = () =>
      box.calls('DescribeContainerInstances').filter(({ functionName }) => !/sweep/.test(functionName));
    const before = looks().length;

    box.world.disconnectAgent(id);
    await box.run(seconds(10));

    const { agentConnected } = containerInstance(box, id);
    expect([agentConnected, looks().length]).toEqual([false, before]);
  });
});
