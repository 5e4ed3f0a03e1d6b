import {
  DescribeAutoScalingGroupsCommand,
  DescribeAutoScalingInstancesCommand,
  DescribeLifecycleHooksCommand,
  type LifecycleHook,
} from '@aws-sdk/client-auto-scaling';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeAutoScalingInstances, describeLifecycleHooks, listGroups } from '../../../shared/aws/auto-scaling.ts';
import { awsError, ec2Id, many } from './builders.ts';
import { anyPaging, page } from './pages.ts';
import { strictAutoScaling } from './strict-client.ts';

const always = { HealthStatus: 'HEALTHY', ProtectedFromScaleIn: false };

describe('describing instances', () => {
  test('asks for at most 50 ids at a time, follows every page, and leaves out instances of no group', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 130 }), anyPaging, async (count, paging) => {
        const ids = many(count, ec2Id);
        const isInGroup = (id: string) => ids.indexOf(id) % 3 > 0;
        const { autoScaling, mock } = strictAutoScaling();
        mock.on(DescribeAutoScalingInstancesCommand).callsFake(({ InstanceIds, MaxRecords, NextToken }) => {
          expect(MaxRecords).toBe(50);
          expect(InstanceIds.length).toBeGreaterThan(0);
          expect(InstanceIds.length).toBeLessThanOrEqual(50);
          const { items, next } = page<string>(InstanceIds.filter(isInGroup), paging, NextToken, MaxRecords);
          return { AutoScalingInstances: items.map(inService), NextToken: next };
        });

        const found = await describeAutoScalingInstances(autoScaling, [...ids, ...ids]);

        expect([...found.keys()]).toEqual(ids.filter(isInGroup));
        for (const [id, instance] of found) {
          expect(instance).toEqual({
            ec2InstanceId: id,
            groupName: 'shop',
            lifecycleState: 'InService',
            availabilityZone: 'eu-west-1a',
          });
        }
      }),
    );
  });

  test('asks nothing for no ids, which Auto Scaling would take for all', async () => {
    expect(await describeAutoScalingInstances(strictAutoScaling().autoScaling, [])).toEqual(new Map());
  });

  test.each(['AutoScalingGroupName', 'InstanceId', 'LifecycleState'])('refuses one without %s', async (field) => {
    const { autoScaling, mock } = strictAutoScaling();
    mock
      .on(DescribeAutoScalingInstancesCommand)
      .resolves({ AutoScalingInstances: [{ ...inService(ec2Id(1)), [field]: undefined }] });

    await expect(describeAutoScalingInstances(autoScaling, [ec2Id(1)])).rejects.toThrow(
      expect.objectContaining({ name: 'IncompleteAnswerError', message: expect.stringContaining(field) }),
    );
  });
});

describe('listing the groups', () => {
  const states = ['Pending:Wait', 'Terminating:Wait', 'SomethingNew:Wait', 'InService', 'Terminating'];

  test('finds all of them with all their instances, however the pages are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.constantFrom(...states), { maxLength: 4 }), { maxLength: 220 }),
        anyPaging,
        async (groups, paging) => {
          const described = groups.map((group, number) => ({
            AutoScalingGroupName: `group-${number}`,
            Instances: group.map((LifecycleState, index) => ({ ...instance(number * 4 + index), LifecycleState })),
          }));
          const { autoScaling, mock } = strictAutoScaling();
          mock.on(DescribeAutoScalingGroupsCommand).callsFake(({ MaxRecords, NextToken }) => {
            expect(MaxRecords).toBe(100);
            const { items, next } = page(described, paging, NextToken, MaxRecords);
            return { AutoScalingGroups: items, NextToken: next };
          });

          const found = await listGroups(autoScaling);

          expect(found.map(({ name }) => name)).toEqual(groups.map((_, number) => `group-${number}`));
          expect(found.map(({ instances }) => instances)).toEqual(
            groups.map((group, number) =>
              group.map((lifecycleState, index) => ({
                ec2InstanceId: ec2Id(number * 4 + index),
                groupName: `group-${number}`,
                lifecycleState,
                availabilityZone: 'eu-west-1a',
              })),
            ),
          );
        },
      ),
    );
  });
});

describe('describing lifecycle hooks', () => {
  const complete: LifecycleHook = {
    LifecycleHookName: 'ebbtide-terminate',
    AutoScalingGroupName: 'shop',
    LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
    HeartbeatTimeout: 300,
    GlobalTimeout: 30_000,
    DefaultResult: 'CONTINUE',
  };

  test('takes over what decisions need', async () => {
    expect(await hooksOf([complete])).toEqual([
      {
        name: 'ebbtide-terminate',
        groupName: 'shop',
        transition: 'autoscaling:EC2_INSTANCE_TERMINATING',
        heartbeatTimeoutSeconds: 300,
        globalTimeoutSeconds: 30_000,
        defaultResult: 'CONTINUE',
      },
    ]);
  });

  test.each([
    [{ HeartbeatTimeout: 300 }, { heartbeatTimeoutSeconds: 300, globalTimeoutSeconds: 30_000 }],
    [{ HeartbeatTimeout: 7200 }, { heartbeatTimeoutSeconds: 7200, globalTimeoutSeconds: 172_800 }],
    [{}, { heartbeatTimeoutSeconds: 3600, globalTimeoutSeconds: 172_800, defaultResult: 'ABANDON' }],
  ])('falls back on the documented defaults: %j', async (given, expected) => {
    const { LifecycleHookName, LifecycleTransition } = complete;

    expect(await hooksOf([{ LifecycleHookName, LifecycleTransition, ...given }])).toMatchObject([expected]);
  });

  test.each(['LifecycleHookName', 'LifecycleTransition'])('refuses one without %s', async (field) => {
    await expect(hooksOf([{ ...complete, [field]: undefined }])).rejects.toThrow(field);
  });

  test('finds none in a group that is gone', async () => {
    const { autoScaling, mock } = strictAutoScaling();
    mock
      .on(DescribeLifecycleHooksCommand)
      .rejects(awsError('ValidationError', 'AutoScalingGroup name not found - AutoScalingGroup shop not found'));

    expect(await describeLifecycleHooks(autoScaling, 'shop')).toEqual([]);
  });

  test('passes other validation errors on', async () => {
    const { autoScaling, mock } = strictAutoScaling();
    const error = awsError('ValidationError', '1 validation error detected');
    mock.on(DescribeLifecycleHooksCommand).rejects(error);

    await expect(describeLifecycleHooks(autoScaling, 'shop')).rejects.toBe(error);
  });
});

function instance(index: number) {
  return { InstanceId: ec2Id(index), AvailabilityZone: 'eu-west-1a', ...always };
}

function inService(id: string) {
  return {
    InstanceId: id,
    AutoScalingGroupName: 'shop',
    LifecycleState: 'InService',
    AvailabilityZone: 'eu-west-1a',
    ...always,
  };
}

function hooksOf(LifecycleHooks: LifecycleHook[]) {
  const { autoScaling, mock } = strictAutoScaling();
  mock.on(DescribeLifecycleHooksCommand, { AutoScalingGroupName: 'shop' }).resolves({ LifecycleHooks });
  return describeLifecycleHooks(autoScaling, 'shop');
}
