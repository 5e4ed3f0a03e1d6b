import {
  type AutoScalingGroup,
  DescribeAutoScalingGroupsCommand,
  DescribeAutoScalingInstancesCommand,
  DescribeWarmPoolCommand,
  SetInstanceHealthCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeGroup, listWarmPool, replaceUnhealthy, terminateInGroup } from '../../../shared/aws/auto-scaling.ts';
import { awsError, ec2Id, many } from './builders.ts';
import { anyPaging, page } from './pages.ts';
import { strictAutoScaling } from './strict-client.ts';

const inService = { HealthStatus: 'HEALTHY', ProtectedFromScaleIn: false, LifecycleState: 'InService' } as const;

describe('describing a group', () => {
  test('takes over what decisions need', async () => {
    const group = await shop({
      InstanceLifecyclePolicy: { RetentionTriggers: { TerminateHookAbandon: 'retain' } },
      SuspendedProcesses: [{ ProcessName: 'ReplaceUnhealthy', SuspensionReason: 'by hand' }, { ProcessName: 'Launch' }],
      Tags: [{ Key: 'ebbtide:cluster', Value: 'shop' }, { Key: 'bare' }],
      Instances: [{ ...inService, InstanceId: ec2Id(1), AvailabilityZone: 'eu-west-1a' }],
    });

    expect(group).toEqual({
      name: 'shop',
      retainsOnAbandon: true,
      suspendedProcesses: ['ReplaceUnhealthy', 'Launch'],
      tags: { 'ebbtide:cluster': 'shop', bare: '' },
      hasWarmPool: false,
      instances: [
        { ec2InstanceId: ec2Id(1), groupName: 'shop', lifecycleState: 'InService', availabilityZone: 'eu-west-1a' },
      ],
    });
  });

  test.each<Partial<AutoScalingGroup>>([
    {},
    { InstanceLifecyclePolicy: {} },
    { InstanceLifecyclePolicy: { RetentionTriggers: {} } },
    { InstanceLifecyclePolicy: { RetentionTriggers: { TerminateHookAbandon: 'terminate' } } },
  ])('does not take it to retain instances: %j', async (overrides) => {
    expect(await shop(overrides)).toMatchObject({
      retainsOnAbandon: false,
      suspendedProcesses: [],
      tags: {},
      instances: [],
    });
  });

  test.each<[Partial<AutoScalingGroup>, boolean]>([
    [{ WarmPoolConfiguration: { MinSize: 0, PoolState: 'Stopped' } }, true],
    [{ WarmPoolConfiguration: { Status: 'PendingDelete' }, WarmPoolSize: 0 }, true],
    [{ WarmPoolSize: 1 }, true],
    [{ WarmPoolSize: 0 }, false],
  ])('knows by %j whether it has a warm pool', async (overrides, hasWarmPool) => {
    expect(await shop(overrides)).toMatchObject({ hasWarmPool });
  });

  test('finds none that is gone', async () => {
    const { autoScaling, mock } = strictAutoScaling();
    mock.on(DescribeAutoScalingGroupsCommand).resolves({ AutoScalingGroups: [] });

    expect(await describeGroup(autoScaling, 'shop')).toBeUndefined();
  });

  test('refuses a suspended process without a name', async () => {
    await expect(shop({ SuspendedProcesses: [{}] })).rejects.toThrow('a suspended process of shop without ProcessName');
  });
});

