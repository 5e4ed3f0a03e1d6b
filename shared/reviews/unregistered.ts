import { commit } from '../alerts/publish.ts';
import { replaceUnhealthy } from '../aws/auto-scaling.ts';
import { describeContainerInstances, findRegistrations } from '../aws/container-instances.ts';
import type { Policy } from '../config/settings.ts';
import { clusterName } from '../domain/arns.ts';
import { isReplacementDue } from '../domain/launch.ts';
import type { AutoScalingGroup, AutoScalingInstance, ClusterArn, Ec2InstanceId } from '../domain/model.ts';
import { type LaunchIncident, newLaunch } from '../incidents/launch-incident.ts';
import { outageId } from '../incidents/outage-incident.ts';
import type { Runtime } from '../runtime.ts';
import { type Allowance, eachOf, type Failures } from './each.ts';
import { readEachCluster } from './each-cluster.ts';
import { taggedCluster } from './homes.ts';
import { LookFailure, tryTo } from './look-failure.ts';
import { perform } from './perform.ts';
import { findRegistrationsAnywhere, type Unread, UnreadError } from './registrations.ts';
import { claimRepair } from './repairs.ts';

/**
 * Instances that have been found registered since this environment was made. An instance that has registered once has
 * arrived for good, so the healthy ones are asked about once, and afterwards only those that are new.
 */
const arrived = new Set<Ec2InstanceId>();

/**
 * Files an incident for each instance that is in service in a group with the tag `ebbtide:cluster` and in no cluster.
 * New instances are for a minute, as their agents boot: what becomes of it is decided by the next looks.
 *
 * @param clusters those that are looked after
 * @returns the incidents that are new, and what failed, by EC2 instance id or cluster
 */
export async function watchGroups(
  runtime: Runtime,
  groups: readonly AutoScalingGroup[],
  {
    clusters,
    open,
    allowance,
  }: {
    readonly clusters: readonly ClusterArn[];
    readonly open: readonly LaunchIncident[];
    readonly allowance: Allowance;
  },
): Promise<{ readonly filed: LaunchIncident[]; readonly failures: Failures }> {
  const watched = groups.flatMap((group) => {
    const clusterArn = clusters.find((arn) => clusterName(arn) === taggedCluster(group));
    return clusterArn === undefined ? [] : [{ clusterArn, instances: group.instances }];
  });
  forget(watched.flatMap(({ instances }) => instances));
  const known = new Set(open.map(({ ec2InstanceId }) => ec2InstanceId));
  const filed: LaunchIncident[] = [];
  const unfiled: Failures = new Map();
  const groupsOf = Map.groupBy(watched, (group) => group.clusterArn);
  const { failures } = await readEachCluster(groupsOf.keys(), allowance, async (clusterArn) => {
    const { unregisteredMinutes } = await runtime.policies.of(clusterArn);
    if (unregisteredMinutes === 'off') return;
    const unsure = (groupsOf.get(clusterArn) ?? [])
      .flatMap(({ instances }) => instances)
      .filter(({ lifecycleState }) => lifecycleState === 'InService')
      .filter(({ ec2InstanceId: id }) => !arrived.has(id) && !known.has(id));
    await noteRegistered(runtime, clusterArn, unsure);
    for (const instance of unsure.filter(({ ec2InstanceId }) => !arrived.has(ec2InstanceId))) {
      const fresh = toIncident(instance, { clusterArn, unregisteredMinutes, nowMs: runtime.now() });
      // One whose record cannot be read must not keep the launches of all others from being looked at.
      const incident = await tryTo(() => file(runtime, fresh));
      if (incident instanceof LookFailure) unfiled.set(instance.ec2InstanceId, incident.cause);
      else if (incident !== undefined) filed.push(incident);
    }
  });
  return { filed, failures: new Map([...failures, ...unfiled]) };
}

function forget(present: readonly AutoScalingInstance[]): void {
  const ids = new Set(present.map(({ ec2InstanceId }) => ec2InstanceId));
  for (const id of arrived) if (!ids.has(id)) arrived.delete(id);
}

