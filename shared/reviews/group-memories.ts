import { describeLifecycleHooks } from '../aws/auto-scaling.ts';
import type { AutoScalingGroupName, ClusterArn, ContainerInstance, LifecycleAction } from '../domain/model.ts';
import { type GroupMemory, recallGroup, recentHooks, rememberGroup } from '../incidents/items.ts';
import type { Runtime } from '../runtime.ts';
import type { Failures } from './each.ts';
import { findHomeOfGroup, withRecentHooks } from './homes.ts';
import { LookFailure, tryTo } from './look-failure.ts';
import { UnreadError } from './registrations.ts';

export async function recallGroups(
  runtime: Runtime,
  actions: readonly LifecycleAction[],
): Promise<Map<AutoScalingGroupName, GroupMemory>> {
  const memories = new Map<AutoScalingGroupName, GroupMemory>();
  for (const name of new Set(actions.map(({ groupName }) => groupName))) {
    const memory = await recallGroup(runtime.table, name, runtime.now());
    if (memory !== undefined) memories.set(name, memory);
  }
  return memories;
}

/**
 * Reads the hooks that are not remembered, and remembers them with the cluster that their group's instances are in; of a
 * group that nothing is remembered of, and whose instance is in no cluster, that of its tag, or of its other instances.
 *
 * @returns what failed, by group
 */
export async function learnGroups(
  runtime: Runtime,
  memories: Map<AutoScalingGroupName, GroupMemory>,
  actions: readonly LifecycleAction[],
  registered: ReadonlyMap<string, readonly ContainerInstance[]>,
): Promise<Failures> {
  const failures: Failures = new Map();
  for (const action of actions) {
    const instances = registered.get(action.ec2InstanceId) ?? [];
    const failure = await tryTo(() => learnGroup(runtime, memories, action, instances));
    if (failure instanceof LookFailure) failures.set(action.groupName, failure.cause);
  }
  return failures;
}

async function learnGroup(
  runtime: Runtime,
  memories: Map<AutoScalingGroupName, GroupMemory>,
  { groupName, hookName }: LifecycleAction,
  [instance, ...others]: readonly ContainerInstance[],
): Promise<void> {
  const memory = memories.get(groupName);
  if (instance === undefined && memory !== undefined) return;
  if (recentHooks(memory, runtime.now())?.some(({ name }) => name === hookName)) return;
  if (memory?.hooks.some(({ name }) => name === hookName)) {
    memories.set(groupName, await withRecentHooks(runtime, groupName, memory));
    return;
  }
  // The instance itself may have been moved to another cluster: the others of its group say more.
  const home = await findHomeOfGroup(runtime, groupName);
  if (home instanceof UnreadError && instance === undefined) throw home;
  const clusterArn = (home instanceof UnreadError ? undefined : home) ?? instance?.clusterArn;
  if (clusterArn === undefined) return;
  const learnt = await learn(runtime, groupName, clusterArn);
  memories.set(groupName, learnt);
  // One that was moved to another cluster says nothing of the other instances of its group.
  const isMoved = others.some((other) => other.clusterArn !== clusterArn);
  if (!isMoved && !(home instanceof UnreadError)) await rememberGroup(runtime.table, groupName, learnt);
}

async function learn(runtime: Runtime, groupName: AutoScalingGroupName, clusterArn: ClusterArn): Promise<GroupMemory> {
  const hooks = await describeLifecycleHooks(runtime.autoScaling, groupName);
  await runtime.policies.of(clusterArn);
  return { clusterArn, hooks, clusterTags: runtime.policies.tags(clusterArn), readAtMs: runtime.now() };
}