describe('listing a warm pool', () => {
  test('finds all of it, however the pages are cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 120 }), anyPaging, async (count, paging) => {
        const { autoScaling, mock } = strictAutoScaling();
        mock.on(DescribeWarmPoolCommand, { AutoScalingGroupName: 'shop' }).callsFake(({ MaxRecords, NextToken }) => {
          expect(MaxRecords).toBe(50);
          const { items, next } = page(many(count, ec2Id), paging, NextToken, MaxRecords);
          const Instances = items.map((InstanceId) => ({ InstanceId, LifecycleState: 'Warmed:Stopped' }));
          return { Instances, NextToken: next };
        });

        expect(await listWarmPool(autoScaling, 'shop')).toEqual(
          many(count, ec2Id).map((ec2InstanceId) => ({
            ec2InstanceId,
            groupName: 'shop',
            lifecycleState: 'Warmed:Stopped',
          })),
        );
      }),
    );
  });

  test('finds none in a group that is gone', async () => {
    const { autoScaling, mock } = strictAutoScaling();
    const gone = 'AutoScalingGroup name not found - AutoScalingGroup shop not found';
    mock.on(DescribeWarmPoolCommand).rejects(awsError('ValidationError', gone));

    expect(await listWarmPool(autoScaling, 'shop')).toEqual([]);
  });

  test('fails when Auto Scaling cannot be asked', async () => {
    const { autoScaling, mock } = strictAutoScaling();
    mock.on(DescribeWarmPoolCommand).rejects(awsError('ResourceContention'));

    await expect(listWarmPool(autoScaling, 'shop')).rejects.toThrow();
  });
});

describe.each([
  {
    act: replaceUnhealthy,
    command: SetInstanceHealthCommand,
    done: 'marked',
    request: { InstanceId: ec2Id(1), HealthStatus: 'Unhealthy', ShouldRespectGracePeriod: true },
  },
  {
    act: terminateInGroup,
    command: TerminateInstanceInAutoScalingGroupCommand,
    done: 'terminating',
    // Without a decrement: the group replaces it.
    request: { InstanceId: ec2Id(1), ShouldDecrementDesiredCapacity: false },
  },
])('$act.name', ({ act, command, done, request }) => {
  const refusal = awsError('ValidationError', 'Instance Id not found - No managed instance found for instance ID');

  function refusing(error: Error, AutoScalingInstances: object[]) {
    const { autoScaling, mock } = strictAutoScaling();
    mock.on(command as typeof SetInstanceHealthCommand).rejects(error);
    mock
      .on(DescribeAutoScalingInstancesCommand, { InstanceIds: [ec2Id(1)] })
      .resolves({ AutoScalingInstances: AutoScalingInstances as never });
    return { autoScaling, mock };
  }

  test('asks the group to replace the instance', async () => {
    const { autoScaling, mock } = strictAutoScaling();
    mock.on(command as typeof SetInstanceHealthCommand).resolves({});

    expect(await act(autoScaling, ec2Id(1))).toBe(done);
    expect(mock.call(0).args[0].input).toEqual(request);
  });

  test('finds the instance in no group', async () => {
    expect(await act(refusing(refusal, []).autoScaling, ec2Id(1))).toBe('not-in-a-group');
  });

  test('fails when Auto Scaling refuses although a group has the instance', async () => {
    const warm = { ...inService, InstanceId: ec2Id(1), AutoScalingGroupName: 'shop', LifecycleState: 'Warmed:Stopped' };

    await expect(act(refusing(refusal, [warm]).autoScaling, ec2Id(1))).rejects.toBe(refusal);
  });

  test('does not ask about groups when the error is about something else', async () => {
    const busy = awsError('ScalingActivityInProgressFault');
    const { autoScaling, mock } = refusing(busy, []);

    await expect(act(autoScaling, ec2Id(1))).rejects.toBe(busy);
    expect(mock.commandCalls(DescribeAutoScalingInstancesCommand)).toHaveLength(0);
  });
});

test('does not replace an instance in its grace period, without asking about groups', async () => {
  const { autoScaling, mock } = strictAutoScaling();
  const message = 'The age of the instance (986 seconds) is less than the configured grace period of 1500 seconds';
  mock.on(SetInstanceHealthCommand).rejects(awsError('ValidationError', message));

  expect(await replaceUnhealthy(autoScaling, ec2Id(1))).toBe('in-grace-period');
});

function shop(overrides: Partial<AutoScalingGroup>) {
  const { autoScaling, mock } = strictAutoScaling();
  const group = { AutoScalingGroupName: 'shop', ...overrides } as AutoScalingGroup;
  mock
    .on(DescribeAutoScalingGroupsCommand, { AutoScalingGroupNames: ['shop'] })
    .resolves({ AutoScalingGroups: [group] });
  return describeGroup(autoScaling, 'shop');
}