async function noteRegistered(
  { ecs }: Runtime,
  cluster: ClusterArn,
  instances: readonly AutoScalingInstance[],
): Promise<void> {
  const arns = await findRegistrations(
    ecs,
    cluster,
    instances.map(({ ec2InstanceId }) => ec2InstanceId),
  );
  const { found } = await describeContainerInstances(ecs, cluster, arns);
  for (const { ec2InstanceId } of found) arrived.add(ec2InstanceId);
}

function toIncident(
  { ec2InstanceId, groupName }: AutoScalingInstance,
  {
    clusterArn,
    unregisteredMinutes,
    nowMs,
  }: { readonly clusterArn: ClusterArn; readonly unregisteredMinutes: number; readonly nowMs: number },
): LaunchIncident {
  const deadlineAtMs = nowMs + unregisteredMinutes * 60_000;
  return newLaunch({ ec2InstanceId, groupName, clusterArn, isCertain: true, actions: [], deadlineAtMs }, nowMs);
}

/** Its launch hook may have been waited for before. */
async function file(runtime: Runtime, fresh: LaunchIncident): Promise<LaunchIncident | undefined> {
  let saved = await runtime.incidents.save(fresh, undefined);
  if (saved.kind === 'conflict' && saved.current?.closedAtMs !== undefined) {
    saved = await runtime.incidents.save(fresh, saved.current);
  }
  return saved.kind === 'saved' && saved.incident.kind === 'launch' ? saved.incident : undefined;
}

/**
 * Has the groups replace instances that never registered, once the agents have been looked at: whether their cluster has
 * an outage is known only then. They count as repairs of their cluster, and none is made in an outage. An instance in its
 * grace period is not replaced, and is tried again later.
 *
 * @param hasUnknownAgents whether the agents of a cluster could not be looked at
 */
export function replaceUnregistered(
  runtime: Runtime,
  due: readonly LaunchIncident[],
  { allowance, hasUnknownAgents }: { readonly allowance: Allowance; hasUnknownAgents(cluster: ClusterArn): boolean },
): Promise<Failures> {
  return eachOf(
    due,
    ({ id }) => id,
    allowance,
    async (incident) => {
      if (incident.clusterArn === undefined || hasUnknownAgents(incident.clusterArn)) return;
      await replace(runtime, incident, incident.clusterArn);
    },
  );
}

async function replace(runtime: Runtime, incident: LaunchIncident, clusterArn: ClusterArn): Promise<void> {
  const { ec2InstanceId } = incident;
  const policy = await runtime.policies.of(clusterArn);
  if (!isReplacementDue(incident, policy, runtime.now())) return;
  // It may have registered while the others were looked at.
  const unread: Unread = new Map();
  if ((await findRegistrationsAnywhere(runtime, [ec2InstanceId], [clusterArn], unread)).size > 0) return;
  if (unread.size > 0) throw new UnreadError(unread);
  if (!(await mayRepair(runtime, clusterArn, { policy, incident }))) return;
  // Claimed before it is done: of two sweeps only one makes the group replace the instance.
  const replacedAtMs = runtime.now();
  const counted = policy.mode === 'act' ? { countedAtMs: incident.countedAtMs ?? replacedAtMs } : {};
  if ((await commit(runtime, { ...incident, replacedAtMs, ...counted }, incident)) === undefined) return;
  const effect = { operation: 'SetInstanceHealth', subject: ec2InstanceId, status: 'Unhealthy' };
  await perform(runtime, policy, effect, () => replaceUnhealthy(runtime.autoScaling, ec2InstanceId));
}

/** A new instance that cannot register in an outage is one more that the outage holds back. */
async function mayRepair(
  runtime: Runtime,
  clusterArn: ClusterArn,
  { policy, incident }: { readonly policy: Policy; readonly incident: LaunchIncident },
): Promise<boolean> {
  if (policy.repairs === 'off') return false;
  const outage = (await runtime.incidents.getMany([outageId(clusterArn)])).get(outageId(clusterArn));
  if (outage !== undefined && outage.closedAtMs === undefined) return false;
  // What could not register in an outage has as long from its end on as any other.
  const { unregisteredMinutes: minutes } = policy;
  const sinceMs = runtime.now() - (outage?.closedAtMs ?? 0);
  if (minutes !== 'off' && sinceMs < minutes * 60_000) return false;
  const isCounted = policy.mode === 'observe' || incident.countedAtMs !== undefined;
  return isCounted || claimRepair(runtime, clusterArn, policy);
}
