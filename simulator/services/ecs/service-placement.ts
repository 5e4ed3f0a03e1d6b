import type { CapacityProviderStrategyItem, PlacementConstraint, PlacementStrategy } from '@aws-sdk/client-ecs';
import { type PlacementAttempt, place, type Spread } from './placement.ts';
import { type PlacementRules, refusalBy } from './placement-rules.ts';
import type { EcsService } from './service-state.ts';
import type { Cluster, ContainerInstance, EcsWorld } from './state.ts';
import type { TaskDefinition } from './task-state.ts';

/** What is to be placed, by a service or by RunTask. */
export interface Workload {
  readonly cluster: Cluster;
  readonly definition: TaskDefinition;
  readonly group: string;
  readonly launchType?: 'EC2' | 'EXTERNAL' | undefined;
  readonly capacityProviderStrategy?: readonly CapacityProviderStrategyItem[] | undefined;
  readonly placementConstraints?: readonly PlacementConstraint[] | undefined;
  readonly placementStrategy?: readonly PlacementStrategy[] | undefined;
}

export type WorkloadAttempt = PlacementAttempt & { readonly capacityProviderName?: string | undefined };

/** @param perProvider how many of its tasks each capacity provider has */
export function placeWorkload(
  world: EcsWorld,
  workload: Workload,
  { spread, perProvider }: { readonly spread: Spread; readonly perProvider: ReadonlyMap<string | undefined, number> },
): WorkloadAttempt {
  const name = nextProvider(workload.capacityProviderStrategy ?? [], perProvider);
  const rules = rulesOf(world, workload);
  if (name === undefined) return place(workload.cluster, workload.definition, spread, rules);
  const includes = (instance: ContainerInstance) => instance.capacityProviderName === name;
  const attempt = place(workload.cluster, workload.definition, spread, { ...rules, includes });
  return { ...attempt, capacityProviderName: name };
}

export function placeForService(world: EcsWorld, service: EcsService, spread: Spread): WorkloadAttempt {
  const workload = workloadOf(service);
  return placeWorkload(world, workload, { spread, perProvider: countByProvider(service) });
}

export function rulesOfService(world: EcsWorld, service: EcsService): PlacementRules {
  return rulesOf(world, workloadOf(service));
}

function workloadOf({ cluster, definition, name, settings }: EcsService): Workload {
  return { ...settings, cluster, definition, group: `service:${name}` };
}

function countByProvider({ tasks, settings }: EcsService): ReadonlyMap<string | undefined, number> {
  const counts = new Map<string | undefined, number>();
  if (settings.capacityProviderStrategy === undefined) return counts;
  for (const { capacityProviderName: name, desiredStatus } of tasks) {
    if (desiredStatus === 'RUNNING') counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

function rulesOf(world: EcsWorld, workload: Workload): PlacementRules {
  const { definition, group, launchType, placementConstraints = [], placementStrategy } = workload;
  const refuses = refusalBy([...(definition.registration.placementConstraints ?? []), ...placementConstraints], group);
  return {
    ...(launchType === undefined
      ? {}
      : { includes: (instance) => isExternal(instance) === (launchType === 'EXTERNAL') }),
    ...(refuses === undefined ? {} : { refuses }),
    ...(placementStrategy === undefined ? {} : { strategy: placementStrategy, random: world.context.random }),
  };
}

function isExternal({ attributes }: ContainerInstance): boolean {
  return attributes.has('ecs.capability.external');
}

/** First the base, then whoever is furthest behind its weight (CapacityProviderStrategyItem, API reference). */
function nextProvider(
  strategy: readonly CapacityProviderStrategyItem[],
  counts: ReadonlyMap<string | undefined, number>,
): string | undefined {
  const count = ({ capacityProvider }: CapacityProviderStrategyItem) => counts.get(capacityProvider) ?? 0;
  const unbased = strategy.find((item) => count(item) < (item.base ?? 0));
  if (unbased !== undefined || strategy.length <= 1) return (unbased ?? strategy[0])?.capacityProvider;
  const behind = (item: CapacityProviderStrategyItem) => (count(item) - (item.base ?? 0)) / (item.weight ?? 0);
  return strategy
    .filter(({ weight = 0 }) => weight > 0)
    .reduce((best, item) => (behind(item) < behind(best) ? item : best)).capacityProvider;
}
