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

/**
 * Every registration of these EC2 instances, whichever cluster it is in. `likely` clusters are asked for all of them, and
 * the others only for instances that are not found there with a live agent: a registration without one may be what an
 * instance left behind when it was moved to another cluster. Where such a one may be, beside the live one, open
 * incidents tell (`clustersWithIncidents`).
 *
 * @param onUnreadable hears of clusters that ECS does not answer for, which then count as empty; without it, they throw
 */
export async function findRegistrationsAnywhere(
  runtime: Runtime,
  ec2InstanceIds: readonly Ec2InstanceId[],
  likely: readonly ClusterArn[],
  onUnreadable?: (cluster: ClusterArn, error: unknown) => void,
): Promise<Map<Ec2InstanceId, ContainerInstance[]>> {
  const found = new Map<Ec2InstanceId, ContainerInstance[]>();
  const isAlive = (id: Ec2InstanceId) => found.get(id)?.some(({ agentConnected }) => agentConnected) ?? false;
  const lookIn = async (cluster: ClusterArn, wanted: readonly Ec2InstanceId[]) => {
    const failure = await tryTo(() => addFrom(cluster, wanted));
    if (!(failure instanceof LookFailure)) return;
    if (onUnreadable === undefined) throw failure.cause;
    onUnreadable(cluster, failure.cause);
  };
  const addFrom = async (cluster: ClusterArn, wanted: readonly Ec2InstanceId[]) => {
    const arns = await findRegistrations(runtime.ecs, cluster, wanted);
    const { found: instances } = await describeContainerInstances(runtime.ecs, cluster, arns);
    for (const instance of instances.filter(({ status }) => status !== 'INACTIVE')) {
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
): Promise<ClusterArn[]> {
  const open = await runtime.incidents.listOpen();
  return open.flatMap((incident) => {
    if (incident.kind === 'drain') {
      const isAbout = ec2InstanceIds.includes(incident.ec2InstanceId);
      return isAbout ? incident.registrations.map(({ clusterArn }) => clusterArn) : [];
    }
    if (incident.kind !== 'disconnection' || incident.ec2InstanceId === undefined) return [];
    return ec2InstanceIds.includes(incident.ec2InstanceId) ? [incident.clusterArn] : [];
  });
}

/** Every registration of these EC2 instances in the clusters that are looked after. */
export async function findRegistrationsLookedAfter(
  runtime: Runtime,
  ec2InstanceIds: readonly Ec2InstanceId[],
): Promise<Map<Ec2InstanceId, ContainerInstance[]>> {
  const all: ContainerInstance[] = [];
  for (const cluster of await listClustersLookedAfter(runtime)) {
    const arns = await findRegistrations(runtime.ecs, cluster, ec2InstanceIds);
    all.push(...(await describeContainerInstances(runtime.ecs, cluster, arns)).found);
  }
  return Map.groupBy(
    all.filter(({ status }) => status !== 'INACTIVE'),
    (instance) => instance.ec2InstanceId,
  );
}

/** The one with a live agent first, then the newest: an incident is filed under the first. */
export function byLiveliness(a: ContainerInstance, b: ContainerInstance): number {
  return (
    Number(b.agentConnected) - Number(a.agentConnected) ||
    (b.registeredAtMs ?? 0) - (a.registeredAtMs ?? 0) ||
    (a.arn < b.arn ? -1 : 1)
  );
}
