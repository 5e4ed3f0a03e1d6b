import { describeLifecycleHooks } from '../aws/auto-scaling.ts';
import type { AutoScalingGroupName, ContainerInstance, LifecycleAction } from '../domain/model.ts';
import { type GroupMemory, recallGroup, rememberGroup } from '../incidents/items.ts';
import type { Runtime } from '../runtime.ts';

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

/** Reads the hooks that are not remembered, and remembers them with the cluster that their group's instances are in. */
export async function learnGroups(
  runtime: Runtime,
  memories: Map<AutoScalingGroupName, GroupMemory>,
  actions: readonly LifecycleAction[],
  registered: ReadonlyMap<string, readonly ContainerInstance[]>,
): Promise<void> {
  for (const { groupName, hookName, ec2InstanceId } of actions) {
    const [instance, ...others] = registered.get(ec2InstanceId) ?? [];
    const isRemembered = memories.get(groupName)?.hooks.some(({ name }) => name === hookName);
    if (instance === undefined || isRemembered) continue;
    const hooks = await describeLifecycleHooks(runtime.autoScaling, groupName);
    const { clusterArn } = instance;
    await runtime.policies.of(clusterArn);
    const memory = { clusterArn, hooks, clusterTags: runtime.policies.tags(clusterArn), readAtMs: runtime.now() };
    // One that was moved to another cluster says nothing of the other instances of its group.
    const isMoved = others.some(({ clusterArn }) => clusterArn !== instance.clusterArn);
    memories.set(groupName, memory);
    if (!isMoved) await rememberGroup(runtime.table, groupName, memory);
  }
}
