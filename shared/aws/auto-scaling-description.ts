import type {
  AutoScalingGroup as AutoScalingGroupDescription,
  LifecycleHook as LifecycleHookDescription,
} from '@aws-sdk/client-auto-scaling';
import type { AutoScalingGroup, AutoScalingGroupName, AutoScalingInstance, LifecycleHook } from '../domain/model.ts';
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

export function toAutoScalingGroup(description: AutoScalingGroupDescription): AutoScalingGroup {
  const name = required(description, 'AutoScalingGroupName', 'a group');
  return {
    name,
    retainsOnAbandon: description.InstanceLifecyclePolicy?.RetentionTriggers?.TerminateHookAbandon === 'retain',
    suspendedProcesses: (description.SuspendedProcesses ?? []).map((process) =>
      required(process, 'ProcessName', `a suspended process of ${name}`),
    ),
    // One that is being deleted is still there while its instances are.
    hasWarmPool: description.WarmPoolConfiguration !== undefined || (description.WarmPoolSize ?? 0) > 0,
    tags: Object.fromEntries((description.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''])),
    instances: (description.Instances ?? []).map((instance) => toAutoScalingInstance(name, instance)),
  };
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
    globalTimeoutSeconds: description.GlobalTimeout ?? globalTimeoutOf(heartbeatTimeoutSeconds),
    defaultResult: description.DefaultResult ?? RESULT_DEFAULT,
  };
}

/** How long (seconds) a hook lives at most, whatever the heartbeats. */
export function globalTimeoutOf(heartbeatTimeoutSeconds: number): number {
  return Math.min(GLOBAL_TIMEOUT_MAX_SECONDS, GLOBAL_TIMEOUT_HEARTBEATS_MAX * heartbeatTimeoutSeconds);
}
