import { describe, expect, test } from 'vitest';
import { base64, createAccount, createGroup, describeMade, ec2StateOf, GROUP, IMAGE, joining } from '../api-fleet.ts';
import { type FleetFixture, inService, lifecycleStateOf, MINUTE, registrationsOf } from '../fleet-fixture.ts';

const made = { AutoScalingGroupName: 'made' };
const drain = {
  LifecycleHookName: 'drain',
  LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
  HeartbeatTimeout: 300,
};

const addVersion = (fleet: FleetFixture, data: object) =>
  fleet.call('ec2', 'CreateLaunchTemplateVersion', {
    LaunchTemplateName: 'hosts',
    SourceVersion: '$Latest',
    LaunchTemplateData: data,
  });

describe('a group that is made by API', () => {
  test('launches what its template says, over its zones, into the cluster of the user data', async () => {
    const Tags = [
      { Key: 'team', Value: 'platform', PropagateAtLaunch: true },
      { Key: 'owner', Value: 'me', PropagateAtLaunch: false },
    ];
    const fleet = await createGroup({ Tags });

    const instances = fleet.call<{ Reservations: { Instances: Record<string, unknown>[] }[] }>(
      'ec2',
      'DescribeInstances',
      { Filters: [{ Name: 'tag:aws:autoscaling:groupName', Values: ['made'] }] },
    );
    const launched = instances.Reservations.flatMap(({ Instances }) => Instances);
    expect(launched).toHaveLength(2);
    expect(
      new Set(launched.map(({ Placement }) => (Placement as { AvailabilityZone: string }).AvailabilityZone)),
    ).toEqual(new Set(GROUP.AvailabilityZones));
    for (const instance of launched) {
      expect(instance).toMatchObject({ ImageId: IMAGE.ImageId, InstanceType: 'm5.large' });
      expect(instance.Tags).toContainEqual({ Key: 'team', Value: 'platform' });
      expect(instance.Tags).not.toContainEqual({ Key: 'owner', Value: 'me' });
    }
    for (const id of inService(fleet)) {
      expect(registrationsOf(fleet, id)).toMatchObject([{ cluster: 'main', status: 'ACTIVE', agentConnected: true }]);
    }
  });

  test.each([
    ['name no cluster', base64('#!/bin/sh\necho hello\n')],
    ['name a cluster that does not exist', joining('elsewhere')],
    ['are not there', undefined],
  ])('has instances without an agent when the user data %s', async (_, UserData) => {
    const fleet = createAccount({ UserData });
    fleet.call('autoscaling', 'CreateAutoScalingGroup', GROUP);
    await fleet.runFor(15 * MINUTE);

    expect(inService(fleet)).toHaveLength(2);
    expect(fleet.views.containerInstances()).toEqual([]);
  });

  test('joins as Bottlerocket does, with the attributes of the configuration', async () => {
    const bottlerocket = createAccount({ UserData: base64('[settings.ecs]\ncluster = "main"\n') });
    bottlerocket.call('autoscaling', 'CreateAutoScalingGroup', GROUP);
    await bottlerocket.runUntil(() => bottlerocket.views.containerInstances().length === 2);

    const fleet = createAccount({ UserData: joining('main', 'ECS_INSTANCE_ATTRIBUTES={"rack":"7"}') });
    fleet.call('autoscaling', 'CreateAutoScalingGroup', GROUP);
    await fleet.runUntil(() => fleet.views.containerInstances().length === 2);
    const [{ arn } = { arn: '' }] = fleet.views.containerInstances();
    const described = fleet.call<{ containerInstances: { attributes: object[] }[] }>(
      'ecs',
      'DescribeContainerInstances',
      { cluster: 'main', containerInstances: [arn] },
    );
    expect(described.containerInstances[0]?.attributes).toContainEqual(
      expect.objectContaining({ name: 'rack', value: '7' }),
    );
  });

  test.each([
    ['the name of another', {}, 'AlreadyExists', 'already exists'],
    ['no template', { AutoScalingGroupName: 'x', LaunchTemplate: undefined }, 'ValidationError', 'LaunchTemplate'],
    [
      'a template that is not there',
      { AutoScalingGroupName: 'x', LaunchTemplate: { LaunchTemplateName: 'none' } },
      'ValidationError',
      'template name none, does not exist',
    ],
    [
      'a version that is not there',
      { AutoScalingGroupName: 'x', LaunchTemplate: { LaunchTemplateName: 'hosts', Version: '9' } },
      'ValidationError',
      'version 9',
    ],
    ['no zone', { AutoScalingGroupName: 'x', AvailabilityZones: undefined }, 'ValidationError', 'Availability Zone'],
    ['a wrong zone', { AutoScalingGroupName: 'x', AvailabilityZones: ['mars-1a'] }, 'ValidationError', 'mars-1a'],
    ['a subnet', { AutoScalingGroupName: 'x', VPCZoneIdentifier: 'subnet-1' }, 'ValidationError', "'subnet-1'"],
    ['too small a maximum', { AutoScalingGroupName: 'x', MinSize: 11 }, 'ValidationError', 'Max bound, 10'],
    ['too much desired', { AutoScalingGroupName: 'x', DesiredCapacity: 11 }, 'ValidationError', 'Desired capacity:11'],
    ['what is not modelled', { AutoScalingGroupName: 'x', MixedInstancesPolicy: {} }, 'ValidationError', 'not model'],
  ])('is refused with %s', (_, settings, code, message) => {
    const fleet = createAccount();
    fleet.call('autoscaling', 'CreateAutoScalingGroup', GROUP);

    expect(fleet.errorOf('autoscaling', 'CreateAutoScalingGroup', { ...GROUP, ...settings })).toEqual({
      code,
      message: expect.stringContaining(message),
    });
  });

  test('launches by the newest version of its template, and leaves those that run alone', async () => {
    const fleet = await createGroup();
    addVersion(fleet, { InstanceType: 'c5.large' });
    fleet.call('autoscaling', 'SetDesiredCapacity', { ...made, DesiredCapacity: 3 });
    await fleet.runUntil(() => inService(fleet).length === 3);

    expect(describeMade(fleet)?.Instances.map(({ LaunchTemplate }) => LaunchTemplate?.Version)).toEqual([
      '1',
      '1',
      '2',
    ]);
  });

  test('fails to launch while its template is gone, and goes on once it has another', async () => {
    const fleet = await createGroup();
    fleet.call('ec2', 'DeleteLaunchTemplate', { LaunchTemplateName: 'hosts' });
    fleet.call('autoscaling', 'SetDesiredCapacity', { ...made, DesiredCapacity: 3 });
    await fleet.runFor(5 * MINUTE);

    expect(inService(fleet)).toHaveLength(2);
    expect(fleet.call('autoscaling', 'DescribeScalingActivities', made)).toMatchObject({
      Activities: expect.arrayContaining([expect.objectContaining({ StatusCode: 'Failed' })]),
    });

    fleet.call('ec2', 'CreateLaunchTemplate', { LaunchTemplateName: 'others', LaunchTemplateData: IMAGE });
    const LaunchTemplate = { LaunchTemplateName: 'others' };
    fleet.call('autoscaling', 'UpdateAutoScalingGroup', { ...made, LaunchTemplate });
    await fleet.runUntil(() => inService(fleet).length === 3);
  });

  test.each([
    ['OldestInstance', 1],
    ['NewestInstance', 0],
  ])('takes by %s one of the zone that has most', async (policy, left) => {
    const zones = { AvailabilityZones: ['eu-central-1a'], TerminationPolicies: [policy] };
    const fleet = await createGroup(zones);
    const ids = inService(fleet);
    fleet.call('autoscaling', 'SetDesiredCapacity', { ...made, DesiredCapacity: 1 });
    await fleet.runUntil(() => inService(fleet).length === 1);

    expect(inService(fleet)).toEqual([ids[left]]);
  });
});

