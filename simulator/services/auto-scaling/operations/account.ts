import type {
  DescribeAccountLimitsAnswer,
  DescribeAdjustmentTypesAnswer,
  DescribeLifecycleHookTypesAnswer,
  DescribeTerminationPolicyTypesAnswer,
} from '@aws-sdk/client-auto-scaling';
import type { Operation } from '../../../wire/service.ts';
import type { AutoScalingWorld } from '../state.ts';
import { GROUPS_MAX } from './groups.ts';

/** What does not depend on a group: the operations answer it as their pages of the API reference list it. */
const anywhere = { authorize: () => ({ resources: ['*'] }) };

export function describeAccountLimits(world: AutoScalingWorld): Operation<object, DescribeAccountLimitsAnswer> {
  return {
    ...anywhere,
    run: () => ({
      MaxNumberOfAutoScalingGroups: GROUPS_MAX,
      MaxNumberOfLaunchConfigurations: 200,
      NumberOfAutoScalingGroups: world.groups.size,
      NumberOfLaunchConfigurations: 0,
    }),
  };
}

export function describeAdjustmentTypes(): Operation<object, DescribeAdjustmentTypesAnswer> {
  const types = ['ChangeInCapacity', 'ExactCapacity', 'PercentChangeInCapacity'];
  return { ...anywhere, run: () => ({ AdjustmentTypes: types.map((AdjustmentType) => ({ AdjustmentType })) }) };
}

export function describeLifecycleHookTypes(): Operation<object, DescribeLifecycleHookTypesAnswer> {
  const LifecycleHookTypes = ['autoscaling:EC2_INSTANCE_LAUNCHING', 'autoscaling:EC2_INSTANCE_TERMINATING'];
  return { ...anywhere, run: () => ({ LifecycleHookTypes }) };
}

/** All that AWS has; a group here takes those that go by age. */
export function describeTerminationPolicyTypes(): Operation<object, DescribeTerminationPolicyTypesAnswer> {
  const TerminationPolicyTypes = [
    'AllocationStrategy',
    'ClosestToNextInstanceHour',
    'Default',
    'NewestInstance',
    'OldestInstance',
    'OldestLaunchConfiguration',
    'OldestLaunchTemplate',
  ];
  return { ...anywhere, run: () => ({ TerminationPolicyTypes }) };
}
