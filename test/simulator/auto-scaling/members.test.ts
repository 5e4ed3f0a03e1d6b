import { describe, expect, test } from 'vitest';
import { createGroup, describeMade, IMAGE, joining } from '../api-fleet.ts';
import { eventsOf, type FleetFixture, inService, lifecycleStateOf, MINUTE, registrationsOf } from '../fleet-fixture.ts';

const made = { AutoScalingGroupName: 'made' };
const hooks = ['LAUNCHING', 'TERMINATING'].map((what) => ({
  LifecycleHookName: what.toLowerCase(),
  LifecycleTransition: `autoscaling:EC2_INSTANCE_${what}`,
}));

/** A group with hooks for everything, which hold nothing of what follows. */
async function quietGroup(settings: object = {}): Promise<{ fleet: FleetFixture; id: string; other: string }> {
  const fleet = await createGroup(settings);
  for (const hook of hooks) fleet.call('autoscaling', 'PutLifecycleHook', { ...made, ...hook });
  const [id = '', other = ''] = inService(fleet);
  return { fleet, id, other };
}

const call = (fleet: FleetFixture, operation: string, ids: readonly string[], more: object = {}) =>
  fleet.call('autoscaling', operation, { ...made, InstanceIds: ids, ...more });

describe('Standby', () => {
  test('with a decrement takes an instance out of service, without a hook, and back with the capacity', async () => {
    const { fleet, id } = await quietGroup();
    expect(call(fleet, 'EnterStandby', [id], { ShouldDecrementDesiredCapacity: true })).toMatchObject({
      Activities: [{ Description: `Moving EC2 instance to Standby: ${id}`, StatusCode: 'InProgress' }],
    });
    expect(lifecycleStateOf(fleet, id)).toBe('EnteringStandby');
    await fleet.runFor(10 * MINUTE);

    expect(lifecycleStateOf(fleet, id)).toBe('Standby');
    expect(describeMade(fleet)).toMatchObject({ DesiredCapacity: 1 });
    expect(inService(fleet)).toHaveLength(1);
    expect(registrationsOf(fleet, id)[0]?.agentConnected).toBe(true);

    call(fleet, 'ExitStandby', [id]);
    await fleet.runFor(MINUTE);
    expect(lifecycleStateOf(fleet, id)).toBe('InService');
    expect(describeMade(fleet)).toMatchObject({ DesiredCapacity: 2 });
    expect(fleet.events.filter((event) => event['detail-type'].includes('Lifecycle Action'))).toEqual([]);
  });

  test('without a decrement has the instance replaced', async () => {
    const { fleet, id } = await quietGroup();
    for (const { LifecycleHookName } of hooks) {
      fleet.call('autoscaling', 'DeleteLifecycleHook', { ...made, LifecycleHookName });
    }
    call(fleet, 'EnterStandby', [id], { ShouldDecrementDesiredCapacity: false });
    await fleet.runUntil(() => inService(fleet).length === 2);

    expect(inService(fleet)).not.toContain(id);
    expect(lifecycleStateOf(fleet, id)).toBe('Standby');
  });

  test('is refused below the minimum, beyond the maximum, and from a wrong state', async () => {
    const { fleet, id, other } = await quietGroup({ MinSize: 1, MaxSize: 2 });
    const decrement = { ShouldDecrementDesiredCapacity: true };
    const errorOf = (operation: string, InstanceIds: string[], more: object = {}) =>
      fleet.errorOf('autoscaling', operation, { ...made, InstanceIds, ...more }).message;

    expect(errorOf('EnterStandby', [id, other], decrement)).toContain('min-size=1, max-size=2, and desired-size=2');
    expect(errorOf('ExitStandby', [id])).toBe(`The instance ${id} is not in Standby.`);
    expect(errorOf('EnterStandby', ['i-0aaaaaaaaaaaaaaaa'], decrement)).toContain('is not part of Auto Scaling group');

    call(fleet, 'EnterStandby', [id], decrement);
    await fleet.runFor(MINUTE);
    expect(errorOf('EnterStandby', [id], decrement)).toBe(`The instance ${id} is not in InService.`);
    fleet.call('autoscaling', 'UpdateAutoScalingGroup', { ...made, MaxSize: 1 });
    expect(errorOf('ExitStandby', [id])).toContain('update the AutoScalingGroup sizes');
  });
});

