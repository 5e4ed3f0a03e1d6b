import { describe, expect, test } from 'vitest';
import {
  createConnectedFleet,
  eventsOf,
  type FleetFixture,
  HOUR,
  inService,
  lifecycleStateOf,
  MINUTE,
} from '../fleet-fixture.ts';

const TERMINATING = 'autoscaling:EC2_INSTANCE_TERMINATING';
const LAUNCHING = 'autoscaling:EC2_INSTANCE_LAUNCHING';

interface HookOptions {
  readonly name?: string;
  readonly heartbeatTimeoutSeconds?: number;
  readonly defaultResult?: 'CONTINUE' | 'ABANDON';
}

const hook = (options: HookOptions = {}) =>
  ({
    name: 'drain',
    transition: TERMINATING,
    heartbeatTimeoutSeconds: 300,
    defaultResult: 'CONTINUE',
    ...options,
  }) as const;

async function waitingInstance(hooks: HookOptions[] = [{}], group: object = {}) {
  const fleet = await createConnectedFleet({ lifecycleHooks: hooks.map(hook), ...group });
  const [id = ''] = inService(fleet);
  fleet.world.terminateInstanceInGroup(id);
  await fleet.runUntil(() => lifecycleStateOf(fleet, id) === 'Terminating:Wait');
  return { fleet, id };
}

const action = (id: string, more: object = {}) => ({
  AutoScalingGroupName: 'nodes',
  LifecycleHookName: 'drain',
  InstanceId: id,
  ...more,
});

const historyOf = (fleet: FleetFixture, id: string) =>
  fleet.views.groupInstances().find(({ ec2InstanceId }) => ec2InstanceId === id)?.hooks ?? [];

const ec2StateOf = (fleet: FleetFixture, id: string) =>
  fleet.views.ec2Instances().find(({ ec2InstanceId }) => ec2InstanceId === id)?.state;

