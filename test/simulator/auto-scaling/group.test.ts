import { describe, expect, test } from 'vitest';
import { createConnectedFleet, createFixture, HOUR, inService, lifecycleStateOf, MINUTE } from '../fleet-fixture.ts';

describe('an Auto Scaling group', () => {
  test('spreads its instances over its zones', async () => {
    const fleet = await createConnectedFleet({
      desired: 6,
      zones: ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'],
    });

    const zones = Map.groupBy(fleet.views.groupInstances(), ({ availabilityZone }) => availabilityZone);
    expect([...zones.values()].map((members) => members.length)).toEqual([2, 2, 2]);
  });

  test('scales in from the fullest zone, oldest first, and spares protected instances', async () => {
    const fleet = await createConnectedFleet({ desired: 3 });
    const [oldest = ''] = inService(fleet);

    fleet.world.setDesiredCapacity('nodes', 2);
    await fleet.runFor(10 * MINUTE);

    expect(lifecycleStateOf(fleet, oldest)).toBe('Terminated');
    expect(inService(fleet)).toHaveLength(2);
  });

  test('never goes below its minimum or above its maximum', async () => {
    const fleet = await createConnectedFleet({ desired: 2, minSize: 2, maxSize: 4 });
    const request = { AutoScalingGroupName: 'nodes', DesiredCapacity: 5 };

    expect(fleet.errorOf('autoscaling', 'SetDesiredCapacity', request).message).toContain('above max value 4');
    expect(fleet.errorOf('autoscaling', 'SetDesiredCapacity', { ...request, DesiredCapacity: 1 }).message).toContain(
      'below min value 2',
    );
    expect(
      fleet.errorOf('autoscaling', 'TerminateInstanceInAutoScalingGroup', {
        InstanceId: inService(fleet)[0],
        ShouldDecrementDesiredCapacity: true,
      }).code,
    ).toBe('ValidationError');
  });

  test('replaces an instance that is set unhealthy, through its hooks', async () => {
    const fleet = await createConnectedFleet({
      lifecycleHooks: [{ name: 'drain', transition: 'autoscaling:EC2_INSTANCE_TERMINATING' }],
      newInstancesProtected: true,
    });
    const [id = ''] = inService(fleet);

    fleet.call('autoscaling', 'SetInstanceHealth', { InstanceId: id, HealthStatus: 'Unhealthy' });
    await fleet.runFor(5 * MINUTE);

    expect(lifecycleStateOf(fleet, id)).toBe('Terminating:Wait');
    expect(inService(fleet)).toHaveLength(2);
  });

  test('leaves a young instance alone while the grace period is respected', async () => {
    const fleet = await createConnectedFleet({ healthCheckGracePeriodSeconds: 3_600 });
    const [id = ''] = inService(fleet);
    const request = { InstanceId: id, HealthStatus: 'Unhealthy' };

    fleet.call('autoscaling', 'SetInstanceHealth', request);
    expect(lifecycleStateOf(fleet, id)).toBe('InService');
    fleet.call('autoscaling', 'SetInstanceHealth', { ...request, ShouldRespectGracePeriod: false });
    expect(lifecycleStateOf(fleet, id)).toBe('Terminating');
  });

  test('replaces nothing while its processes are suspended', async () => {
    const fleet = await createConnectedFleet();
    const [id = ''] = inService(fleet);
    fleet.call('autoscaling', 'SuspendProcesses', {
      AutoScalingGroupName: 'nodes',
      ScalingProcesses: ['ReplaceUnhealthy'],
    });

    fleet.call('autoscaling', 'SetInstanceHealth', { InstanceId: id, HealthStatus: 'Unhealthy' });
    await fleet.runFor(HOUR);

    expect(lifecycleStateOf(fleet, id)).toBe('InService');
    expect(fleet.call('autoscaling', 'DescribeAutoScalingInstances', { InstanceIds: [id] })).toMatchObject({
      AutoScalingInstances: [{ HealthStatus: 'UNHEALTHY' }],
    });
  });

  test('is described in pages, by tag, with the states of its instances', async () => {
    const fleet = createFixture();
    for (let index = 0; index < 120; index++) {
      fleet.world.createAutoScalingGroup({ name: `g${index}`, desired: 0, tags: index % 2 ? { team: 'a' } : {} });
    }
    const names: string[] = [];
    let token: string | undefined;
    do {
      const page = fleet.call<{ AutoScalingGroups: { AutoScalingGroupName: string }[]; NextToken?: string }>(
        'autoscaling',
        'DescribeAutoScalingGroups',
        { MaxRecords: 25, NextToken: token, Filters: [{ Name: 'tag:team', Values: ['a', 'b'] }] },
      );
      expect(page.AutoScalingGroups.length).toBeLessThanOrEqual(25);
      names.push(...page.AutoScalingGroups.map(({ AutoScalingGroupName }) => AutoScalingGroupName));
      token = page.NextToken;
    } while (token !== undefined);
    expect(new Set(names).size).toBe(60);
    expect(names).toHaveLength(60);
  });

  test('says nothing about instances that it does not know', async () => {
    const fleet = await createConnectedFleet();
    const [id = ''] = inService(fleet);
    const request = { InstanceIds: ['i-00000000000000000', id] };

    expect(fleet.call('autoscaling', 'DescribeAutoScalingInstances', request)).toMatchObject({
      AutoScalingInstances: [{ InstanceId: id, AutoScalingGroupName: 'nodes', LifecycleState: 'InService' }],
    });
  });
});
