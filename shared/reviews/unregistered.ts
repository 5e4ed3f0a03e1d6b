import { notArrivedAlert } from '../alerts/launch-alerts.ts';
import { commit } from '../alerts/publish.ts';
import { replaceUnhealthy } from '../aws/auto-scaling.ts';
import { describeContainerInstances, findRegistrations } from '../aws/container-instances.ts';
import type { Policy } from '../config/settings.ts';
import { clusterName } from '../domain/arns.ts';
import { isReplacementDue, type Known } from '../domain/launch.ts';
import type { AutoScalingGroup, AutoScalingInstance, ClusterArn, Ec2InstanceId } from '../domain/model.ts';
import { type LaunchIncident, newLaunch } from '../incidents/launch-incident.ts';
import { outageId } from '../incidents/outage-incident.ts';
import type { Runtime } from '../runtime.ts';
import { type Allowance, eachOf, type Failures } from './each.ts';
import { readEachCluster } from './each-cluster.ts';
import { taggedCluster } from './homes.ts';
import { countNotRegistered, type OnOverdue } from './launches.ts';
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
 * Tells on-call of instances that never registered, and has their groups replace them, once the agents have been looked
 * at: whether their cluster has an outage is known only then, and during one they are no more than what it holds back.
 *
 * @param hasUnknownAgents whether the agents of a cluster could not be looked at
 */
export function reviewOverdue(
  runtime: Runtime,
  overdue: readonly Parameters<OnOverdue>[],
  { allowance, hasUnknownAgents }: { readonly allowance: Allowance; hasUnknownAgents(cluster: ClusterArn): boolean },
): Promise<Failures> {
  return eachOf(
    overdue,
    ([{ id }]) => id,
    allowance,
    async ([incident, decision]) => {
      const { clusterArn } = incident;
      if (clusterArn === undefined || hasUnknownAgents(clusterArn)) return;
      const policy = await runtime.policies.of(clusterArn);
      if (await isHeldByOutage(runtime, clusterArn, policy)) return;
      if (decision.kind === 'report') await report(runtime, { incident, policy, known: decision.known });
      else await replace(runtime, { incident, policy, clusterArn });
    },
  );
}

/** What could not register in an outage has as long from its end on as any other. */
async function isHeldByOutage(runtime: Runtime, clusterArn: ClusterArn, policy: Policy): Promise<boolean> {
  const outage = (await runtime.incidents.getMany([outageId(clusterArn)])).get(outageId(clusterArn));
  if (outage !== undefined && outage.closedAtMs === undefined) return true;
  const { unregisteredMinutes: minutes } = policy;
  return minutes !== 'off' && runtime.now() - (outage?.closedAtMs ?? 0) < minutes * 60_000;
}

interface Overdue {
  readonly incident: LaunchIncident;
  readonly policy: Policy;
}

async function report(
  runtime: Runtime,
  { incident, policy, known }: Overdue & { readonly known: Known },
): Promise<void> {
  const done = doneAbout(known, policy);
  const alert = notArrivedAlert(incident, known, { nowMs: runtime.now(), isOver: false, done });
  const next: LaunchIncident = { ...incident, phase: 'told', outbox: [...incident.outbox, alert] };
  if (await commit(runtime, next, incident)) countNotRegistered(runtime);
}

function doneAbout({ standing }: Known, { unregisteredAction, repairs, mode }: Policy): string {
  if (unregisteredAction === 'alert') return 'nothing (unregisteredAction is alert).';
  if (standing.kind !== 'not registered') return 'nothing, as it is registered.';
  if (repairs === 'off') return 'nothing, as repairs are switched off.';
  return mode === 'act'
    ? 'its group is told to replace it.'
    : 'nothing, as the mode is observe; its group would be told to replace it.';
}

/** It counts as a repair of its cluster. An instance in its grace period is not replaced, and is tried again later. */
async function replace(
  runtime: Runtime,
  { incident, policy, clusterArn }: Overdue & { readonly clusterArn: ClusterArn },
): Promise<void> {
  const { ec2InstanceId } = incident;
  if (policy.repairs === 'off' || !isReplacementDue(incident, policy, runtime.now())) return;
  // It may have registered while the others were looked at.
  const unread: Unread = new Map();
  if ((await findRegistrationsAnywhere(runtime, [ec2InstanceId], [clusterArn], unread)).size > 0) return;
  if (unread.size > 0) throw new UnreadError(unread);
  const isCounted = policy.mode === 'observe' || incident.countedAtMs !== undefined;
  if (!isCounted && !(await claimRepair(runtime, clusterArn, policy))) return;
  // Claimed before it is done: of two sweeps only one makes the group replace the instance.
  const replacedAtMs = runtime.now();
  const counted = policy.mode === 'act' ? { countedAtMs: incident.countedAtMs ?? replacedAtMs } : {};
  if ((await commit(runtime, { ...incident, replacedAtMs, ...counted }, incident)) === undefined) return;
  const effect = { operation: 'SetInstanceHealth', subject: ec2InstanceId, status: 'Unhealthy' };
  await perform(runtime, policy, effect, () => replaceUnhealthy(runtime.autoScaling, ec2InstanceId));
}
