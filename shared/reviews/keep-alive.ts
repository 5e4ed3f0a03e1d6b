import { recordHeartbeat } from '../aws/auto-scaling.ts';
import type { AutoScalingGroupName, LifecycleAction } from '../domain/model.ts';
import { type GroupMemory, recallGroup } from '../incidents/items.ts';
import type { Runtime } from '../runtime.ts';
import { type Failures, OutOfTimeError } from './each.ts';
import { LookFailure, tryTo } from './look-failure.ts';
import { perform } from './perform.ts';
import { isLookedAfter } from './registrations.ts';

/**
 * Reviews lifecycle actions that have been heard of, and keeps the hooks of those alive for which that fails: while
 * nobody can tell what runs on an instance it must not go, and perhaps there is no record yet that would hold it.
 *
 * @param review says what failed, by EC2 instance id; or throws when nothing could be done at all
 */
export async function reviewOrKeepAlive(
  runtime: Runtime,
  actions: readonly LifecycleAction[],
  review: () => Promise<Failures>,
): Promise<Failures> {
  const failures = await tryTo(review);
  if (failures instanceof LookFailure) {
    await keepAlive(runtime, actions);
    throw failures.cause;
  }
  const undone = actions.filter(({ ec2InstanceId }) => {
    const error = failures.get(ec2InstanceId);
    return error !== undefined && !(error instanceof OutOfTimeError);
  });
  await keepAlive(runtime, undone);
  return failures;
}

/**
 * By what is remembered: AWS has just failed to say. Of a group of which nothing is known, the hook is kept alive, by the
 * stack's own policy: a heartbeat only postpones what happens, while a hook that expires takes tasks with it.
 */
async function keepAlive(runtime: Runtime, actions: readonly LifecycleAction[]): Promise<void> {
  for (const [groupName, group] of Map.groupBy(actions, (action) => action.groupName)) {
    const known = await recall(runtime, groupName);
    if (known !== undefined && !isLookedAfter(runtime, known.clusterArn)) continue;
    const { config, policies } = runtime;
    const policy = known === undefined ? config.policy : policies.known(known.clusterArn, known.clusterTags);
    for (const action of group) {
      const { ec2InstanceId: subject, hookName: hook } = action;
      const effect = { operation: 'RecordLifecycleActionHeartbeat', subject, hook };
      await perform(runtime, policy, effect, () => recordHeartbeat(runtime.autoScaling, action));
    }
  }
}

async function recall(runtime: Runtime, groupName: AutoScalingGroupName): Promise<GroupMemory | undefined> {
  const memory = await tryTo(() => recallGroup(runtime.table, groupName, runtime.now()));
  return memory instanceof LookFailure ? undefined : memory;
}
