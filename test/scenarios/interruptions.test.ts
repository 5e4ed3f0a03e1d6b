import { describe, expect, it } from 'vitest';
import { minutes, seconds } from './box.ts';
import { containerInstance, groupInstance, hookEnd, instancesOf, task } from './fleet.ts';
import { endsOf, inService, now, spotFleet, told } from './interruption-fleet.ts';

describe('a Spot interruption', () => {
  it('drains at once, without a hook, and saves every task within the two minutes, waking nobody', async () => {
    const { box, id, tasks } = await spotFleet({ lifecycleHooks: [] });
    const sinceMs = now(box);

    box.world.interruptSpot(id);
    await box.run(minutes(8));

    const [drain] = box.calls('UpdateContainerInstancesState');
    expect(Date.parse(drain?.at ?? '') - sinceMs).toBeLessThan(seconds(5));
    expect(endsOf(box, tasks)).not.toContain('host-gone');
    expect(told(box)).toEqual(['interruption info notice']);
  });

  it('names the tasks that it cost, once', async () => {
    const { box, id } = await spotFleet();
    const lost = box.world.runTask({ cluster: 'prod', family: 'report', cpu: 64, memory: 64, on: id });
    await box.run(minutes(1));

    box.world.interruptSpot(id);
    await box.run(minutes(10));

    expect(task(box, lost).containersEnd).toBe('host-gone');
    expect(told(box)).toEqual(['interruption warning notice']);
    expect(box.alerts()[0]?.message).toContain(lost.slice(-32));
    expect(box.alerts()[0]?.subject).toContain('1 task lost');
  });

  it('stops standalone tasks at once where the operator said so, and so saves them', async () => {
    const { box, id } = await spotFleet({ settings: { standaloneTasks: 'stop' } });
    const saved = box.world.runTask({ cluster: 'prod', family: 'report', cpu: 64, memory: 64, on: id });
    await box.run(minutes(1));
    const sinceMs = now(box);

    box.world.interruptSpot(id);
    await box.run(minutes(8));

    expect((task(box, saved).stoppingAtMs ?? 0) - sinceMs).toBeLessThan(seconds(10));
    expect(task(box, saved).containersEnd).not.toBe('host-gone');
    expect(told(box)).toEqual(['interruption info notice']);
  });

  it('of an instance whose hook holds it already releases nothing earlier, and names what it cost', async () => {
    const { box, id } = await spotFleet();
    const lost = box.world.runTask({ cluster: 'prod', family: 'report', cpu: 64, memory: 64, on: id });
    await box.run(minutes(1));

    box.world.terminateInstanceInGroup(id, 'replace');
    await box.run(minutes(1));
    box.world.interruptSpot(id);
    await box.run(seconds(115));
    expect(hookEnd(box, id)).toBeUndefined();
    await box.run(minutes(8));

    expect(task(box, lost).containersEnd).toBe('host-gone');
    expect(told(box)).toEqual(['drain warning notice']);
    expect(box.alerts()[0]?.message).toMatch(/a Spot interruption[\s\S]*Lost/);
  });

  it('that is heard before the hook is joined by it, and the hook is completed once the tasks have stopped', async () => {
    const { box, id, tasks } = await spotFleet();

    box.world.interruptSpot(id, { comesTrue: false });
    await box.run(seconds(10));
    box.world.terminateInstanceInGroup(id, 'replace');
    await box.run(minutes(10));

    expect(endsOf(box, tasks)).not.toContain('host-gone');
    expect(hookEnd(box, id)).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
  });

  it.each(['stop', 'hibernate'] as const)(
    'that ends in a %s leaves the registration, ACTIVE again when it is back',
    async (action) => {
      const { box, id } = await spotFleet({ lifecycleHooks: [] });
      box.world.suspendProcesses('web', ['HealthCheck', 'ReplaceUnhealthy']);
      const { arn } = containerInstance(box, id);

      box.world.interruptSpot(id, { action });
      await box.run(minutes(15));
      expect(containerInstance(box, id)).toMatchObject({ arn, status: 'DRAINING', agentConnected: false });
      box.world.startInstance(id);
      await box.run(minutes(6));

      expect(containerInstance(box, id)).toMatchObject({ arn, status: 'ACTIVE', agentConnected: true });
    },
  );

  it('that never comes is undone', async () => {
    const { box, id } = await spotFleet();

    box.world.interruptSpot(id, { comesTrue: false });
    await box.run(minutes(11));
    expect(containerInstance(box, id).status).toBe('DRAINING');
    await box.run(minutes(4));

    expect(containerInstance(box, id).status).toBe('ACTIVE');
    expect(told(box)).toEqual(['interruption info notice']);
  });

  it('that never comes is told, once, where the operator wants to decide, and resolved when the instance goes', async () => {
    const { box, id } = await spotFleet({ settings: { interruptionSpared: 'alert' }, lifecycleHooks: [] });

    box.world.interruptSpot(id, { comesTrue: false });
    await box.run(minutes(30));
    expect(containerInstance(box, id).status).toBe('DRAINING');
    expect(told(box)).toEqual(['interruption warning opened']);

    box.world.terminateInstance(id);
    await box.run(minutes(10));
    expect(told(box)).toEqual(['interruption warning opened', 'interruption info resolved']);
  });

  it('that never comes is over when the operator, told of it, sets the instance ACTIVE again', async () => {
    const { box, id } = await spotFleet({ settings: { interruptionSpared: 'alert' } });
    box.world.interruptSpot(id, { comesTrue: false });
    await box.run(minutes(20));

    const containerInstances = [containerInstance(box, id).arn];
    const request = { cluster: 'prod', containerInstances, status: 'ACTIVE' };
    await box.simulator.call('ecs', 'UpdateContainerInstancesState', request);
    await box.run(minutes(10));

    expect(containerInstance(box, id).status).toBe('ACTIVE');
    expect(told(box)).toEqual(['interruption warning opened', 'interruption info resolved']);
  });

  it('that never comes is undone for an instance that was detached from its group meanwhile', async () => {
    const { box, id } = await spotFleet();
    const detach = { InstanceIds: [id], AutoScalingGroupName: 'web', ShouldDecrementDesiredCapacity: false };

    box.world.interruptSpot(id, { comesTrue: false });
    await box.run(minutes(1));
    await box.simulator.call('autoscaling', 'DetachInstances', detach);
    await box.run(minutes(14));

    expect(containerInstance(box, id).status).toBe('ACTIVE');
  });

  it('of an instance that somebody else had set DRAINING is not undone', async () => {
    const { box, id } = await spotFleet();
    const { arn } = containerInstance(box, id);
    const request = { cluster: 'prod', containerInstances: [arn], status: 'DRAINING' };
    await box.simulator.call('ecs', 'UpdateContainerInstancesState', request);

    box.world.interruptSpot(id, { comesTrue: false });
    await box.run(minutes(20));

    expect(containerInstance(box, id).status).toBe('DRAINING');
    expect(told(box)).toEqual(['interruption warning opened']);
  });

  it('of an instance that is in no cluster, or in one of ECS Managed Instances, changes nothing', async () => {
    const { box } = await spotFleet();
    const managed = box.world.launchManagedInstance({ cluster: 'prod', capacityProvider: 'managed' });
    box.world.createAutoScalingGroup({ name: 'other', desired: 1, maxSize: 2, spot: true });
    await box.run(minutes(5));
    const [stranger = ''] = instancesOf(box, 'other');

    box.world.interruptSpot(managed);
    box.world.interruptSpot(stranger);
    await box.run(minutes(6));

    expect(box.calls('UpdateContainerInstancesState')).toEqual([]);
    expect(box.deadLetters()).toEqual([]);
  });

  it('in observe mode is recorded, and nothing is done about it', async () => {
    const { box, id } = await spotFleet({ settings: { mode: 'observe', rebalance: 'replace' } });

    box.world.rebalanceRecommendation(id);
    await box.run(minutes(6));
    box.world.interruptSpot(id);
    await box.run(minutes(6));

    expect(box.calls('UpdateContainerInstancesState', 'TerminateInstanceInAutoScalingGroup')).toEqual([]);
    const effects = box.logs('would act').map(({ effect }) => (effect as { operation: string }).operation);
    expect(effects).toContain('UpdateContainerInstancesState');
    expect(effects.filter((operation) => operation === 'TerminateInstanceInAutoScalingGroup')).toHaveLength(1);
  });
});

