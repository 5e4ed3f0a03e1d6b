import type { LifecycleHook as LifecycleHookDescription } from '@aws-sdk/client-auto-scaling';
import type { AutoScalingGroupName, AutoScalingInstance, LifecycleHook } from '../domain/model.ts';
import { required } from './errors.ts';

/** API Reference, PutLifecycleHook: what holds for a hook that does not say otherwise. */
const HEARTBEAT_TIMEOUT_DEFAULT_SECONDS = 3600;
const GLOBAL_TIMEOUT_MAX_SECONDS = 172_800;
const GLOBAL_TIMEOUT_HEARTBEATS_MAX = 100;
const RESULT_DEFAULT = 'ABANDON';

interface InstanceDescription {
  readonly InstanceId?: string | undefined;
  readonly LifecycleState?: string | undefined;
  readonly AvailabilityZone?: string | undefined;
}

export function toAutoScalingInstance(
  groupName: AutoScalingGroupName,
  description: InstanceDescription,
): AutoScalingInstance {
  const ec2InstanceId = required(description, 'InstanceId', `an instance of ${groupName}`);
  const { AvailabilityZone: availabilityZone } = description;
  return {
    ec2InstanceId,
    groupName,
    lifecycleState: required(description, 'LifecycleState', ec2InstanceId),
    ...(availabilityZone && { availabilityZone }),
  };
}

export function toLifecycleHook(groupName: AutoScalingGroupName, description: LifecycleHookDescription): LifecycleHook {
  const name = required(description, 'LifecycleHookName', `a hook of ${groupName}`);
  const heartbeatTimeoutSeconds = description.HeartbeatTimeout ?? HEARTBEAT_TIMEOUT_DEFAULT_SECONDS;
  return {
    name,
    groupName,
    transition: required(description, 'LifecycleTransition', name),
    heartbeatTimeoutSeconds,
    globalTimeoutSeconds:
      description.GlobalTimeout ??
      Math.min(GLOBAL_TIMEOUT_MAX_SECONDS, GLOBAL_TIMEOUT_HEARTBEATS_MAX * heartbeatTimeoutSeconds),
    defaultResult: description.DefaultResult ?? RESULT_DEFAULT,
  };
}
