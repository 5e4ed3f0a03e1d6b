import { describeLifecycleHooks } from '../aws/auto-scaling.ts';
import type { AutoScalingInstance, LifecycleAction } from '../domain/model.ts';
import { ownHooksAt, type Transition } from '../domain/name-patterns.ts';
import type { Runtime } from '../runtime.ts';

/**
 * The lifecycle actions of our hooks that may hold these instances, of which no event told. Their tokens and start times
 * are lost with the event: Auto Scaling goes by the instance id, and the deadline counts from now.
 */
export async function listUntoldActions(
  runtime: Runtime,
  instances: readonly AutoScalingInstance[],
  wanted: Transition,
): Promise<LifecycleAction[]> {
  const actions: LifecycleAction[] = [];
  for (const [groupName, members] of Map.groupBy(instances, (instance) => instance.groupName)) {
    const all = await describeLifecycleHooks(runtime.autoScaling, groupName);
    const hooks = ownHooksAt(wanted, all, runtime.config.policy.lifecycleHooks);
    const startedAtMs = runtime.now();
    for (const { ec2InstanceId } of members) {
      actions.push(...hooks.map(({ name }) => ({ ec2InstanceId, groupName, hookName: name, startedAtMs })));
    }
  }
  return actions;
}
