import { findRegistrations, listContainerInstanceArns } from '../aws/container-instances.ts';
import type { ClusterArn, ContainerInstance, ContainerInstanceArn } from '../domain/model.ts';
import {
  type DisconnectionIncident,
  disconnectionId,
  type Incident,
  type Registration,
} from '../incidents/incident.ts';
import type { Runtime } from '../runtime.ts';
import type { Allowance, Failures } from './each.ts';
import { readEachCluster } from './each-cluster.ts';
import { describeRegistrations, type Known, lookUpEc2 } from './look-up.ts';
import { isLookedAfter } from './registrations.ts';

/** What ECS says of agents that may be away; without the clusters that it does not answer for. */
export interface Listed {
  readonly suspects: readonly Registration[];
  readonly instances: readonly ContainerInstance[];
  readonly failures: Failures;
}

/**
 * Agents that are away right now, and the instances with an incident. That finds those too that have registered and have
 * never been heard from: no event tells of them. A connected instance that ECS calls impaired is only known by its event:
 * ECS lists no instances by their health.
 */
export async function listSuspects(
  runtime: Runtime,
  clusters: readonly ClusterArn[],
  { away, allowance }: { readonly away: readonly DisconnectionIncident[]; readonly allowance: Allowance },
): Promise<Listed> {
  // The operator may have taken a cluster away from Ebbtide since, or have deleted it.
  const known = Map.groupBy(
    away.filter(({ clusterArn }) => isLookedAfter(runtime, clusterArn)),
    ({ clusterArn }) => clusterArn,
  );
  const { found, failures } = await readEachCluster([...clusters, ...known.keys()], allowance, async (clusterArn) => {
    const arns = clusters.includes(clusterArn)
      ? await listContainerInstanceArns(runtime.ecs, clusterArn, { filter: 'agentConnected == false' })
      : [];
    const incidents = known.get(clusterArn) ?? [];
    const all = new Set([...arns, ...incidents.map(({ containerInstanceArn }) => containerInstanceArn)]);
    const suspects = [...all].map((arn) => ({ arn, clusterArn }));
    if (suspects.length > 0) await runtime.policies.of(clusterArn);
    return { suspects, instances: await describeRegistrations(runtime, suspects) };
  });
  const looks = [...found.values()];
  return {
    suspects: looks.flatMap(({ suspects }) => suspects),
    instances: looks.flatMap(({ instances }) => [...instances.values()]),
    failures,
  };
}

export async function lookUpAll(
  runtime: Runtime,
  instances: readonly ContainerInstance[],
  away: readonly DisconnectionIncident[],
): Promise<Known> {
  const ids = [...instances, ...away].flatMap(({ ec2InstanceId }) => ec2InstanceId ?? []);
  const byArn = new Map(instances.map((instance) => [instance.arn, instance]));
  return { instances: byArn, ...(await lookUpEc2(runtime, [...new Set(ids)])) };
}

/** A duplicate is dealt with as soon as a first step may be due; before that nothing is asked about it. */
const TWIN_AFTER_MS = 60_000;

export function dueOf(
  runtime: Runtime,
  instances: readonly ContainerInstance[],
  incidents: ReadonlyMap<string, Incident>,
): ContainerInstance[] {
  return instances.filter(({ arn, agentConnected }) => {
    const incident = incidents.get(disconnectionId(arn));
    if (incident?.kind !== 'disconnection' || incident.closedAtMs !== undefined) return false;
    return !agentConnected && runtime.now() - incident.sinceMs >= TWIN_AFTER_MS;
  });
}

/** Registrations in the same cluster, connected, of the same EC2 instances: by the ARN of the one that is not. */
export async function findConnectedTwins(
  runtime: Runtime,
  instances: readonly ContainerInstance[],
  allowance: Allowance,
): Promise<{ readonly found: ReadonlyMap<ContainerInstanceArn, ContainerInstance>; readonly failures: Failures }> {
  const groups = Map.groupBy(instances, ({ clusterArn }) => clusterArn);
  const { found, failures } = await readEachCluster(groups.keys(), allowance, async (clusterArn) => {
    const group = groups.get(clusterArn) ?? [];
    const arns = await findRegistrations(
      runtime.ecs,
      clusterArn,
      group.map(({ ec2InstanceId }) => ec2InstanceId),
    );
    const others = arns.filter((arn) => group.every((instance) => instance.arn !== arn));
    const described = await describeRegistrations(
      runtime,
      others.map((arn) => ({ arn, clusterArn })),
    );
    return group.flatMap(({ arn, ec2InstanceId }) => {
      const twin = [...described.values()].find(
        (other) => other.ec2InstanceId === ec2InstanceId && other.agentConnected,
      );
      return twin === undefined ? [] : [[arn, twin] as const];
    });
  });
  return { found: new Map([...found.values()].flat()), failures };
}
