import { describe, expect, it } from 'vitest';
import { type Box, type BoxOptions, minutes, openBox, seconds } from './box.ts';
import { containerInstance, groupInstance, instancesOf, LAUNCH_HOOK } from './fleet.ts';

type GroupOptions = Parameters<Box['world']['createAutoScalingGroup']>[0];

/** A group `web` with the launch hook, nothing of which has been launched yet. */
async function emptyGroup(
  group: Partial<GroupOptions> = {},
  options: BoxOptions = {},
): Promise<{ box: Box; launch: () => Promise<string> }> {
  const box = await openBox(options);
  if (group.cluster === 'dev') box.world.createCluster({ name: 'dev' });
  const cluster = { cluster: 'prod', desired: 0, maxSize: 20 };
  box.world.createAutoScalingGroup({ ...cluster, lifecycleHooks: [LAUNCH_HOOK], ...group, name: 'web' });
  const launch = async (): Promise<string> => {
    box.world.setDesiredCapacity('web', 1);
    await box.run(seconds(10));
    const [id] = instancesOf(box, 'web');
    if (id === undefined) throw new Error('the group has launched no instance');
    return id;
  };
  return { box, launch };
}

/** How the launch hook of an instance ended, the last time that it held the instance. */
function launchEnd(box: Box, ec2InstanceId: string) {
  return groupInstance(box, ec2InstanceId)
    .hooks.filter(({ hook }) => hook === LAUNCH_HOOK.name)
    .at(-1)?.end;
}

describe('a launch hook', () => {
  it('is completed seconds after the agent has connected, by the event', async () => {
    const { box, launch } = await emptyGroup();

    const id = await launch();
    await box.run(minutes(5));

    const end = launchEnd(box, id);
    expect(end).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
    const connectedAtMs = containerInstance(box, id).connectivityChangedAtMs;
    expect(end?.atMs).toBeGreaterThanOrEqual(connectedAtMs);
    expect((end?.atMs ?? 0) - connectedAtMs).toBeLessThan(seconds(15));
    expect(box.calls('CompleteLifecycleAction').map(({ functionName }) => functionName)).toEqual([
      expect.stringContaining('containerInstanceChange'),
    ]);
    expect(box.alerts()).toEqual([]);
  });

  it('is completed within two sweeps when every event is lost', async () => {
    const { box, launch } = await emptyGroup({}, { deliveryFault: ({ rule }) => (rule.includes('Sweep') ? [0] : []) });

    const id = await launch();
    await box.run(minutes(6));
    expect(launchEnd(box, id)).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
    const connectedAtMs = containerInstance(box, id).connectivityChangedAtMs;
    expect((launchEnd(box, id)?.atMs ?? 0) - connectedAtMs).toBeLessThan(minutes(2));
  });

  it('outlives heartbeat timeouts far shorter than the deadline, and at the deadline is abandoned with an alert', async () => {
    const { box, launch } = await emptyGroup({ lifecycleHooks: [{ ...LAUNCH_HOOK, heartbeatTimeoutSeconds: 30 }] });
    box.world.breakNewAgents('web');

    const id = await launch();
    await box.run(minutes(14));
    expect(launchEnd(box, id)).toBeUndefined();
    expect(box.alerts()).toEqual([]);

    await box.run(minutes(3));
    expect(launchEnd(box, id)).toMatchObject({ result: 'ABANDON', by: { kind: 'caller' } });
    expect(box.alerts()).toMatchObject([
      {
        subject: expect.stringContaining(`${id} in no cluster`),
        message: expect.stringContaining('No agent has registered from it in any cluster.'),
        attributes: { kind: 'launch', state: 'notice', severity: 'critical' },
      },
    ]);
  });

  it('is continued at the deadline where the operator said so; the late arrival is told', async () => {
    const { box, launch } = await emptyGroup({}, { settings: { launchDeadlineResult: 'CONTINUE' } });
    const id = await launch();
    box.world.disconnectAgent(id, { cause: 'unreachable' });

    await box.run(minutes(17));
    expect(launchEnd(box, id)).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
    expect(groupInstance(box, id).lifecycleState).toBe('InService');
    expect(box.alerts().map(({ attributes }) => attributes.state)).toEqual(['opened']);

    box.world.reconnectAgent(id);
    await box.run(minutes(2));
    expect(box.alerts().map(({ attributes }) => attributes.state)).toEqual(['opened', 'resolved']);
  });

  it('says at the deadline that the instance is registered in another cluster', async () => {
    const { box, launch } = await emptyGroup({ cluster: 'dev', tags: { 'ebbtide:cluster': 'prod' } });

    const id = await launch();
    await box.run(minutes(17));

    expect(launchEnd(box, id)).toMatchObject({ result: 'ABANDON' });
    expect(box.alerts()).toMatchObject([
      {
        subject: expect.stringContaining('in the wrong cluster'),
        message: expect.stringContaining('registered in cluster dev, and its group'),
        attributes: { cluster: 'prod' },
      },
    ]);
  });

  it('says at the deadline that the instance is registered and its agent disconnected', async () => {
    const { box, launch } = await emptyGroup();
    const id = await launch();
    while (!box.views.containerInstances().some(({ ec2InstanceId }) => ec2InstanceId === id)) await box.run(100);
    box.world.disconnectAgent(id, { cause: 'unreachable' });
    expect(containerInstance(box, id).agentConnected).toBe(false);

    await box.run(minutes(17));

    expect(launchEnd(box, id)).toMatchObject({ result: 'ABANDON' });
    const launches = box.alerts().filter(({ attributes }) => attributes.kind === 'launch');
    expect(launches).toMatchObject([
      {
        subject: expect.stringContaining(`${id} disconnected`),
        message: expect.stringContaining('In cluster prod it is registered, and its agent is disconnected'),
      },
    ]);
  });

  it('says at the deadline that the EC2 status checks fail', async () => {
    const { box, launch } = await emptyGroup();
    box.world.breakNewAgents('web');
    const id = await launch();
    await box.run(minutes(1));
    box.world.impair(id, 'instance');

    await box.run(minutes(17));

    expect(box.alerts()).toMatchObject([
      {
        subject: expect.stringContaining('fails its EC2 status checks'),
        message: expect.stringContaining('running, system status ok, instance status impaired'),
      },
    ]);
  });

  it('lets an instance into the warm pool at once, and waits for its agent when it comes out', async () => {
    const { box } = await emptyGroup({ warmPool: { minSize: 1, poolState: 'Stopped', reuseOnScaleIn: false } });
    await box.run(minutes(4));
    const [id = ''] = instancesOf(box, 'web');
    expect(groupInstance(box, id).lifecycleState).toBe('Warmed:Stopped');
    expect(launchEnd(box, id)).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });

    box.world.setDesiredCapacity('web', 1);
    await box.run(minutes(5));

    const [pool, service] = groupInstance(box, id).hooks.map(({ end }) => end);
    expect(pool?.atMs).toBeLessThan(containerInstance(box, id).registeredAtMs);
    expect(service?.atMs).toBeGreaterThanOrEqual(containerInstance(box, id).connectivityChangedAtMs);
    expect(service).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
  });

  it('lets an instance into the warm pool when the event is lost, and reads no pool of groups that have none', async () => {
    const onlySweeps = { deliveryFault: ({ rule }: { rule: string }) => (rule.includes('Sweep') ? [0] : []) };
    const pool = { warmPool: { minSize: 1, poolState: 'Stopped', reuseOnScaleIn: false } } as const;
    const { box } = await emptyGroup(pool, onlySweeps);
    box.world.createAutoScalingGroup({ name: 'plain', cluster: 'prod', desired: 2, lifecycleHooks: [] });

    await box.run(minutes(5));

    const [id = ''] = instancesOf(box, 'web');
    expect(groupInstance(box, id).lifecycleState).toBe('Warmed:Stopped');
    expect(launchEnd(box, id)).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
    const read = box.calls('DescribeWarmPool').map(({ input }) => input.AutoScalingGroupName);
    expect(read.length).toBeGreaterThanOrEqual(4);
    expect(new Set(read)).toEqual(new Set(['web']));
  });

  it('of somebody else is left alone', async () => {
    const { box, launch } = await emptyGroup({ lifecycleHooks: [{ ...LAUNCH_HOOK, name: 'their-launch' }] });

    const id = await launch();
    await box.run(minutes(4));

    expect(groupInstance(box, id).hooks[0]?.end).toBeUndefined();
    expect(box.calls('CompleteLifecycleAction', 'RecordLifecycleActionHeartbeat')).toEqual([]);
  });
});