describe('a terminate hook', () => {
  test('announces the action and keeps the instance running in Terminating:Wait', async () => {
    const { fleet, id } = await waitingInstance();

    expect(ec2StateOf(fleet, id)).toBe('running');
    expect(eventsOf(fleet, 'EC2 Instance-terminate Lifecycle Action')).toMatchObject([
      {
        source: 'aws.autoscaling',
        detail: {
          LifecycleActionToken: expect.stringMatching(/^[0-9a-f-]{36}$/),
          AutoScalingGroupName: 'nodes',
          LifecycleHookName: 'drain',
          EC2InstanceId: id,
          LifecycleTransition: TERMINATING,
          Origin: 'AutoScalingGroup',
          Destination: 'EC2',
        },
      },
    ]);
  });

  test.each(['token', 'instance id'])('ends when it is completed by %s, and the group records by whom', async (by) => {
    const { fleet, id } = await waitingInstance();
    const token = historyOf(fleet, id)[0]?.token;

    const named = by === 'token' ? { InstanceId: undefined, LifecycleActionToken: token } : {};
    fleet.call('autoscaling', 'CompleteLifecycleAction', action(id, { ...named, LifecycleActionResult: 'CONTINUE' }));
    await fleet.runUntil(() => ec2StateOf(fleet, id) === 'terminated');

    expect(historyOf(fleet, id)).toMatchObject([
      { hook: 'drain', end: { result: 'CONTINUE', by: { kind: 'caller', name: 'test' } } },
    ]);
  });

  test('ends with its default result when nobody sends a heartbeat', async () => {
    const { fleet, id } = await waitingInstance();
    await fleet.runFor(301_000);

    const [entry] = historyOf(fleet, id);
    expect(entry?.end).toMatchObject({ result: 'CONTINUE', by: { kind: 'heartbeat-timeout' } });
    expect((entry?.end?.atMs ?? 0) - (entry?.startedAtMs ?? 0)).toBe(300_000);
  });

  test('waits on while heartbeats come, but never past its global limit', async () => {
    const { fleet, id } = await waitingInstance([{ heartbeatTimeoutSeconds: 30 }]);

    for (let beat = 0; beat < 400 && lifecycleStateOf(fleet, id) === 'Terminating:Wait'; beat++) {
      fleet.call('autoscaling', 'RecordLifecycleActionHeartbeat', action(id));
      await fleet.runFor(20_000);
    }

    const [entry] = historyOf(fleet, id);
    expect(entry?.end).toMatchObject({ by: { kind: 'global-timeout' } });
    expect((entry?.end?.atMs ?? 0) - (entry?.startedAtMs ?? 0)).toBe(100 * 30_000);
  });

  test.each([
    [30, 3_000],
    [300, 30_000],
    [3_600, 172_800],
    [7_200, 172_800],
  ])('with a heartbeat timeout of %i s has a global limit of %i s', async (heartbeatTimeoutSeconds, globalTimeout) => {
    const fleet = await createConnectedFleet({ lifecycleHooks: [hook({ heartbeatTimeoutSeconds })] });

    expect(fleet.call('autoscaling', 'DescribeLifecycleHooks', { AutoScalingGroupName: 'nodes' })).toMatchObject({
      LifecycleHooks: [{ GlobalTimeout: globalTimeout, HeartbeatTimeout: heartbeatTimeoutSeconds }],
    });
  });

  test('answers a second completion with the error that AWS uses', async () => {
    const { fleet, id } = await waitingInstance();
    const completion = action(id, { LifecycleActionResult: 'CONTINUE' });
    fleet.call('autoscaling', 'CompleteLifecycleAction', completion);

    const error = { code: 'ValidationError', message: `No active Lifecycle Action found with instance ID ${id}` };
    expect(fleet.errorOf('autoscaling', 'CompleteLifecycleAction', completion)).toEqual(error);
    expect(fleet.errorOf('autoscaling', 'RecordLifecycleActionHeartbeat', action(id))).toEqual(error);
  });

  test('holds the instance until all hooks of the group have ended', async () => {
    const { fleet, id } = await waitingInstance([{}, { name: 'backup' }]);
    fleet.call('autoscaling', 'CompleteLifecycleAction', action(id, { LifecycleActionResult: 'CONTINUE' }));
    await fleet.runFor(MINUTE);
    expect(lifecycleStateOf(fleet, id)).toBe('Terminating:Wait');

    const backup = action(id, { LifecycleHookName: 'backup', LifecycleActionResult: 'CONTINUE' });
    fleet.call('autoscaling', 'CompleteLifecycleAction', backup);
    expect(lifecycleStateOf(fleet, id)).toBe('Terminating:Proceed');
  });

  test('that is abandoned skips the other hooks and still terminates the instance', async () => {
    const { fleet, id } = await waitingInstance([{}, { name: 'backup' }]);

    fleet.call('autoscaling', 'CompleteLifecycleAction', action(id, { LifecycleActionResult: 'ABANDON' }));
    await fleet.runUntil(() => ec2StateOf(fleet, id) === 'terminated', 10 * MINUTE);

    expect(historyOf(fleet, id)).toMatchObject([
      { hook: 'drain', end: { result: 'ABANDON' } },
      { hook: 'backup', end: { result: undefined, by: { kind: 'other-hook-abandoned' } } },
    ]);
  });

  test('that is abandoned in a group that retains leaves the instance running outside the capacity', async () => {
    const { fleet, id } = await waitingInstance([{}], { retention: 'retain' });

    fleet.call('autoscaling', 'CompleteLifecycleAction', action(id, { LifecycleActionResult: 'ABANDON' }));
    await fleet.runFor(HOUR);

    expect(lifecycleStateOf(fleet, id)).toBe('Terminating:Retained');
    expect(ec2StateOf(fleet, id)).toBe('running');
    expect(inService(fleet)).toHaveLength(2);
  });

  test('is cut short when EC2 terminates the instance behind the back of the group', async () => {
    const { fleet, id } = await waitingInstance([{ heartbeatTimeoutSeconds: 7_200 }]);

    fleet.world.terminateInstance(id);
    await fleet.runFor(15 * MINUTE);

    expect(historyOf(fleet, id)).toMatchObject([{ end: { result: undefined, by: { kind: 'instance-gone' } } }]);
    expect(lifecycleStateOf(fleet, id)).toBe('Terminated');
  });

  // Whether the group's look meets `shutting-down` or `terminated` depends on the seed.
  test.each([1, 2, 3, 4, 5])(
    'is bypassed for an instance that EC2 terminates in service, which is replaced (seed %i)',
    async (seed) => {
      const fleet = await createConnectedFleet({ lifecycleHooks: [hook()] }, { seed });
      const [id = ''] = inService(fleet);

      fleet.world.terminateInstance(id);
      await fleet.runFor(20 * MINUTE);

      expect(historyOf(fleet, id)).toEqual([]);
      expect(inService(fleet)).toHaveLength(2);
      expect(inService(fleet)).not.toContain(id);
    },
  );
});

describe('a launch hook', () => {
  const launchHook = {
    name: 'register',
    transition: LAUNCHING,
    heartbeatTimeoutSeconds: 600,
    defaultResult: 'ABANDON',
  } as const;

  async function waitingLaunch() {
    const fleet = await createConnectedFleet();
    fleet.world.putLifecycleHook('nodes', launchHook);
    fleet.world.setDesiredCapacity('nodes', 3);
    const waiting = () => fleet.views.groupInstances().find(({ lifecycleState }) => lifecycleState === 'Pending:Wait');
    await fleet.runUntil(() => waiting() !== undefined);
    return { fleet, id: waiting()?.ec2InstanceId ?? '' };
  }

  test('keeps a new instance out of service until it is completed', async () => {
    const { fleet, id } = await waitingLaunch();
    expect(eventsOf(fleet, 'EC2 Instance-launch Lifecycle Action')).toMatchObject([
      { detail: { EC2InstanceId: id, Origin: 'EC2', Destination: 'AutoScalingGroup' } },
    ]);

    const completion = action(id, { LifecycleHookName: 'register', LifecycleActionResult: 'CONTINUE' });
    fleet.call('autoscaling', 'CompleteLifecycleAction', completion);
    await fleet.runFor(MINUTE);

    expect(lifecycleStateOf(fleet, id)).toBe('InService');
  });

  test('that expires into ABANDON terminates the instance, and the group launches another', async () => {
    const { fleet, id } = await waitingLaunch();

    await fleet.runFor(15 * MINUTE);

    expect(lifecycleStateOf(fleet, id)).toMatch(/^Terminat/);
    expect(fleet.views.groupInstances().filter(({ lifecycleState }) => lifecycleState === 'Pending:Wait')).toHaveLength(
      1,
    );
  });
});
