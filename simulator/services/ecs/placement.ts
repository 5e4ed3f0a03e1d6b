import { type Lack, type PlacementRules, pickByStrategy } from './placement-rules.ts';
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

/** What a task takes of its instance; a task definition is one. */
export interface Need extends Resources {
  readonly hostPorts?: readonly number[];
}

export function fits(instance: ContainerInstance, need: Need): boolean {
  return lackOf(instance, need) === undefined;
}

/** What keeps the task off the instance, in the order in which ECS names it. */
export function lackOf(instance: ContainerInstance, need: Need): Lack | undefined {
  if (instance.remaining.memory < need.memory) return 'MEMORY';
  if (instance.remaining.cpu < need.cpu) return 'CPU';
  return need.hostPorts?.some((port) => instance.usedPorts.has(port)) ? 'PORTS' : undefined;
}

export type PlacementAttempt =
  | { readonly placed: true; readonly instance: ContainerInstance }
  /** `closest`: the instance that came closest to fitting, and what it lacked, for the service's event. */
  | { readonly placed: false; readonly closest: ContainerInstance | undefined; readonly lacking: Lack };

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
 * Where the next task goes: by the rules' strategy, or else spread over zones, then over instances (the console's
 * default strategy, AZ Balanced Spread). Only ACTIVE instances with a connected agent take tasks.
 */
export function place(cluster: Cluster, need: Need, spread: Spread, rules: PlacementRules = {}): PlacementAttempt {
  const instance =
    rules.strategy === undefined || rules.strategy.length === 0
      ? placeInZones(cluster, need, { spread, rules })
      : pickByStrategy(candidates(cluster, need, rules), rules, spread.perInstance);
  if (instance === undefined) return closestMatch(cluster, need, rules);
  addToSpread(spread, instance);
  return { placed: true, instance };
}

function mayTake(instance: ContainerInstance, need: Need, { includes, refuses }: PlacementRules): boolean {
  return (
    instance.agentConnected &&
    fits(instance, need) &&
    includes?.(instance) !== false &&
    refuses?.(instance) === undefined
  );
}

function candidates(cluster: Cluster, need: Need, rules: PlacementRules): ContainerInstance[] {
  return [...cluster.placeable.values()].flatMap(({ instances }) =>
    instances.filter((instance) => mayTake(instance, need, rules)),
  );
}

interface Choice {
  readonly spread: Spread;
  readonly rules: PlacementRules;
}

function placeInZones(cluster: Cluster, need: Need, choice: Choice): ContainerInstance | undefined {
  const { perZone } = choice.spread;
  const zones = [...cluster.placeable].sort(
    ([a], [b]) => (perZone.get(a) ?? 0) - (perZone.get(b) ?? 0) || (a < b ? -1 : 1),
  );
  for (const [, zone] of zones) {
    const instance = placeInZone(zone, need, choice);
    if (instance !== undefined) return instance;
  }
  return undefined;
}

function placeInZone(
  zone: PlacementZone,
  need: Need,
  { spread: { perInstance }, rules }: Choice,
): ContainerInstance | undefined {
  const { instances } = zone;
  let best: ContainerInstance | undefined;
  let found = 0;
  const weight = (instance: ContainerInstance) => (perInstance.get(instance) ?? 0) * 10_000 + instance.tasks.size;
  for (let step = 0; step < instances.length && found < CANDIDATES_MAX; step++) {
    const instance = instances[(zone.cursor + step) % instances.length];
    if (instance === undefined || !mayTake(instance, need, rules)) continue;
    found++;
    if (best === undefined || weight(instance) < weight(best)) best = instance;
  }
  if (best !== undefined) zone.cursor = (instances.indexOf(best) + 1) % instances.length;
  return best;
}

/** Among those that may take the task at all; if there is none, among all that the rules speak of. */
function closestMatch(cluster: Cluster, need: Need, { includes, refuses }: PlacementRules): PlacementAttempt {
  let closest: ContainerInstance | undefined;
  const isCloser = (instance: ContainerInstance, than: ContainerInstance) => {
    const refused = Number(refuses?.(instance) !== undefined) - Number(refuses?.(than) !== undefined);
    return refused === 0 ? instance.remaining.memory > than.remaining.memory : refused < 0;
  };
  for (const zone of cluster.placeable.values()) {
    for (const instance of zone.instances) {
      if (!instance.agentConnected || includes?.(instance) === false) continue;
      if (closest === undefined || isCloser(instance, closest)) closest = instance;
    }
  }
  if (closest === undefined) return { placed: false, closest, lacking: 'MEMORY' };
  return { placed: false, closest, lacking: refuses?.(closest) ?? lackOf(closest, need) ?? 'MEMORY' };
}