describe('the end of a group', () => {
  test('is refused while there are instances, and while they are on their way out', async () => {
    const fleet = await createGroup({ LifecycleHookSpecificationList: [drain] });
    expect(fleet.errorOf('autoscaling', 'DeleteAutoScalingGroup', made).code).toBe('ResourceInUse');

    fleet.call('autoscaling', 'UpdateAutoScalingGroup', { ...made, DesiredCapacity: 0 });
    await fleet.runFor(MINUTE);
    expect(fleet.errorOf('autoscaling', 'DeleteAutoScalingGroup', made).code).toBe('ScalingActivityInProgress');

    await fleet.runFor(15 * MINUTE);
    fleet.call('autoscaling', 'DeleteAutoScalingGroup', made);
    expect(describeMade(fleet)).toBeUndefined();
  });

  test('by force terminates the instances without waiting for a hook, also for those that one holds', async () => {
    const fleet = await createGroup({ LifecycleHookSpecificationList: [drain] });
    const ids = inService(fleet);
    fleet.world.terminateInstanceInGroup(ids[0] ?? '', 'shrink');
    await fleet.runUntil(() => lifecycleStateOf(fleet, ids[0] ?? '') === 'Terminating:Wait');

    fleet.call('autoscaling', 'DeleteAutoScalingGroup', { ...made, ForceDelete: true });
    expect(describeMade(fleet)).toMatchObject({ Status: 'Delete in progress', DesiredCapacity: 0 });
    const refused = fleet.errorOf('autoscaling', 'UpdateAutoScalingGroup', { ...made, MaxSize: 1 });
    expect(refused.code).toBe('ScalingActivityInProgress');
    await fleet.runFor(5 * MINUTE);

    expect(describeMade(fleet)).toBeUndefined();
    expect(ids.map((id) => ec2StateOf(fleet, id))).toEqual(['terminated', 'terminated']);
    const deleted = { ...made, IncludeDeletedGroups: true };
    expect(fleet.call('autoscaling', 'DescribeScalingActivities', deleted)).toMatchObject({
      Activities: expect.arrayContaining([expect.objectContaining({ AutoScalingGroupState: 'Deleted' })]),
    });
  });
});

test.each([
  ['a terminate hook lets the instance go', drain, 'Terminating:Wait', 'terminated'],
  [
    'a launch hook gives the instance up',
    { ...drain, LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING' },
    'Pending:Wait',
    'terminated',
  ],
])('deleting %s that it holds', async (_, hook, held, after) => {
  const fleet = await createGroup();
  fleet.call('autoscaling', 'PutLifecycleHook', { ...made, ...hook });
  fleet.call('autoscaling', 'SetDesiredCapacity', { ...made, DesiredCapacity: held === 'Pending:Wait' ? 3 : 1 });
  const holding = () => fleet.views.groupInstances().find(({ lifecycleState }) => lifecycleState === held);
  await fleet.runUntil(() => holding() !== undefined);
  const id = holding()?.ec2InstanceId ?? '';

  fleet.call('autoscaling', 'DeleteLifecycleHook', { ...made, LifecycleHookName: 'drain' });
  await fleet.runUntil(() => ec2StateOf(fleet, id) === after);

  expect(fleet.call('autoscaling', 'DescribeLifecycleHooks', made)).toEqual({ LifecycleHooks: [] });
  expect(fleet.errorOf('autoscaling', 'DeleteLifecycleHook', { ...made, LifecycleHookName: 'drain' }).code).toBe(
    'ValidationError',
  );
});
