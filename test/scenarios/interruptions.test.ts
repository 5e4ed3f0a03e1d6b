import { describe, expect, it } from 'vitest';
import { type Box, minutes, openBox, seconds } from './box.ts';
import { bootGroup, containerInstance, groupInstance, hookEnd, instancesOf, task } from './fleet.ts';

type Settings = NonNullable<Parameters<typeof openBox>[0]>['settings'];
type Group = NonNullable<Parameters<typeof bootGroup>[1]>;

/** Spot Instances with a service on them that has room to move; `id` has tasks of it. */
async function spotFleet({ settings = {}, ...group }: Group & { readonly settings?: Settings } = {}) {
  const box = await openBox({ settings });
  const ids = await bootGroup(box, { desired: 2, spot: true, ...group });
  box.world.createService({ cluster: 'prod', name: 'web', desiredCount: 4, cpu: 256, memory: 256 });
  await box.run(minutes(2));
  const id = ids.find((each) => tasksOn(box, each).length > 0);
  if (id === undefined) throw new Error('no instance has a task');
  return { box, id, tasks: tasksOn(box, id).map(({ arn }) => arn) };
}

function tasksOn(box: Box, ec2InstanceId: string) {
  return box.views.tasks().filter((each) => each.ec2InstanceId === ec2InstanceId);
}

function now(box: Box): number {
  return box.simulator.kernel.clock.now();
}

/** How the containers of tasks ended, each way once. */
function endsOf(box: Box, arns: readonly string[]) {
  return [...new Set(arns.map((arn) => task(box, arn).containersEnd))];
}

function told(box: Box): string[] {
  return box.alerts().map(({ attributes: { kind, severity, state } }) => `${kind} ${severity} ${state}`);
}

/** Instances of the group that are not the given one, and serve. */
function inService(box: Box, group = 'web'): string[] {
  return instancesOf(box, group).filter((id) => groupInstance(box, id).lifecycleState === 'InService');
}

/** An event of AWS Health about an instance, as the region's bus gets it. */
function announce(box: Box, entityValue: string, change: Readonly<Record<string, unknown>>): void {
  const { region } = box.simulator.kernel.place;
  box.simulator.messaging.putEvent({
    source: 'aws.health',
    'detail-type': 'AWS Health Event',
    resources: [entityValue],
    detail: {
      eventArn: `arn:aws:health:${region}::event/EC2/AWS_EC2_INSTANCE_REBOOT_MAINTENANCE_SCHEDULED/1f0c`,
      service: 'EC2',
      eventTypeCode: 'AWS_EC2_INSTANCE_REBOOT_MAINTENANCE_SCHEDULED',
      eventTypeCategory: 'scheduledChange',
      eventRegion: region,
      statusCode: 'upcoming',
      affectedEntities: [{ entityValue }],
      page: '1',
      totalPages: '1',
      ...change,
    },
  });
}

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

describe('a scheduled retirement', () => {
  it('is told at once, and the instance is drained and replaced ahead of it, which resolves the alert', async () => {
    const { box, id, tasks } = await spotFleet({ spot: false, settings: { scheduledChangeLeadMinutes: '30' } });

    box.world.scheduleRetirement(id, { inMs: minutes(90) });
    await box.run(minutes(55));
    expect(told(box)).toEqual(['scheduled-change warning opened']);
    expect(containerInstance(box, id).status).toBe('ACTIVE');
    await box.run(minutes(20));

    expect(endsOf(box, tasks)).not.toContain('host-gone');
    expect(hookEnd(box, id)).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
    expect(inService(box)).toHaveLength(2);
    expect(told(box)).toEqual(['scheduled-change warning opened', 'scheduled-change info resolved']);
  });

  it('is only told where the operator wants to see to it', async () => {
    const { box, id } = await spotFleet({ spot: false, settings: { scheduledChangeLeadMinutes: 'off' } });

    box.world.scheduleRetirement(id, { inMs: minutes(60) });
    await box.run(minutes(50));

    expect(told(box)).toEqual(['scheduled-change warning opened']);
    expect(box.calls('UpdateContainerInstancesState', 'TerminateInstanceInAutoScalingGroup')).toEqual([]);
  });
});

describe('a scheduled reboot', () => {
  const startTime = (box: Box, inMs: number) => new Date(now(box) + inMs).toUTCString();

  it('is one change, by id or ARN, however many pages and copies from other regions tell of it', async () => {
    const { box, id } = await spotFleet({ spot: false });
    const { region, accountId } = box.simulator.kernel.place;
    const change = { startTime: startTime(box, minutes(3_000)), totalPages: '2' };

    announce(box, `arn:aws:ec2:${region}:${accountId}:instance/${id}`, change);
    announce(box, 'i-00000000000000000', { ...change, page: '2' });
    announce(box, id, { ...change, eventRegion: 'eu-central-1' });
    await box.run(minutes(5));

    expect(told(box)).toEqual(['scheduled-change warning opened']);
    expect(box.alerts()[0]?.message).toContain(id);
    expect(box.deadLetters()).toEqual([]);
  });

  it('of an instance that no group would replace drains it ahead, and it is ACTIVE again afterwards', async () => {
    const { box, id } = await spotFleet({ spot: false, settings: { scheduledChangeLeadMinutes: '15' } });
    const detach = { InstanceIds: [id], AutoScalingGroupName: 'web', ShouldDecrementDesiredCapacity: true };
    await box.simulator.call('autoscaling', 'DetachInstances', detach);

    announce(box, id, { startTime: startTime(box, minutes(20)) });
    await box.run(minutes(12));
    expect(containerInstance(box, id).status).toBe('DRAINING');
    await box.run(minutes(150));

    expect(containerInstance(box, id).status).toBe('ACTIVE');
    expect(told(box)[0]).toBe('scheduled-change warning opened');
    expect(told(box)).toContain('scheduled-change info resolved');
  });

  it('that AWS calls off is resolved, and nothing is done', async () => {
    const { box, id } = await spotFleet({ spot: false });
    const change = { startTime: startTime(box, minutes(3_000)) };

    announce(box, id, change);
    await box.run(minutes(5));
    announce(box, id, { ...change, statusCode: 'closed' });
    await box.run(minutes(5));

    expect(told(box)).toEqual(['scheduled-change warning opened', 'scheduled-change info resolved']);
    expect(containerInstance(box, id).status).toBe('ACTIVE');
  });
});

describe('EC2 instances of the account that go down', () => {
  it('cost one read of the open incidents for each batch of events, where none is about them', async () => {
    const { box } = await spotFleet();
    box.world.createAutoScalingGroup({ name: 'other', desired: 6, maxSize: 6 });
    await box.run(minutes(3));
    const before = box.calls().filter(({ functionName }) => functionName.endsWith('interruption')).length;

    for (const id of instancesOf(box, 'other')) box.world.terminateInstance(id);
    await box.run(minutes(3));

    const calls = box.calls().filter(({ functionName }) => functionName.endsWith('interruption'));
    expect(before).toBe(0);
    expect([...new Set(calls.map(({ operation }) => operation))].sort()).toEqual(
      ['DeleteMessageBatch', 'Query'].filter((operation) => calls.some((call) => call.operation === operation)),
    );
    expect(calls.length).toBeGreaterThan(0);
  });
});
