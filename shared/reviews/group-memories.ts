import { describeLifecycleHooks } from '../aws/auto-scaling.ts';
import type { AutoScalingGroupName, ClusterArn, ContainerInstance, LifecycleAction } from '../domain/model.ts';
import { type GroupMemory, recallGroup, recentHooks, rememberGroup } from '../incidents/items.ts';
import type { Runtime } from '../runtime.ts';
import { findHomeOfGroup } from './homes.ts';

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
 */
export async function learnGroups(
  runtime: Runtime,
  memories: Map<AutoScalingGroupName, GroupMemory>,
  actions: readonly LifecycleAction[],
  registered: ReadonlyMap<string, readonly ContainerInstance[]>,
): Promise<void> {
  for (const { groupName, hookName, ec2InstanceId } of actions) {
    const [instance, ...others] = registered.get(ec2InstanceId) ?? [];
    const memory = memories.get(groupName);
    if (instance === undefined && memory !== undefined) continue;
    if (recentHooks(memory, runtime.now())?.some(({ name }) => name === hookName)) continue;
    if (memory?.hooks.some(({ name }) => name === hookName)) {
      const hooks = await describeLifecycleHooks(runtime.autoScaling, groupName);
      const renewed = { ...memory, hooks, hooksReadAtMs: runtime.now() };
      memories.set(groupName, renewed);
      await rememberGroup(runtime.table, groupName, renewed);
      continue;
    }
    // The instance itself may have been moved to another cluster: the others of its group say more.
    const clusterArn = (await findHomeOfGroup(runtime, groupName)) ?? instance?.clusterArn;
    if (clusterArn === undefined) continue;
    const learnt = await learn(runtime, groupName, clusterArn);
    // One that was moved to another cluster says nothing of the other instances of its group.
    const isMoved = others.some((other) => other.clusterArn !== clusterArn);
    memories.set(groupName, learnt);
    if (!isMoved) await rememberGroup(runtime.table, groupName, learnt);
  }
}

async function learn(runtime: Runtime, groupName: AutoScalingGroupName, clusterArn: ClusterArn): Promise<GroupMemory> {
  const hooks = await describeLifecycleHooks(runtime.autoScaling, groupName);
  await runtime.policies.of(clusterArn);
  return { clusterArn, hooks, clusterTags: runtime.policies.tags(clusterArn), readAtMs: runtime.now() };
}
