import type { ClusterPlan } from '../fleet-plan.ts';

/** What of a fleet can be left out, from the large to the small. */
export const FLEET_LEVELS = ['clusters', 'groups and services', 'details'] as const;

type FleetLevel = (typeof FLEET_LEVELS)[number];
type Group = ClusterPlan['groups'][number];
type Service = ClusterPlan['services'][number];

/** What groups and services cannot be without; each other field of theirs may be left to its default. */
const NEEDED = ['name', 'cluster', 'desired', 'minSize', 'maxSize', 'desiredCount', 'schedulingStrategy'];

/** The parts of one level, by names that are the same in each fleet that has them. */
export function partsOf(clusters: readonly ClusterPlan[], level: FleetLevel): string[] {
  const parts: string[] = [];
  keepParts(clusters, (name, ofLevel) => {
    if (ofLevel === level) parts.push(name);
    return true;
  });
  return parts;
}

/** The fleet without some of its parts. */
export function withoutParts(clusters: readonly ClusterPlan[], left: ReadonlySet<string>): ClusterPlan[] {
  return keepParts(clusters, (name) => !left.has(name));
}

type IsKept = (name: string, level: FleetLevel) => boolean;

function keepParts(clusters: readonly ClusterPlan[], isKept: IsKept): ClusterPlan[] {
  return clusters
    .filter(({ name }) => isKept(name, 'clusters'))
    .map((cluster) => {
      const member = ({ name }: { readonly name: string }) => `${cluster.name}/${name}`;
      const isThere = (one: { readonly name: string }) => isKept(member(one), 'groups and services');
      const isTagKept = ([key]: readonly [string, string]) => isKept(`${cluster.name} tag ${key}`, 'details');
      const { tags, retagged } = cluster;
      return {
        ...cluster,
        ...(tags && { tags: Object.fromEntries(Object.entries(tags).filter(isTagKept)) }),
        ...(retagged && { retagged: Object.fromEntries(Object.entries(retagged).filter(isTagKept)) }),
        groups: cluster.groups.filter(isThere).map((group) => keepGroup(group, member(group), isKept)),
        services: cluster.services.filter(isThere).map((service) => keepFields(service, member(service), isKept)),
      };
    });
}

function keepGroup(group: Group, name: string, isKept: IsKept): Group {
  const kept = keepFields(group, name, isKept);
  const hooks = kept.lifecycleHooks?.filter((hook) => isKept(`${name} hook ${hook.name}`, 'details'));
  return hooks === undefined ? kept : { ...kept, lifecycleHooks: hooks };
}

function keepFields<T extends Group | Service>(from: T, name: string, isKept: IsKept): T {
  const isThere = (field: string) => NEEDED.includes(field) || isKept(`${name} ${field}`, 'details');
  return Object.fromEntries(Object.entries(from).filter(([field]) => isThere(field))) as T;
}

/** The fleets with one number less: the least possible, and the half. */
export function withFewer(clusters: readonly ClusterPlan[]): ClusterPlan[][] {
  return clusters.flatMap((cluster, index) => [
    ...cluster.groups.flatMap((group, at) =>
      [...less(group.desired, 0).map((desired) => ({ ...group, desired })), ...fewerZones(group)].map((one) =>
        clusters.with(index, { ...cluster, groups: cluster.groups.with(at, one) }),
      ),
    ),
    ...cluster.services.flatMap((service, at) =>
      less(service.desiredCount, 1).map((desiredCount) =>
        clusters.with(index, { ...cluster, services: cluster.services.with(at, { ...service, desiredCount }) }),
      ),
    ),
  ]);
}

function less(from = 0, min: number): number[] {
  return [...new Set([min, Math.floor((min + from) / 2), from - 1])].filter((value) => value >= min && value < from);
}

function fewerZones(group: Group): Group[] {
  const { zones = [] } = group;
  return zones.length > 1 ? [{ ...group, zones: zones.slice(0, 1) }] : [];
}
