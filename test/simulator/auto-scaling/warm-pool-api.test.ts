import { describe, expect, test } from 'vitest';
import { createAccount, createGroup, ec2StateOf, GROUP, joining } from '../api-fleet.ts';
import { type FleetFixture, inService, lifecycleStateOf, MINUTE, registrationsOf } from '../fleet-fixture.ts';

const made = { AutoScalingGroupName: 'made' };

interface Pool {
  readonly WarmPoolConfiguration?: object;
  readonly Instances: { readonly InstanceId: string; readonly LifecycleState: string }[];
  readonly NextToken?: string;
}

const put = (fleet: FleetFixture, input: object = {}) =>
  fleet.call('autoscaling', 'PutWarmPool', { ...made, ...input });
const pool = (fleet: FleetFixture, input: object = {}) =>
  fleet.call<Pool>('autoscaling', 'DescribeWarmPool', { ...made, ...input });
const restingIn = (fleet: FleetFixture, state = 'Warmed:Stopped') =>
  pool(fleet)
    .Instances.filter(({ LifecycleState }) => LifecycleState === state)
    .map(({ InstanceId }) => InstanceId);

describe('a warm pool that is put by API', () => {
  test('prepares what the maximum size leaves, and is read page by page beside the group', async () => {
    const fleet = await createGroup({ MaxSize: 5 });
    put(fleet);
    await fleet.runUntil(() => restingIn(fleet).length === 3);

    expect(pool(fleet).WarmPoolConfiguration).toEqual({
      MinSize: 0,
      PoolState: 'Stopped',
      InstanceReusePolicy: { ReuseOnScaleIn: false },
    });
    const first = pool(fleet, { MaxRecords: 2 });
    expect(first.Instances).toHaveLength(2);
    expect(pool(fleet, { MaxRecords: 2, NextToken: first.NextToken }).Instances).toHaveLength(1);
    expect(fleet.call('autoscaling', 'DescribeAutoScalingGroups', {})).toMatchObject({
      AutoScalingGroups: [{ WarmPoolSize: 3, Instances: [{ LifecycleState: 'InService' }, {}] }],
    });
  });

  test('grows and shrinks with its settings; -1 takes the prepared capacity back', async () => {
    const fleet = await createGroup({ MaxSize: 4 });
    put(fleet, { MaxGroupPreparedCapacity: 3 });
    await fleet.runUntil(() => restingIn(fleet).length === 1);
    put(fleet, { MaxGroupPreparedCapacity: -1 });
    await fleet.runUntil(() => restingIn(fleet).length === 2);

    const [oldest = ''] = restingIn(fleet);
    put(fleet, { MaxGroupPreparedCapacity: 3 });
    await fleet.runUntil(() => ec2StateOf(fleet, oldest) === 'terminated');
    await fleet.runFor(5 * MINUTE);
    expect(pool(fleet).Instances).toHaveLength(1);
  });

  test.each([
    [{ MinSize: 3, MaxGroupPreparedCapacity: 2 }, 'MaxGroupPreparedCapacity'],
    [{ PoolState: 'Hibernated' }, 'hibernation'],
  ])('is refused as %j', async (input, message) => {
    const fleet = await createGroup();

    expect(fleet.errorOf('autoscaling', 'PutWarmPool', { ...made, ...input })).toEqual({
      code: 'ValidationError',
      message: expect.stringContaining(message),
    });
  });

  test('is refused for a group that launches Spot Instances', () => {
    const fleet = createAccount({ InstanceMarketOptions: { MarketType: 'spot' } });
    fleet.call('autoscaling', 'CreateAutoScalingGroup', GROUP);

    expect(fleet.errorOf('autoscaling', 'PutWarmPool', made).code).toBe('ValidationError');
  });

  test('is deleted with its instances by force only, and then is gone', async () => {
    const fleet = await createGroup({ MaxSize: 3 });
    put(fleet, { MinSize: 1 });
    await fleet.runUntil(() => restingIn(fleet).length === 1);
    const [id = ''] = restingIn(fleet);
    expect(fleet.errorOf('autoscaling', 'DeleteWarmPool', made).code).toBe('ResourceInUse');

    fleet.call('autoscaling', 'DeleteWarmPool', { ...made, ForceDelete: true });
    expect(pool(fleet).WarmPoolConfiguration).toMatchObject({ Status: 'PendingDelete' });
    expect(fleet.errorOf('autoscaling', 'PutWarmPool', made).code).toBe('ValidationError');
    await fleet.runUntil(() => ec2StateOf(fleet, id) === 'terminated');
    await fleet.runFor(MINUTE);

    expect(pool(fleet)).toEqual({ Instances: [] });
    expect(inService(fleet)).toHaveLength(2);
  });
});

test.each([
  [['ECS_WARM_POOLS_CHECK=true'], 0],
  [[], 1],
])('an agent with %j in its configuration is registered %i times in the pool', async (more, times) => {
  const fleet = createAccount({ UserData: joining('main', ...more) });
  fleet.call('autoscaling', 'CreateAutoScalingGroup', { ...GROUP, DesiredCapacity: 0, MaxSize: 1 });
  put(fleet, { PoolState: 'Running' });
  await fleet.runUntil(() => restingIn(fleet, 'Warmed:Running').length === 1);
  await fleet.runFor(10 * MINUTE);
  const [id = ''] = restingIn(fleet, 'Warmed:Running');
  expect(registrationsOf(fleet, id)).toHaveLength(times);

  fleet.call('autoscaling', 'SetDesiredCapacity', { ...made, DesiredCapacity: 1 });
  await fleet.runUntil(() => lifecycleStateOf(fleet, id) === 'InService');
  await fleet.runUntil(() => registrationsOf(fleet, id)[0]?.agentConnected === true);
});
