import type { Story } from './story.ts';

const AutoScalingGroupName = 'web';
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
    ['PutWarmPool', { AutoScalingGroupName, MinSize: 1 }],
    ['DescribeWarmPool', { AutoScalingGroupName }],
    ['DeleteWarmPool', { AutoScalingGroupName, ForceDelete: true }],
  ],
};