describe('an instance that is attached', () => {
  async function withLoneInstance() {
    const { fleet, id } = await quietGroup({ MaxSize: 3 });
    const { Instances } = fleet.call<{ Instances: { InstanceId: string }[] }>('ec2', 'RunInstances', {
      ...IMAGE,
      UserData: joining('main'),
      MinCount: 1,
      MaxCount: 1,
    });
    return { fleet, id, lone: Instances[0]?.InstanceId ?? '' };
  }

  test('goes into service without a hook, keeps its registration, and counts', async () => {
    const { fleet, lone } = await withLoneInstance();
    const attach = { ...made, InstanceIds: [lone] };
    expect(fleet.errorOf('autoscaling', 'AttachInstances', attach).message).toContain("must be in 'running' state");
    await fleet.runUntil(() => registrationsOf(fleet, lone)[0]?.agentConnected === true);
    const [registration] = registrationsOf(fleet, lone);

    call(fleet, 'AttachInstances', [lone]);
    await fleet.runFor(5 * MINUTE);

    expect(inService(fleet)).toContain(lone);
    expect(describeMade(fleet)).toMatchObject({ DesiredCapacity: 3 });
    expect(registrationsOf(fleet, lone)).toMatchObject([{ arn: registration?.arn, agentConnected: true }]);
    expect(eventsOf(fleet, 'EC2 Instance-launch Lifecycle Action')).toEqual([]);
    expect(fleet.errorOf('autoscaling', 'AttachInstances', attach).message).toContain(
      'is already part of AutoScalingGroup:made',
    );
  });

  test('is refused beyond the maximum and outside the zones', async () => {
    const { fleet, lone } = await withLoneInstance();
    await fleet.runFor(2 * MINUTE);
    const errorOf = () => fleet.errorOf('autoscaling', 'AttachInstances', { ...made, InstanceIds: [lone] }).message;

    fleet.call('autoscaling', 'UpdateAutoScalingGroup', { ...made, MaxSize: 2 });
    expect(errorOf()).toContain('To attach 1 more instance(s)');
    fleet.call('autoscaling', 'UpdateAutoScalingGroup', { ...made, AvailabilityZones: ['eu-central-1b'] });
    expect(errorOf()).toContain('is in eu-central-1a');
  });
});

test('scale-in leaves protected instances alone, and nobody can protect one that is not in service', async () => {
  const { fleet, id, other } = await quietGroup({ AvailabilityZones: ['eu-central-1a'] });
  for (const { LifecycleHookName } of hooks) {
    fleet.call('autoscaling', 'DeleteLifecycleHook', { ...made, LifecycleHookName });
  }
  call(fleet, 'SetInstanceProtection', [id], { ProtectedFromScaleIn: true });
  fleet.call('autoscaling', 'SetDesiredCapacity', { ...made, DesiredCapacity: 1 });
  await fleet.runUntil(() => inService(fleet).length === 1);
  expect(inService(fleet)).toEqual([id]);

  const protect = { ...made, InstanceIds: [other], ProtectedFromScaleIn: true };
  expect(fleet.errorOf('autoscaling', 'SetInstanceProtection', protect).message).toContain(
    'is not in InService or EnteringStandby or Standby.',
  );
});

test('tags are set, found by filters, page by page, and removed', async () => {
  const { fleet } = await quietGroup();
  const tag = (Key: string, Value: string) => ({ ResourceId: 'made', ResourceType: 'auto-scaling-group', Key, Value });
  fleet.call('autoscaling', 'CreateOrUpdateTags', { Tags: [tag('a', '1'), tag('b', '2'), tag('a', '3')] });

  const find = (input: object) =>
    fleet.call<{ Tags: { Key: string; Value: string }[]; NextToken?: string }>('autoscaling', 'DescribeTags', input);
  expect(find({ Filters: [{ Name: 'key', Values: ['a'] }] }).Tags).toMatchObject([{ Value: '3' }]);
  const first = find({ MaxRecords: 1 });
  expect(find({ MaxRecords: 1, NextToken: first.NextToken }).Tags).toMatchObject([{ Key: 'b' }]);
  fleet.call('autoscaling', 'DeleteTags', { Tags: [tag('a', '')] });
  expect(find({}).Tags).toMatchObject([{ Key: 'b' }]);

  const reserved = { Tags: [tag('aws:mine', '1')] };
  expect(fleet.errorOf('autoscaling', 'CreateOrUpdateTags', reserved).code).toBe('ValidationError');
  expect(fleet.errorOf('autoscaling', 'DescribeTags', { NextToken: 'nonsense' }).code).toBe('InvalidNextToken');
});
