import { describeGroup, describeLifecycleHooks } from '../aws/auto-scaling.ts';
import { listClusters } from '../aws/clusters.ts';
import { findRegistrations } from '../aws/container-instances.ts';
import type { Policy } from '../config/settings.ts';
import { clusterName } from '../domain/arns.ts';
import type { Home } from '../domain/launch.ts';
import type {
  AutoScalingGroup,
  AutoScalingGroupName,
  AutoScalingInstance,
  ClusterArn,
  LifecycleHook,
} from '../domain/model.ts';
import { type GroupMemory, recallGroup, recentHooks, rememberGroup } from '../incidents/items.ts';
import type { Runtime } from '../runtime.ts';
import { LookFailure, tryTo } from './look-failure.ts';
import { type Unread, UnreadError } from './registrations.ts';

/** The tag of an Auto Scaling group whose value is the name of the cluster that its instances belong to. */
const CLUSTER_TAG = 'ebbtide:cluster';

export function taggedCluster({ tags }: Pick<AutoScalingGroup, 'tags'>): string | undefined {
  return tags[CLUSTER_TAG];
}

export interface GroupHome extends Home {
  readonly hooks: readonly LifecycleHook[];
  /** Why nobody can tell where, when ECS does not answer for a cluster that may be theirs. */
  readonly unread?: UnreadError | undefined;
}

/** Where the instances of each group belong, and the group's hooks. */
export async function findHomes(
  runtime: Runtime,
  groupNames: Iterable<AutoScalingGroupName>,
): Promise<Map<AutoScalingGroupName, GroupHome>> {
  const homes = new Map<AutoScalingGroupName, GroupHome>();
  let clusters: ClusterArn[] | undefined;
  for (const name of new Set(groupNames)) {
    const memory = await recallGroup(runtime.table, name, runtime.now());
    const group = await describeGroup(runtime.autoScaling, name);
    const hooks = memory
      ? (await withRecentHooks(runtime, name, memory)).hooks
      : await describeLifecycleHooks(runtime.autoScaling, name);
    const tagged = group && taggedCluster(group);
    if (tagged === undefined) {
      const found = memory?.clusterArn ?? (group && (await findAmongOthers(runtime, group.instances)));
      const home = found instanceof UnreadError ? { unread: found } : { clusterArn: found };
      homes.set(name, { ...home, isCertain: false, hooks });
      continue;
    }
    clusters ??= await listClusters(runtime.ecs);
    const clusterArn = clusters.find((arn) => clusterName(arn) === tagged);
    if (clusterArn === undefined) {
      runtime.logger.warn('tag names no cluster', { group: name, tag: CLUSTER_TAG, value: tagged });
    }
    homes.set(name, { clusterArn, isCertain: clusterArn !== undefined, hooks });
  }
  return homes;
}

/** Without a home, the policy of the stack. */
export async function policyOf(runtime: Runtime, home: ClusterArn | undefined): Promise<Policy> {
  return home === undefined ? runtime.config.policy : runtime.policies.of(home);
}

/** What is remembered of a group, with hooks that were read a moment ago: others need not read them again. */
export async function withRecentHooks(
  runtime: Runtime,
  groupName: AutoScalingGroupName,
  memory: GroupMemory,
): Promise<GroupMemory> {
  if (recentHooks(memory, runtime.now()) !== undefined) return memory;
  const hooks = await describeLifecycleHooks(runtime.autoScaling, groupName);
  const renewed = { ...memory, hooks, hooksReadAtMs: runtime.now() };
  await rememberGroup(runtime.table, groupName, renewed);
  return renewed;
}

type Member = Pick<AutoScalingInstance, 'ec2InstanceId'>;

/** As many as ECS is asked for in one call. */
const OTHERS_MAX = 50;

/**
 * The cluster that a group's tag names or, without one, that some of its instances are registered in.
 *
 * @param pooled instances that are the group's too, though it does not list them: those of its warm pool
 */
export async function findHomeOfGroup(
  runtime: Runtime,
  groupName: AutoScalingGroupName,
  pooled: readonly Member[] = [],
): Promise<ClusterArn | UnreadError | undefined> {
  const group = await describeGroup(runtime.autoScaling, groupName);
  const tagged = group && taggedCluster(group);
  if (tagged === undefined) return findAmongOthers(runtime, [...(group?.instances ?? []), ...pooled]);
  return (await listClusters(runtime.ecs)).find((arn) => clusterName(arn) === tagged);
}

/** Where ECS does not answer for a cluster, what was found in another one counts if most of them are there. */
async function findAmongOthers(
  { ecs }: Runtime,
  instances: readonly Member[],
): Promise<ClusterArn | UnreadError | undefined> {
  const ids = [...new Set(instances.map(({ ec2InstanceId }) => ec2InstanceId))].slice(0, OTHERS_MAX);
  if (ids.length === 0) return undefined;
  let home: { readonly cluster: ClusterArn; readonly count: number } | undefined;
  const unread: Unread = new Map();
  for (const cluster of await listClusters(ecs)) {
    const found = await tryTo(() => findRegistrations(ecs, cluster, ids));
    if (found instanceof LookFailure) {
      unread.set(cluster, found.cause);
      continue;
    }
    // Most of them: one that was moved to another cluster does not speak for the others.
    if (found.length > (home?.count ?? 0)) home = { cluster, count: found.length };
    if (found.length > ids.length / 2) return cluster;
  }
  return unread.size > 0 ? new UnreadError(unread) : home?.cluster;
}
