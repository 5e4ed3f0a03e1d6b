import { listGroups, recordHeartbeat } from '../aws/auto-scaling.ts';
import { destinationOf, isArriving } from '../domain/lifecycle.ts';
import type { AutoScalingGroupName, Ec2InstanceId, LifecycleAction } from '../domain/model.ts';
import { type GroupMemory, recallGroup } from '../incidents/items.ts';
import type { Runtime } from '../runtime.ts';
import { type Allowance, type Failures, OutOfTimeError } from './each.ts';
import { findHomeOfGroup } from './homes.ts';
import { LookFailure, tryTo } from './look-failure.ts';
import { perform } from './perform.ts';
import { isLookedAfter, UnreadError } from './registrations.ts';
import { listUntoldActions } from './untold.ts';
import { listPooled } from './warm-pools.ts';

type Home = Pick<GroupMemory, 'clusterArn' | 'clusterTags'>;
type Homes = ReadonlyMap<Ec2InstanceId, Home>;
/** Of a group, and of its instances that hooks hold. */
type HomeOf = (
  groupName: AutoScalingGroupName,
  held: readonly LifecycleAction[],
) => Promise<Home | LookFailure | undefined>;
type HomesOf = (ids: readonly Ec2InstanceId[]) => Promise<Homes>;

/**
 * Reviews lifecycle actions that have been heard of, and keeps the hooks of those alive for which that fails: while
 * nobody can tell what runs on an instance it must not go, and perhaps there is no record yet that would hold it.
 *
 * @param review says what failed, by EC2 instance id; or throws when nothing could be done at all
 * @param homesOf what is on record of single instances, by their ids: it counts more than what is remembered of a group
 */
export async function reviewOrKeepAlive(
  runtime: Runtime,
  actions: readonly LifecycleAction[],
  review: () => Promise<Failures>,
  homesOf: HomesOf = async () => new Map(),
): Promise<Failures> {
  const failures = await tryTo(review);
  if (failures instanceof LookFailure) {
    await keepAlive(runtime, actions, homesOf);
    throw failures.cause;
  }
  const undone = actions.filter(({ ec2InstanceId }) => {
    const error = failures.get(ec2InstanceId);
    return error !== undefined && !(error instanceof OutOfTimeError);
  });
  await keepAlive(runtime, undone, homesOf);
  return failures;
}

/**
 * By what is remembered: AWS has just failed to say. Of a group of which nothing is known, the hook is kept alive, by the
 * stack's own policy: a heartbeat only postpones what happens, while a hook that expires takes tasks with it. Where it is
 * the table that does not answer, ECS is asked.
 */
async function keepAlive(runtime: Runtime, actions: readonly LifecycleAction[], homesOf: HomesOf): Promise<void> {
  if (actions.length === 0) return;
  const read = await tryTo(() => homesOf(actions.map(({ ec2InstanceId }) => ec2InstanceId)));
  const remembered = untilSilent((groupName) => recallGroup(runtime.table, groupName, runtime.now()));
  const asked = untilSilent((groupName, held) => ask(runtime, groupName, held));
  const homeOf: HomeOf = async (groupName, held) => {
    const memory = await remembered(groupName, held);
    return memory instanceof LookFailure ? asked(groupName, held) : memory;
  };
  await beatAll(runtime, actions, { homes: read instanceof LookFailure ? new Map() : read, homeOf });
}

/**
 * The table does not answer: nobody knows what is drained, and by when. Every hook of ours that holds an instance is kept
 * alive, by the policy of the cluster that its group is at home in, as long as Auto Scaling lets it.
 */
export async function keepAllAlive(runtime: Runtime, allowance: Allowance): Promise<void> {
  const groups = await listGroups(runtime.autoScaling);
  const pooled = await listPooled(runtime, groups, allowance);
  const members = [...groups.flatMap(({ instances }) => instances), ...pooled.instances];
  const leaving = members.filter(({ lifecycleState }) => destinationOf(lifecycleState) !== undefined);
  const coming = members.filter(({ lifecycleState }) => isArriving(lifecycleState));
  const actions = [
    ...(await listUntoldActions(runtime, leaving, 'autoscaling:EC2_INSTANCE_TERMINATING')),
    ...(await listUntoldActions(runtime, coming, 'autoscaling:EC2_INSTANCE_LAUNCHING')),
  ];
  const homeOf = untilSilent((groupName, held) => ask(runtime, groupName, held));
  await beatAll(runtime, actions, { homes: new Map(), homeOf });
}

async function beatAll(
  runtime: Runtime,
  actions: readonly LifecycleAction[],
  { homes, homeOf }: { readonly homes: Homes; readonly homeOf: HomeOf },
): Promise<void> {
  for (const [groupName, group] of Map.groupBy(actions, (action) => action.groupName)) {
    const found = await homeOf(groupName, group);
    const home = found instanceof LookFailure ? undefined : found;
    for (const action of group) {
      const known = homes.get(action.ec2InstanceId) ?? home;
      if (known !== undefined && !isLookedAfter(runtime, known.clusterArn)) continue;
      const { config, policies } = runtime;
      const policy = known === undefined ? config.policy : policies.known(known.clusterArn, known.clusterTags);
      const { ec2InstanceId: subject, hookName: hook } = action;
      const effect = { operation: 'RecordLifecycleActionHeartbeat', subject, hook };
      const outcome = await tryTo(() =>
        perform(runtime, policy, effect, () => recordHeartbeat(runtime.autoScaling, action)),
      );
      // What made it necessary is told by whoever asked; the others have hooks of their own that expire.
      if (outcome instanceof LookFailure) runtime.logger.warn('hook not kept alive', { action, error: outcome.cause });
    }
  }
}

/** Who is not answered once asks no more: the other hooks do not have the time. */
function untilSilent(ask: (...of: Parameters<HomeOf>) => Promise<Home | undefined>): HomeOf {
  let silence: LookFailure | undefined;
  return async (groupName, held) => {
    if (silence !== undefined) return silence;
    const answer = await tryTo(() => ask(groupName, held));
    if (answer instanceof LookFailure) silence = answer;
    return answer;
  };
}

async function ask(
  runtime: Runtime,
  groupName: AutoScalingGroupName,
  held: readonly LifecycleAction[],
): Promise<Home | undefined> {
  const clusterArn = await findHomeOfGroup(runtime, groupName, held);
  if (clusterArn === undefined) return undefined;
  if (clusterArn instanceof UnreadError) throw clusterArn;
  await runtime.policies.of(clusterArn);
  return { clusterArn, clusterTags: runtime.policies.tags(clusterArn) };
}
