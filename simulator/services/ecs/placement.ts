import type { Cluster, ContainerInstance, PlacementZone, Resources } from './state.ts';
import type { Task } from './task-state.ts';

/** How many fitting instances of a zone are compared; more would cost time in a large fleet and change little. */
const CANDIDATES_MAX = 16;

/** An ACTIVE instance can be placed on. */
export function enterPlacement(instance: ContainerInstance): void {
  const { cluster, availabilityZone } = instance;
  const zone = cluster.placeable.get(availabilityZone);
  if (zone === undefined) cluster.placeable.set(availabilityZone, { instances: [instance], cursor: 0 });
  else if (!zone.instances.includes(instance)) zone.instances.push(instance);
}

export function leavePlacement(instance: ContainerInstance): void {
  const zone = instance.cluster.placeable.get(instance.availabilityZone);
  const index = zone?.instances.indexOf(instance) ?? -1;
  if (zone === undefined || index < 0) return;
  zone.instances.splice(index, 1);
  if (index < zone.cursor) zone.cursor--;
}

export function fits(instance: ContainerInstance, need: Resources): boolean {
  return instance.remaining.cpu >= need.cpu && instance.remaining.memory >= need.memory;
}

export type PlacementAttempt =
  | { readonly placed: true; readonly instance: ContainerInstance }
  /** `closest`: the instance that came closest to fitting, and what it lacked, for the service's event. */
  | { readonly placed: false; readonly closest: ContainerInstance | undefined; readonly lacking: 'CPU' | 'MEMORY' };

/** How the tasks of one service are spread now; `place` keeps it up to date, so that a pass counts them only once. */
export interface Spread {
  readonly perZone: Map<string, number>;
  readonly perInstance: Map<ContainerInstance, number>;
}

export function spreadOf(tasks: Iterable<Task>): Spread {
  const spread: Spread = { perZone: new Map(), perInstance: new Map() };
  for (const { desiredStatus, containerInstance } of tasks) {
    if (desiredStatus === 'RUNNING' && containerInstance.status === 'ACTIVE') addToSpread(spread, containerInstance);
  }
  return spread;
}

function addToSpread({ perZone, perInstance }: Spread, instance: ContainerInstance): void {
  perZone.set(instance.availabilityZone, (perZone.get(instance.availabilityZone) ?? 0) + 1);
  perInstance.set(instance, (perInstance.get(instance) ?? 0) + 1);
}

/**
 * Where the next task goes: spread over zones, then over instances (the console's default strategy, AZ Balanced Spread).
 * Only ACTIVE instances with a connected agent take tasks.
 */
export function place(cluster: Cluster, need: Resources, spread: Spread): PlacementAttempt {
  const { perZone, perInstance } = spread;
  const zones = [...cluster.placeable].sort(
    ([a], [b]) => (perZone.get(a) ?? 0) - (perZone.get(b) ?? 0) || (a < b ? -1 : 1),
  );
  for (const [, zone] of zones) {
    const instance = placeInZone(zone, need, perInstance);
    if (instance === undefined) continue;
    addToSpread(spread, instance);
    return { placed: true, instance };
  }
  return closestMatch(cluster, need);
}

function placeInZone(
  zone: PlacementZone,
  need: Resources,
  perInstance: ReadonlyMap<ContainerInstance, number>,
): ContainerInstance | undefined {
  const { instances } = zone;
  let best: ContainerInstance | undefined;
  let found = 0;
  const weight = (instance: ContainerInstance) => (perInstance.get(instance) ?? 0) * 10_000 + instance.tasks.size;
  for (let step = 0; step < instances.length && found < CANDIDATES_MAX; step++) {
    const instance = instances[(zone.cursor + step) % instances.length];
    if (instance === undefined || !instance.agentConnected || !fits(instance, need)) continue;
    found++;
    if (best === undefined || weight(instance) < weight(best)) best = instance;
  }
  if (best !== undefined) zone.cursor = (instances.indexOf(best) + 1) % instances.length;
  return best;
}

function closestMatch(cluster: Cluster, need: Resources): PlacementAttempt {
  let closest: ContainerInstance | undefined;
  for (const zone of cluster.placeable.values()) {
    for (const instance of zone.instances) {
      if (instance.agentConnected && (closest === undefined || instance.remaining.memory > closest.remaining.memory)) {
        closest = instance;
      }
    }
  }
  const lacking = closest !== undefined && closest.remaining.memory >= need.memory ? 'CPU' : 'MEMORY';
  return { placed: false, closest, lacking };
}
