import { describe, expect, test } from 'vitest';
import {
  createFixture,
  drain,
  eventsOf,
  type FleetFixture,
  HOUR,
  inService,
  lifecycleStateOf,
  MINUTE,
  registrationOf,
  registrationsOf,
} from '../fleet-fixture.ts';

async function poolOf(poolState: 'Stopped' | 'Running'): Promise<FleetFixture> {
  const fleet = createFixture();
  fleet.world.createCluster({ name: 'main' });
  fleet.world.createAutoScalingGroup({
    name: 'nodes',
    cluster: 'main',
    desired: 1,
    warmPool: { minSize: 1, poolState, reuseOnScaleIn: true },
  });
  await fleet.runUntil(() => inService(fleet).length === 1 && warm(fleet, `Warmed:${poolState}`) !== undefined);
  await fleet.runUntil(() => registrationsOf(fleet, inService(fleet)[0] ?? '')[0]?.agentConnected === true);
  await fleet.runFor(10 * MINUTE);
  return fleet;
}

const warm = (fleet: FleetFixture, state: string): string | undefined =>
  fleet.views.groupInstances().find(({ lifecycleState }) => lifecycleState === state)?.ec2InstanceId;

const terminateHook = {
  name: 'drain',
  transition: 'autoscaling:EC2_INSTANCE_TERMINATING',
  heartbeatTimeoutSeconds: 3_600,
  defaultResult: 'CONTINUE',
} as const;

describe('a warm pool', () => {
  test.each(['Stopped', 'Running'] as const)(
    '%s: its agents register only after they have left it',
    async (poolState) => {
      const fleet = await poolOf(poolState);
      const id = warm(fleet, `Warmed:${poolState}`) ?? '';
      expect(registrationsOf(fleet, id)).toEqual([]);

      fleet.world.setDesiredCapacity('nodes', 2);
      await fleet.runUntil(() => lifecycleStateOf(fleet, id) === 'InService');
      await fleet.runUntil(() => registrationsOf(fleet, id)[0]?.agentConnected === true);

      expect(inService(fleet)).toContain(id);
    },
  );

  test('takes an instance back through its terminate hook, which says where it goes', async () => {
    const fleet = await poolOf('Stopped');
    fleet.world.putLifecycleHook('nodes', terminateHook);
    const [id = ''] = inService(fleet);

    fleet.world.setDesiredCapacity('nodes', 0);
    await fleet.runUntil(() => lifecycleStateOf(fleet, id) === 'Warmed:Pending:Wait');

    expect(eventsOf(fleet, 'EC2 Instance-terminate Lifecycle Action')).toMatchObject([
      { detail: { EC2InstanceId: id, Origin: 'AutoScalingGroup', Destination: 'WarmPool' } },
    ]);
    fleet.call('autoscaling', 'CompleteLifecycleAction', {
      AutoScalingGroupName: 'nodes',
      LifecycleHookName: 'drain',
      InstanceId: id,
      LifecycleActionResult: 'CONTINUE',
    });
    await fleet.runUntil(() => lifecycleStateOf(fleet, id) === 'Warmed:Stopped');
    await fleet.runFor(10 * MINUTE);
    expect(registrationOf(fleet, id)).toMatchObject({ status: 'ACTIVE', agentConnected: false });
  });

  test('keeps a returned instance that somebody starts from connecting while it is in the pool', async () => {
    const fleet = await poolOf('Stopped');
    const [id = ''] = inService(fleet);
    fleet.world.setDesiredCapacity('nodes', 0);
    await fleet.runUntil(() => lifecycleStateOf(fleet, id) === 'Warmed:Stopped');
    await fleet.runFor(10 * MINUTE);

    fleet.world.startInstance(id);
    await fleet.runFor(10 * MINUTE);

    expect(registrationOf(fleet, id).agentConnected).toBe(false);
  });

  test('gives an instance back that is still DRAINING, under its old registration', async () => {
    const fleet = await poolOf('Stopped');
    const [id = ''] = inService(fleet);
    const { arn } = registrationOf(fleet, id);
    drain(fleet, id);
    fleet.world.setDesiredCapacity('nodes', 0);
    await fleet.runUntil(() => lifecycleStateOf(fleet, id) === 'Warmed:Stopped');
    await fleet.runFor(HOUR);

    fleet.world.setDesiredCapacity('nodes', 2);
    await fleet.runUntil(() => registrationOf(fleet, id).agentConnected);

    expect(registrationsOf(fleet, id)).toMatchObject([{ arn, status: 'DRAINING' }]);
    expect(lifecycleStateOf(fleet, id)).toBe('InService');
  });
});

describe('a root volume replacement', () => {
  async function replacing() {
    const fleet = await poolOf('Running');
    fleet.world.putLifecycleHook('nodes', terminateHook);
    const [id = ''] = inService(fleet);
    fleet.world.replaceRootVolume(id);
    await fleet.runUntil(() => lifecycleStateOf(fleet, id) === 'ReplacingRootVolume:Wait');
    return { fleet, id };
  }

  test('announces itself as a terminate action from the group to the group', async () => {
    const { fleet, id } = await replacing();

    expect(eventsOf(fleet, 'EC2 Instance-terminate Lifecycle Action')).toMatchObject([
      {
        detail: {
          EC2InstanceId: id,
          Origin: 'AutoScalingGroup',
          Destination: 'AutoScalingGroup',
          Action: 'ReplaceRootVolume',
        },
      },
    ]);
  });

  test('leaves the instance in service and its old registration behind as a ghost', async () => {
    const { fleet, id } = await replacing();

    fleet.call('autoscaling', 'CompleteLifecycleAction', {
      AutoScalingGroupName: 'nodes',
      LifecycleHookName: 'drain',
      InstanceId: id,
      LifecycleActionResult: 'CONTINUE',
    });
    await fleet.runUntil(() => registrationsOf(fleet, id).length === 2 && registrationOf(fleet, id).agentConnected);

    expect(lifecycleStateOf(fleet, id)).toBe('InService');
    expect(registrationsOf(fleet, id)).toMatchObject([
      { status: 'ACTIVE', agentConnected: false },
      { status: 'ACTIVE', agentConnected: true },
    ]);
  });
});
