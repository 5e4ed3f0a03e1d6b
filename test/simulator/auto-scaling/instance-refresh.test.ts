import { describe, expect, test } from 'vitest';
import { createGroup, describeMade, GROUP } from '../api-fleet.ts';
import { eventsOf, type FleetFixture, HOUR, inService, lifecycleStateOf, MINUTE } from '../fleet-fixture.ts';

const made = { AutoScalingGroupName: 'made' };

interface Refresh {
  readonly Status: string;
  readonly StatusReason?: string;
  readonly PercentageComplete: number;
  readonly InstancesToUpdate: number;
}

const start = (fleet: FleetFixture, input: object = {}) =>
  fleet.call('autoscaling', 'StartInstanceRefresh', { ...made, ...input });

function refreshOf(fleet: FleetFixture): Refresh {
  const { InstanceRefreshes } = fleet.call<{ InstanceRefreshes: Refresh[] }>(
    'autoscaling',
    'DescribeInstanceRefreshes',
    made,
  );
  return InstanceRefreshes[0] ?? { Status: 'none', PercentageComplete: 0, InstancesToUpdate: 0 };
}

const groupOf = (count: number, settings: object = {}) => createGroup({ DesiredCapacity: count, ...settings });

/** Lets the refresh go to its end, and notes how few were in service meanwhile. */
async function fewestInService(fleet: FleetFixture): Promise<number> {
  let fewest = Number.POSITIVE_INFINITY;
  await fleet.runUntil(() => {
    fewest = Math.min(fewest, inService(fleet).length);
    return !['Pending', 'InProgress', 'Baking'].includes(refreshOf(fleet).Status);
  }, 5 * HOUR);
  return fewest;
}

