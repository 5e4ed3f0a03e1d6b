import { isInTrouble, isMissed, unbrokenSince } from '../domain/disconnection.ts';
import type { ClusterArn, ContainerInstance } from '../domain/model.ts';
import type { Subject } from './disconnections.ts';

/**
 * By EC2 instance: the clusters in which its agent is away. An agent that was moved has left a registration behind, and
 * what is done for that one is done to the instance: an outage of the cluster that it is in now concerns it too.
 */
export type Whereabouts = ReadonlyMap<string, readonly ClusterArn[]>;

export function whereaboutsOf(instances: readonly ContainerInstance[]): Whereabouts {
  const away = Map.groupBy(instances.filter(isInTrouble), ({ ec2InstanceId }) => ec2InstanceId);
  return new Map([...away].map(([id, registrations]) => [id, registrations.map(({ clusterArn }) => clusterArn)]));
}

/** Its own, and those in which the same instance is away besides. */
export function clustersOf({ suspect, observation }: Subject, whereabouts: Whereabouts): ClusterArn[] {
  const others = whereabouts.get(observation.instance?.ec2InstanceId ?? '') ?? [];
  return [...new Set([suspect.clusterArn, ...others])];
}

/** Since when each other registration of an instance that is missed has been without its agent. */
export function goneSinceMs(
  { suspect, observation }: Subject,
  { others, nowMs }: { readonly others: readonly Subject[]; readonly nowMs: number },
): number[] {
  if (!isMissed(observation) || observation.instance?.agentConnected) return [];
  return others.flatMap((other) => {
    const { instance } = other.observation;
    if (other.suspect.arn === suspect.arn || instance === undefined || instance.agentConnected) return [];
    return [unbrokenSince(other.incident, { ...other.observation, instance }, nowMs)];
  });
}
