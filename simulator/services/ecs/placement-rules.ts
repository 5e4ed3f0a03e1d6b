import type { PlacementConstraint, PlacementStrategy } from '@aws-sdk/client-ecs';
import { entryOf } from '../../kernel/entry-of.ts';
import type { Random } from '../../kernel/random.ts';
import { matchesQuery } from './cluster-query.ts';
import { parseClusterQuery } from './cluster-query-parser.ts';
import type { ContainerInstance } from './state.ts';

export type Lack = 'CPU' | 'MEMORY' | 'PORTS' | 'MEMBER_OF' | 'DISTINCT_INSTANCE';

export interface PlacementRules {
  /** The instances that the launch type or capacity provider speaks of; default all. */
  readonly includes?: (instance: ContainerInstance) => boolean;
  /** Why a constraint keeps the task off the instance; undefined: none does. */
  readonly refuses?: (instance: ContainerInstance) => Lack | undefined;
  readonly strategy?: readonly PlacementStrategy[];
  /** For the strategy `random`. */
  readonly random?: Random;
}

/** Placement constraints, those of the task definition included (task-placement-constraints). */
export function refusalBy(
  constraints: readonly { readonly type?: string | undefined; readonly expression?: string | undefined }[],
  group: string,
): PlacementRules['refuses'] {
  if (constraints.length === 0) return undefined;
  const queries = constraints.flatMap(({ type, expression = '' }) =>
    type === 'memberOf' ? parseClusterQuery(expression) : [],
  );
  const isDistinct = constraints.some(({ type }) => type === 'distinctInstance');
  return (instance) => {
    if (!queries.every((query) => matchesQuery(instance, query))) return 'MEMBER_OF';
    return isDistinct && hasTaskOf(instance, group) ? 'DISTINCT_INSTANCE' : undefined;
  };
}

/** Only the desired status counts: the place of a task that is stopping is free (task-placement-constraints). */
function hasTaskOf({ tasks }: ContainerInstance, group: string): boolean {
  return [...tasks].some((task) => task.group === group && task.desiredStatus === 'RUNNING');
}

/** The candidate that the strategies leave over, one after the other (task-placement-strategies). */
export function pickByStrategy(
  candidates: readonly ContainerInstance[],
  { strategy = [], random }: PlacementRules,
  perInstance: ReadonlyMap<ContainerInstance, number>,
): ContainerInstance | undefined {
  let left = candidates;
  for (const { type, field = '' } of strategy) {
    if (left.length <= 1) break;
    if (type === 'random' && random !== undefined) left = [random.pick(left)];
    else if (type === 'binpack') left = lowest(left, ({ remaining }) => remaining[field === 'cpu' ? 'cpu' : 'memory']);
    else if (type === 'spread') left = leastUsed(left, field, perInstance);
  }
  return lowest(left, ({ serial }) => serial)[0];
}

function leastUsed(
  candidates: readonly ContainerInstance[],
  field: string,
  perInstance: ReadonlyMap<ContainerInstance, number>,
): readonly ContainerInstance[] {
  const counts = new Map<string | undefined, number>();
  for (const [instance, count] of perInstance) {
    const value = fieldOf(instance, field);
    counts.set(value, (counts.get(value) ?? 0) + count);
  }
  return lowest(candidates, (instance) => counts.get(fieldOf(instance, field)) ?? 0);
}

function fieldOf(instance: ContainerInstance, field: string): string | undefined {
  if (field === 'instanceId' || field === 'host') return instance.id;
  return instance.attributes.get(field.replace(/^attribute:/, ''));
}

function lowest(
  candidates: readonly ContainerInstance[],
  score: (instance: ContainerInstance) => number,
): readonly ContainerInstance[] {
  const best = candidates.reduce((least, instance) => Math.min(least, score(instance)), Number.POSITIVE_INFINITY);
  return candidates.filter((instance) => score(instance) === best);
}

const FIELDS: Readonly<Record<string, RegExp>> = {
  spread: /^(instanceId|host|attribute:.+)$/i,
  binpack: /^(cpu|memory)$/i,
  random: /^$/,
};

/** What is wrong with the rules of a request, in words; undefined: nothing. */
export function problemWith(
  constraints: readonly PlacementConstraint[],
  strategy: readonly PlacementStrategy[],
): string | undefined {
  if (constraints.length > 10) return 'There can be at most 10 placement constraints.';
  if (strategy.length > 5) return 'There can be at most 5 placement strategies.';
  for (const { type, expression } of constraints) {
    if (type === 'memberOf' && !expression) return 'The expression of a memberOf placement constraint cannot be empty.';
    if (type === 'distinctInstance' && expression) return 'A distinctInstance placement constraint has no expression.';
    if (type === 'memberOf') parseClusterQuery(expression ?? '');
  }
  for (const { type = '', field = '' } of strategy) {
    if (entryOf(FIELDS, type)?.test(field) !== true)
      return `Invalid field ${field || '(none)'} for the placement strategy ${type}.`;
  }
  return undefined;
}