describe('a rolling instance refresh', () => {
  test.each([
    [100, 3],
    [90, 3],
    [50, 2],
    [0, 0],
  ])('with a minimum healthy percentage of %i leaves at least %i of four in service', async (percentage, least) => {
    const fleet = await groupOf(4);
    await fleet.runUntil(() => inService(fleet).length === 4);
    const before = inService(fleet);

    start(fleet, { Preferences: { MinHealthyPercentage: percentage, InstanceWarmup: 60 } });
    const fewest = await fewestInService(fleet);

    expect(refreshOf(fleet)).toMatchObject({ Status: 'Successful', PercentageComplete: 100, InstancesToUpdate: 0 });
    expect(fewest).toBe(least);
    expect(inService(fleet)).toHaveLength(4);
    expect(inService(fleet).filter((id) => before.includes(id))).toEqual([]);
    expect(fleet.events.map((event) => event['detail-type']).filter((type) => type.includes('Refresh'))).toEqual([
      'EC2 Auto Scaling Instance Refresh Started',
      'EC2 Auto Scaling Instance Refresh Succeeded',
    ]);
  });

  test('waits for the terminate hooks, for the warm-up, and tells how far it is', async () => {
    const hook = {
      LifecycleHookName: 'drain',
      LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
      HeartbeatTimeout: 600,
      DefaultResult: 'CONTINUE',
    };
    const fleet = await groupOf(2, { LifecycleHookSpecificationList: [hook] });
    const [first = ''] = inService(fleet);

    start(fleet, { Preferences: { InstanceWarmup: 300 } });
    expect(refreshOf(fleet)).toMatchObject({ Status: 'Pending', PercentageComplete: 0 });
    await fleet.runUntil(() => lifecycleStateOf(fleet, first) === 'Terminating:Wait');
    expect(refreshOf(fleet)).toMatchObject({ Status: 'InProgress', InstancesToUpdate: 2 });

    await fleet.runUntil(() => inService(fleet).length === 2);
    await fleet.runFor(MINUTE);
    expect(refreshOf(fleet).StatusReason).toContain('is warming up');
    await fleet.runUntil(() => refreshOf(fleet).PercentageComplete === 50);
    await fleet.runUntil(() => refreshOf(fleet).Status === 'Successful');
    expect(eventsOf(fleet, 'EC2 Instance-terminate Lifecycle Action')).toHaveLength(2);
  });

  test('brings the desired configuration, and the group keeps it', async () => {
    const fleet = await createGroup({ LaunchTemplate: { ...GROUP.LaunchTemplate, Version: '1' } });
    fleet.call('ec2', 'CreateLaunchTemplateVersion', {
      LaunchTemplateName: 'hosts',
      SourceVersion: '1',
      LaunchTemplateData: { InstanceType: 'c5.large' },
    });
    const DesiredConfiguration = { LaunchTemplate: { LaunchTemplateName: 'hosts', Version: '2' } };
    start(fleet, { DesiredConfiguration });
    await fewestInService(fleet);

    expect(describeMade(fleet)).toMatchObject({ LaunchTemplate: { Version: '2' } });
    expect(describeMade(fleet)?.Instances.map(({ LaunchTemplate }) => LaunchTemplate?.Version)).toEqual(['2', '2']);

    const ids = inService(fleet);
    start(fleet, { DesiredConfiguration, Preferences: { SkipMatching: true } });
    await fewestInService(fleet);
    expect(inService(fleet)).toEqual(ids);
  });

  test('waits an hour for an instance that is protected from scale-in, and fails', async () => {
    const fleet = await groupOf(2);
    const [id = '', other = ''] = inService(fleet);
    const protect = { ...made, InstanceIds: [id], ProtectedFromScaleIn: true };
    fleet.call('autoscaling', 'SetInstanceProtection', protect);

    start(fleet, { Preferences: { MinHealthyPercentage: 0 } });
    await fleet.runFor(30 * MINUTE);
    expect(refreshOf(fleet)).toMatchObject({ Status: 'InProgress', PercentageComplete: 50 });
    await fleet.runFor(HOUR);
    expect(refreshOf(fleet).Status).toBe('Failed');
    expect(inService(fleet)).toContain(id);
    expect(inService(fleet)).not.toContain(other);

    start(fleet, { Preferences: { ScaleInProtectedInstances: 'Ignore' } });
    await fewestInService(fleet);
    expect(refreshOf(fleet).Status).toBe('Successful');
    expect(inService(fleet)).toContain(id);
  });

  test('is one at a time, can be cancelled, and leaves what it has replaced', async () => {
    const fleet = await groupOf(4);
    const before = inService(fleet);
    start(fleet);
    expect(fleet.errorOf('autoscaling', 'StartInstanceRefresh', made).code).toBe('InstanceRefreshInProgress');
    await fleet.runUntil(() => inService(fleet).length < 4);

    fleet.call('autoscaling', 'CancelInstanceRefresh', made);
    expect(refreshOf(fleet).Status).toBe('Cancelling');
    await fleet.runUntil(() => refreshOf(fleet).Status === 'Cancelled');
    expect(inService(fleet).filter((id) => before.includes(id))).toHaveLength(3);
    expect(inService(fleet)).toHaveLength(4);
    expect(fleet.errorOf('autoscaling', 'CancelInstanceRefresh', made).code).toBe('ActiveInstanceRefreshNotFound');
  });

  test('of root volumes keeps the instances', async () => {
    const fleet = await groupOf(2);
    const ids = inService(fleet);
    start(fleet, { Strategy: 'ReplaceRootVolume' });
    await fewestInService(fleet);

    expect(refreshOf(fleet).Status).toBe('Successful');
    expect(inService(fleet)).toEqual(ids);
  });

  test.each([{ AutoRollback: true }, { MaxHealthyPercentage: 120 }, { CheckpointPercentages: [50] }])(
    'is refused with what is not modelled: %j',
    async (Preferences) => {
      const fleet = await groupOf(2);

      expect(fleet.errorOf('autoscaling', 'StartInstanceRefresh', { ...made, Preferences })).toEqual({
        code: 'ValidationError',
        message: expect.stringContaining(Object.keys(Preferences)[0] ?? ''),
      });
    },
  );
});
