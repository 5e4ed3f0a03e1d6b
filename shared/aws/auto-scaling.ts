import {
  type AutoScalingClient,
  CompleteLifecycleActionCommand,
  DescribeLifecycleHooksCommand,
  type LifecycleHook as LifecycleHookDescription,
  paginateDescribeAutoScalingGroups,
  paginateDescribeAutoScalingInstances,
  RecordLifecycleActionHeartbeatCommand,
} from '@aws-sdk/client-auto-scaling';
import type {
  AutoScalingGroupName,
  AutoScalingInstance,
  Ec2InstanceId,
  LifecycleAction,
  LifecycleActionResult,
  LifecycleHook,
} from '../domain/model.ts';
import { inBatches } from './batches.ts';
import { isGroupGone, isLifecycleActionOver, required } from './errors.ts';

/** API Reference: DescribeAutoScalingInstances takes and answers at most 50, DescribeAutoScalingGroups answers 100. */
const INSTANCES_MAX = 50;
const GROUPS_PAGE_SIZE_MAX = 100;
/** API Reference, PutLifecycleHook: what holds for a hook that does not say otherwise. */
const HEARTBEAT_TIMEOUT_DEFAULT_SECONDS = 3600;
const GLOBAL_TIMEOUT_MAX_SECONDS = 172_800;
const GLOBAL_TIMEOUT_HEARTBEATS_MAX = 100;
const RESULT_DEFAULT = 'ABANDON';

/** What names a lifecycle action to Auto Scaling. */
export type LifecycleActionKey = Pick<LifecycleAction, 'ec2InstanceId' | 'groupName' | 'hookName' | 'token'>;

/** Instances that belong to no group (any more) are left out, as Auto Scaling does. */
export async function describeAutoScalingInstances(
  autoScaling: AutoScalingClient,
  ids: readonly Ec2InstanceId[],
): Promise<Map<Ec2InstanceId, AutoScalingInstance>> {
  const found = new Map<Ec2InstanceId, AutoScalingInstance>();
  const paging = { client: autoScaling, pageSize: INSTANCES_MAX };
  for (const InstanceIds of inBatches(ids, INSTANCES_MAX)) {
    for await (const page of paginateDescribeAutoScalingInstances(paging, { InstanceIds })) {
      for (const description of page.AutoScalingInstances ?? []) {
        const groupName = required(description, 'AutoScalingGroupName', `${description.InstanceId}`);
        const instance = toAutoScalingInstance(groupName, description);
        found.set(instance.ec2InstanceId, instance);
      }
    }
  }
  return found;
}

/**
 * All instances of all groups that a lifecycle hook holds right now, in whatever transition: the state ends in `:Wait`.
 * Auto Scaling has no filter for it; one call answers for 100 groups with all their instances.
 */
export async function listWaitingInstances(autoScaling: AutoScalingClient): Promise<AutoScalingInstance[]> {
  const waiting: AutoScalingInstance[] = [];
  for await (const page of paginateDescribeAutoScalingGroups(
    { client: autoScaling, pageSize: GROUPS_PAGE_SIZE_MAX },
    {},
  )) {
    for (const group of page.AutoScalingGroups ?? []) {
      const groupName = required(group, 'AutoScalingGroupName', 'a group');
      const held = (group.Instances ?? []).filter(({ LifecycleState }) => LifecycleState?.endsWith(':Wait'));
      waiting.push(...held.map((description) => toAutoScalingInstance(groupName, description)));
    }
  }
  return waiting;
}

/** None when the group is gone. */
export async function describeLifecycleHooks(
  autoScaling: AutoScalingClient,
  groupName: AutoScalingGroupName,
): Promise<LifecycleHook[]> {
  try {
    const answer = await autoScaling.send(new DescribeLifecycleHooksCommand({ AutoScalingGroupName: groupName }));
    return (answer.LifecycleHooks ?? []).map((description) => toLifecycleHook(groupName, description));
  } catch (error) {
    if (isGroupGone(error)) return [];
    throw error;
  }
}

/** Ends the wait: the group goes on with the transition, or with ABANDON gives it up. */
export async function completeLifecycleAction(
  autoScaling: AutoScalingClient,
  action: LifecycleActionKey,
  result: LifecycleActionResult,
): Promise<'completed' | 'already-over'> {
  try {
    await autoScaling.send(new CompleteLifecycleActionCommand({ ...toRequest(action), LifecycleActionResult: result }));
    return 'completed';
  } catch (error) {
    if (isLifecycleActionOver(error)) return 'already-over';
    throw error;
  }
}

/** Starts the hook's heartbeat timeout anew; its global timeout goes on. */
export async function recordHeartbeat(
  autoScaling: AutoScalingClient,
  action: LifecycleActionKey,
): Promise<'recorded' | 'already-over'> {
  try {
    await autoScaling.send(new RecordLifecycleActionHeartbeatCommand(toRequest(action)));
    return 'recorded';
  } catch (error) {
    if (isLifecycleActionOver(error)) return 'already-over';
    throw error;
  }
}

/** By token alone when there is one: an old token must not end the next action of the same instance (warm pools). */
function toRequest({ ec2InstanceId, groupName, hookName, token }: LifecycleActionKey) {
  const which = token === undefined ? { InstanceId: ec2InstanceId } : { LifecycleActionToken: token };
  return { AutoScalingGroupName: groupName, LifecycleHookName: hookName, ...which };
}

interface InstanceDescription {
  readonly InstanceId?: string | undefined;
  readonly LifecycleState?: string | undefined;
  readonly AvailabilityZone?: string | undefined;
}

function toAutoScalingInstance(groupName: AutoScalingGroupName, description: InstanceDescription): AutoScalingInstance {
  const ec2InstanceId = required(description, 'InstanceId', `an instance of ${groupName}`);
  const { AvailabilityZone: availabilityZone } = description;
  return {
    ec2InstanceId,
    groupName,
    lifecycleState: required(description, 'LifecycleState', ec2InstanceId),
    ...(availabilityZone && { availabilityZone }),
  };
}

function toLifecycleHook(groupName: AutoScalingGroupName, description: LifecycleHookDescription): LifecycleHook {
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
