import { describe, expect, test } from 'vitest';
import { account, FUNCTION, QUEUE, ROLES, received, TERMINATING } from './notified-account.ts';

describe('A group that is made with hooks', () => {
  const group = (...LifecycleHookSpecificationList: object[]) => ({
    AutoScalingGroupName: 'web-2',
    MinSize: 0,
    MaxSize: 1,
    AvailabilityZones: ['eu-central-1a'],
    LaunchTemplate: { LaunchTemplateName: 'web' },
    LifecycleHookSpecificationList,
  });
  const drain = { LifecycleHookName: 'drain', LifecycleTransition: TERMINATING, NotificationTargetARN: QUEUE };

  test('tests the target of each', async () => {
    const simulator = await account();
    const RoleARN = `${ROLES}/sender`;
    const other = { ...drain, LifecycleHookName: 'other', RoleARN };
    await simulator.call('autoscaling', 'CreateAutoScalingGroup', group({ ...drain, RoleARN }, other));
    const told = await received(simulator);
    expect(told.map((message) => message.AutoScalingGroupName)).toEqual(['web-2', 'web-2']);
  });

  test.each([
    ['a target that does not take the message', [{ ...drain, RoleARN: `${ROLES}/none` }], /^Unable to publish/],
    [
      'two targets',
      [drain, { ...drain, LifecycleHookName: 'x', NotificationTargetARN: FUNCTION }],
      /must have the same/,
    ],
  ])('is not made with %s', async (_, hooks, message) => {
    const simulator = await account();
    const made = simulator.call('autoscaling', 'CreateAutoScalingGroup', group(...hooks));
    await expect(made).rejects.toThrow(message);
    const { AutoScalingGroups } = (await simulator.call('autoscaling', 'DescribeAutoScalingGroups')) as {
      AutoScalingGroups: { AutoScalingGroupName: string }[];
    };
    expect(AutoScalingGroups.map(({ AutoScalingGroupName }) => AutoScalingGroupName)).toEqual(['web']);
  });
});
