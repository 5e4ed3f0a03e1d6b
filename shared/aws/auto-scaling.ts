import {
  type AutoScalingClient,
  CompleteLifecycleActionCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeLifecycleHooksCommand,
  paginateDescribeAutoScalingGroups,
  paginateDescribeAutoScalingInstances,
  paginateDescribeWarmPool,
  RecordLifecycleActionHeartbeatCommand,
  SetInstanceHealthCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import type {
  AutoScalingGroup,
  AutoScalingGroupName,
  AutoScalingInstance,
  Ec2InstanceId,
  LifecycleAction,
  LifecycleActionResult,
  LifecycleHook,
} from '../domain/model.ts';
import { toAutoScalingGroup, toAutoScalingInstance, toLifecycleHook } from './auto-scaling-description.ts';
import { inBatches } from './batches.ts';
import { isAutoScalingRefusal, isGroupGone, isInGracePeriod, isLifecycleActionOver, required } from './errors.ts';

/** API Reference: DescribeAutoScalingInstances takes and answers at most 50, DescribeAutoScalingGroups answers 100, DescribeWarmPool 50. */
const INSTANCES_MAX = 50;
const GROUPS_PAGE_SIZE_MAX = 100;
const WARM_POOL_PAGE_SIZE_MAX = 50;

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
 * All groups with all their instances but those of warm pools, 100 a call. Auto Scaling has no filter for instances that a lifecycle hook holds
 * (their state ends in `:Wait`), so this is what finding them takes.
 */
export async function listGroups(autoScaling: AutoScalingClient): Promise<AutoScalingGroup[]> {
  const groups: AutoScalingGroup[] = [];
  const paging = { client: autoScaling, pageSize: GROUPS_PAGE_SIZE_MAX };
  for await (const page of paginateDescribeAutoScalingGroups(paging, {})) {
    groups.push(...(page.AutoScalingGroups ?? []).map(toAutoScalingGroup));
  }
  return groups;
}

/**
 * What is in the group's warm pool, or on its way in or out of it: the groups are listed without these. None when the
 * group is gone.
 */
export async function listWarmPool(
  autoScaling: AutoScalingClient,
  groupName: AutoScalingGroupName,
): Promise<AutoScalingInstance[]> {
  const instances: AutoScalingInstance[] = [];
  const paging = { client: autoScaling, pageSize: WARM_POOL_PAGE_SIZE_MAX };
  try {
    for await (const page of paginateDescribeWarmPool(paging, { AutoScalingGroupName: groupName })) {
      instances.push(...(page.Instances ?? []).map((instance) => toAutoScalingInstance(groupName, instance)));
    }
    return instances;
  } catch (error) {
    if (isGroupGone(error)) return [];
    throw error;
  }
}

/** Undefined when the group is gone. */
export async function describeGroup(
  autoScaling: AutoScalingClient,
  name: AutoScalingGroupName,
): Promise<AutoScalingGroup | undefined> {
  const answer = await autoScaling.send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }));
  const group = answer.AutoScalingGroups?.[0];
  return group && toAutoScalingGroup(group);
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

/**
 * Starts the hook's heartbeat timeout anew; its global timeout goes on. Where the token is over, the same hook may hold the
 * instance anew: an event that comes late tells of an earlier wait. That one is kept alive as well.
 */
export async function recordHeartbeat(
  autoScaling: AutoScalingClient,
  action: LifecycleActionKey,
): Promise<'recorded' | 'already-over'> {
  const outcome = await recordOneHeartbeat(autoScaling, action);
  if (outcome === 'recorded' || action.token === undefined) return outcome;
  return recordOneHeartbeat(autoScaling, { ...action, token: undefined });
}

/** Only for the very wait that the token is of. */
export function recordHeartbeatOfToken(
  autoScaling: AutoScalingClient,
  action: LifecycleActionKey,
): Promise<'recorded' | 'already-over'> {
  return recordOneHeartbeat(autoScaling, action);
}

async function recordOneHeartbeat(
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

/**
 * Lets the group replace an instance as one that failed its health check, through its terminate hooks and in spite of
 * scale-in protection. Not while the instance is younger than the group's health check grace period; and without effect
 * in Standby, or while the group's processes for it are suspended (Auto Scaling guide, Health checks for instances).
 */
export async function replaceUnhealthy(
  autoScaling: AutoScalingClient,
  ec2InstanceId: Ec2InstanceId,
): Promise<'marked' | 'in-grace-period' | 'not-in-a-group'> {
  const health = { HealthStatus: 'Unhealthy', ShouldRespectGracePeriod: true };
  try {
    await autoScaling.send(new SetInstanceHealthCommand({ InstanceId: ec2InstanceId, ...health }));
    return 'marked';
  } catch (error) {
    if (isInGracePeriod(error)) return 'in-grace-period';
    if (await isInNoGroup(autoScaling, ec2InstanceId, error)) return 'not-in-a-group';
    throw error;
  }
}

/** Terminates an instance through its group's hooks, and has it replaced. Refused for an instance in a warm pool. */
export async function terminateInGroup(
  autoScaling: AutoScalingClient,
  ec2InstanceId: Ec2InstanceId,
): Promise<'terminating' | 'not-in-a-group'> {
  const which = { InstanceId: ec2InstanceId, ShouldDecrementDesiredCapacity: false };
  try {
    await autoScaling.send(new TerminateInstanceInAutoScalingGroupCommand(which));
    return 'terminating';
  } catch (error) {
    if (await isInNoGroup(autoScaling, ec2InstanceId, error)) return 'not-in-a-group';
    throw error;
  }
}

/** Asked again: neither operation documents an error for it, only the general ValidationError comes. */
async function isInNoGroup(autoScaling: AutoScalingClient, id: Ec2InstanceId, error: unknown): Promise<boolean> {
  if (!isAutoScalingRefusal(error)) return false;
  return !(await describeAutoScalingInstances(autoScaling, [id])).has(id);
}
