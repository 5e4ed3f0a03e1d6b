import { listClusters } from '../aws/clusters.ts';
import { describeContainerInstances, findRegistrations } from '../aws/container-instances.ts';
import { clusterName } from '../domain/arns.ts';
import type { ClusterArn, ContainerInstance, Ec2InstanceId } from '../domain/model.ts';
import { isNameIn } from '../domain/name-patterns.ts';
import type { Runtime } from '../runtime.ts';
import { LookFailure, tryTo } from './look-failure.ts';

/** Whether the operator wants this cluster looked after. */
export function isLookedAfter(runtime: Pick<Runtime, 'config'>, cluster: ClusterArn): boolean {
  return isNameIn(runtime.config.policy.clusters, clusterName(cluster));
}

/** The clusters to look after, of all that there are. */
export async function listClustersLookedAfter(runtime: Runtime): Promise<ClusterArn[]> {
  return (await listClusters(runtime.ecs)).filter((cluster) => isLookedAfter(runtime, cluster));
}

/** The clusters that ECS did not answer for, and why: what was not found may be in one of them. */
export type Unread = Map<ClusterArn, unknown>;

/** Given for an instance of which nobody can tell whether, or where, it is registered. */
export class UnreadError extends AggregateError {
  constructor(unread: Unread) {
    super([...unread.values()], `it may be in a cluster that ECS did not answer for: ${[...unread.keys()].join(', ')}`);
    this.name = 'UnreadError';
  }
}

/**
 * Every registration of these EC2 instances, whichever cluster it is in. `likely` clusters are asked for all of them, and
 * the others only for instances that are not found there with a live agent: a registration without one may be what an
 * instance left behind when it was moved to another cluster. Where such a one may be, beside the live one, open
 * incidents tell (`clustersWithIncidents`).
 *
 * @param unread gets the clusters that ECS does not answer for: one that refuses keeps nobody from what is in the others
 */
export async function findRegistrationsAnywhere(
  runtime: Runtime,
  ec2InstanceIds: readonly Ec2InstanceId[],
  likely: readonly ClusterArn[],
  unread: Unread,
): Promise<Map<Ec2InstanceId, ContainerInstance[]>> {
  const found = new Map<Ec2InstanceId, ContainerInstance[]>();
  const isAlive = (id: Ec2InstanceId) => found.get(id)?.some(({ agentConnected }) => agentConnected) ?? false;
  const lookIn = async (cluster: ClusterArn, wanted: readonly Ec2InstanceId[]) => {
    const instances = await tryTo(() => registrationsIn(runtime, cluster, wanted));
    if (instances instanceof LookFailure) {
      unread.set(cluster, instances.cause);
      return;
    }
    for (const instance of instances) {
      found.set(instance.ec2InstanceId, [...(found.get(instance.ec2InstanceId) ?? []), instance]);
    }
  };
  for (const cluster of new Set(likely)) await lookIn(cluster, ec2InstanceIds);
  if (ec2InstanceIds.every(isAlive)) return found;
  for (const cluster of await listClusters(runtime.ecs)) {
    const wanted = ec2InstanceIds.filter((id) => !isAlive(id));
    if (!likely.includes(cluster)) await lookIn(cluster, wanted);
  }
  return found;
}

/**
 * The clusters in which something is wrong with a registration of these EC2 instances: one that an agent left behind when
 * it was moved to another cluster has an open incident there, and may have tasks that still run.
 */
export async function clustersWithIncidents(
  runtime: Runtime,
  ec2InstanceIds: readonly Ec2InstanceId[],
): Promise<Map<Ec2InstanceId, ClusterArn[]>> {
  const clusters = new Map<Ec2InstanceId, ClusterArn[]>(ec2InstanceIds.map((id) => [id, []]));
  for (const incident of await runtime.incidents.listOpen()) {
    if (incident.kind !== 'drain' && incident.kind !== 'disconnection') continue;
    const registrations = incident.kind === 'drain' ? incident.registrations : [incident];
    clusters.get(incident.ec2InstanceId ?? '')?.push(...registrations.map(({ clusterArn }) => clusterArn));
  }
  return clusters;
}

/**
 * Every registration of these EC2 instances in the clusters that are looked after.
 *
 * @param unread gets the clusters that ECS does not answer for
 */
export async function findRegistrationsLookedAfter(
  runtime: Runtime,
  ec2InstanceIds: readonly Ec2InstanceId[],
  unread: Unread,
): Promise<Map<Ec2InstanceId, ContainerInstance[]>> {
  const all: ContainerInstance[] = [];
  for (const cluster of await listClustersLookedAfter(runtime)) {
    const found = await tryTo(() => registrationsIn(runtime, cluster, ec2InstanceIds));
    if (found instanceof LookFailure) unread.set(cluster, found.cause);
    else all.push(...found);
  }
  return Map.groupBy(all, (instance) => instance.ec2InstanceId);
}

export async function registrationsIn(
  { ecs }: Runtime,
  cluster: ClusterArn,
  ec2InstanceIds: readonly Ec2InstanceId[],
): Promise<ContainerInstance[]> {
  const arns = await findRegistrations(ecs, cluster, ec2InstanceIds);
  const { found } = await describeContainerInstances(ecs, cluster, arns);
  return found.filter(({ status }) => status !== 'INACTIVE');
}

/** The one with a live agent first, then the newest: an incident is filed under the first. */
export function byLiveliness(a: ContainerInstance, b: ContainerInstance): number {
  return (
    Number(b.agentConnected) - Number(a.agentConnected) ||
    (b.registeredAtMs ?? 0) - (a.registeredAtMs ?? 0) ||
    (a.arn < b.arn ? -1 : 1)
  );
}