describe('a rebalance recommendation', () => {
  it('is let pass by default', async () => {
    const { box, id } = await spotFleet();

    box.world.rebalanceRecommendation(id);
    await box.run(minutes(5));

    expect(containerInstance(box, id).status).toBe('ACTIVE');
  });

  it('drains the instance where the operator wants that, and it is ACTIVE again when nothing came of it in an hour', async () => {
    const { box, id, tasks } = await spotFleet({ settings: { rebalance: 'drain' } });

    box.world.rebalanceRecommendation(id);
    await box.run(minutes(5));
    expect(containerInstance(box, id).status).toBe('DRAINING');
    expect(endsOf(box, tasks)).not.toContain('host-gone');
    expect(groupInstance(box, id).lifecycleState).toBe('InService');
    await box.run(minutes(60));

    expect(containerInstance(box, id).status).toBe('ACTIVE');
  });

  it('has the group replace the instance where the operator wants that: at once, as a hook keeps it until it is drained', async () => {
    const { box, id, tasks } = await spotFleet({ settings: { rebalance: 'replace' } });

    box.world.rebalanceRecommendation(id);
    await box.run(minutes(12));

    expect(box.calls('TerminateInstanceInAutoScalingGroup')).toHaveLength(1);
    expect(hookEnd(box, id)).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
    expect(endsOf(box, tasks)).not.toContain('host-gone');
    expect(inService(box)).toHaveLength(2);
    expect(box.alerts()).toEqual([]);
  });

  it('has a group without a hook of Ebbtide’s replace the instance only once it is drained', async () => {
    const { box, id, tasks } = await spotFleet({ settings: { rebalance: 'replace' }, lifecycleHooks: [] });

    box.world.rebalanceRecommendation(id);
    await box.run(minutes(12));

    const [terminate] = box.calls('TerminateInstanceInAutoScalingGroup');
    const lastStopMs = Math.max(...tasks.map((arn) => task(box, arn).stoppedAtMs ?? Number.POSITIVE_INFINITY));
    expect(Date.parse(terminate?.at ?? '')).toBeGreaterThanOrEqual(lastStopMs);
    expect(box.calls('TerminateInstanceInAutoScalingGroup')).toHaveLength(1);
    expect(endsOf(box, tasks)).not.toContain('host-gone');
    expect(inService(box)).toHaveLength(2);
  });

  it('that is followed by the interruption becomes it', async () => {
    const { box, id, tasks } = await spotFleet({ settings: { rebalance: 'drain' }, lifecycleHooks: [] });

    box.world.rebalanceRecommendation(id);
    box.world.interruptSpot(id);
    await box.run(minutes(8));

    expect(endsOf(box, tasks)).not.toContain('host-gone');
    expect(told(box)).toEqual(['interruption info notice']);
    expect(box.alerts()[0]?.subject).toContain('Spot interruption');
  });
});