const WATCHED = { lifecycleHooks: [], tags: { 'ebbtide:cluster': 'prod' } };

describe('a group without a launch hook, tagged with its cluster', () => {
  it('is watched: an instance in service that never registered is told to on-call', async () => {
    const { box, launch } = await emptyGroup(WATCHED);
    box.world.breakNewAgents('web');

    const id = await launch();
    await box.run(minutes(14));
    expect(box.alerts()).toEqual([]);
    await box.run(minutes(30));

    expect(box.alerts()).toMatchObject([
      { subject: expect.stringContaining(`${id} in no cluster`), attributes: { kind: 'launch', state: 'opened' } },
    ]);
    expect(groupInstance(box, id).lifecycleState).toBe('InService');
    expect(box.calls('SetInstanceHealth')).toEqual([]);
  });

  it('has such an instance replaced where the operator said so, once', async () => {
    const { box, launch } = await emptyGroup(WATCHED, { settings: { unregisteredAction: 'replace' } });
    box.world.breakNewAgents('web');
    const id = await launch();
    box.world.repairNewAgents('web');

    await box.run(minutes(25));

    expect(groupInstance(box, id).lifecycleState).toBe('Terminated');
    expect(box.calls('SetInstanceHealth').map(({ input }) => input.InstanceId)).toEqual([id]);
    const [replacement = ''] = instancesOf(box, 'web');
    expect(containerInstance(box, replacement).agentConnected).toBe(true);
    expect(box.alerts().map(({ attributes }) => attributes.state)).toEqual(['opened', 'resolved']);
  });

  it('says nothing of instances that register in time, and asks about each only while it is new', async () => {
    const { box } = await emptyGroup({ ...WATCHED, desired: 12 });
    await box.run(minutes(8));
    const asked = () => box.calls('ListContainerInstances').filter(({ input }) => /ec2/.test(String(input.filter)));
    const before = asked().length;

    await box.run(minutes(20));

    expect(asked().length).toBe(before);
    expect(box.alerts()).toEqual([]);
  });
});
