import type { Story } from './story.ts';

const AutoScalingGroupName = 'web';
const standby = (id = '', more: object = {}) => ({ AutoScalingGroupName, InstanceIds: [id], ...more });
const tag = { ResourceId: 'web', ResourceType: 'auto-scaling-group', Key: 'team' };
const second = { AutoScalingGroupName: 'second', AvailabilityZones: ['eu-central-1a'] };
// The group of the fleet document brought it.
const template = { LaunchTemplateName: 'web', Version: '$Latest' };
const drain = { AutoScalingGroupName, LifecycleHookName: 'drain' };

export const autoScaling: Story = {
  service: 'autoscaling',
  steps: [
    ['DescribeAutoScalingGroups', { AutoScalingGroupNames: ['web', 'none'] }],
    ['DescribeAutoScalingInstances'],
    ['DescribeScalingActivities', { AutoScalingGroupName }],
    ['DescribeLifecycleHooks', { AutoScalingGroupName }],
    [
      'PutLifecycleHook',
      { ...drain, LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING', HeartbeatTimeout: 300 },
    ],
    ['UpdateAutoScalingGroup', { AutoScalingGroupName, MaxSize: 8 }],
    ['SetDesiredCapacity', { AutoScalingGroupName, DesiredCapacity: 4 }],
    ['SuspendProcesses', { AutoScalingGroupName, ScalingProcesses: ['AZRebalance'] }],
    ['ResumeProcesses', { AutoScalingGroupName }],
    ['SetInstanceHealth', ({ ec2InstanceIds: [InstanceId] }) => ({ InstanceId, HealthStatus: 'Healthy' })],
    [
      'TerminateInstanceInAutoScalingGroup',
      ({ ec2InstanceIds: [InstanceId] }) => ({ InstanceId, ShouldDecrementDesiredCapacity: true }),
    ],
    // The group takes some seconds to bring the instance to Terminating:Wait.
    60,
    ['RecordLifecycleActionHeartbeat', ({ ec2InstanceIds: [InstanceId] }) => ({ ...drain, InstanceId })],
    [
      'CompleteLifecycleAction',
      ({ ec2InstanceIds: [InstanceId] }) => ({ ...drain, InstanceId, LifecycleActionResult: 'CONTINUE' }),
    ],
    [
      'DetachInstances',
      ({ ec2InstanceIds }) => ({
        AutoScalingGroupName,
        InstanceIds: [ec2InstanceIds[1]],
        ShouldDecrementDesiredCapacity: true,
      }),
    ],
    300,
    ['EnterStandby', ({ ec2InstanceIds: [, , id] }) => standby(id, { ShouldDecrementDesiredCapacity: true })],
    30,
    ['ExitStandby', ({ ec2InstanceIds: [, , id] }) => standby(id)],
    30,
    ['AttachInstances', ({ ec2InstanceIds: [, id] }) => standby(id)],
    30,
    ['SetInstanceProtection', ({ ec2InstanceIds: [, id] }) => standby(id, { ProtectedFromScaleIn: true })],
    ['CreateOrUpdateTags', { Tags: [{ ...tag, Value: 'platform', PropagateAtLaunch: true }] }],
    ['DescribeTags', { Filters: [{ Name: 'auto-scaling-group', Values: ['web'] }] }],
    ['DeleteTags', { Tags: [tag] }],
    ['StartInstanceRefresh', { AutoScalingGroupName, Preferences: { MinHealthyPercentage: 50 } }],
    ['DescribeInstanceRefreshes', { AutoScalingGroupName }],
    ['CancelInstanceRefresh', { AutoScalingGroupName }],
    ['CreateAutoScalingGroup', { ...second, LaunchTemplate: template, MinSize: 0, MaxSize: 2 }],
    ['DeleteAutoScalingGroup', { AutoScalingGroupName: 'second' }],
    ['DescribeAccountLimits'],
    ['DescribeAdjustmentTypes'],
    ['DescribeLifecycleHookTypes'],
    ['DescribeTerminationPolicyTypes'],
    ['DeleteLifecycleHook', drain],
    ['PutWarmPool', { AutoScalingGroupName, MinSize: 1 }],
    ['DescribeWarmPool', { AutoScalingGroupName }],
    ['DeleteWarmPool', { AutoScalingGroupName, ForceDelete: true }],
  ],
};
