import type { Random } from '../../simulator/kernel/random.ts';
import { FAULT_KINDS, type FaultKind } from './fault-mix.ts';
import type { FaultPlan } from './plan.ts';

/** One fault that happened. */
export interface Strike {
  /** `killed sweep ecs:DescribeTasks #17`: the kind, where it strikes, and which time it could have. */
  readonly name: string;
  readonly kind: FaultKind;
  readonly atMs: number;
}

interface Opportunities {
  readonly random: Random;
  count: number;
}

/**
 * Decides what strikes. Each kind draws from a stream of its own at each place, at every opportunity: a kind that is left
 * out, or a place that is visited more often, leaves the draws of the others as they were.
 */
export function createStrikes({ rates, only }: FaultPlan, { random, now }: { readonly random: Random; now(): number }) {
  const streams = new Map<string, Opportunities>();
  const named = only && new Set(only);
  const kinds = new Set(
    FAULT_KINDS.filter((kind) => (only ? only.some((name) => name.startsWith(`${kind} `)) : (rates[kind] ?? 0) > 0)),
  );
  const strikes: Strike[] = [];
  let isHealed = false;

  function drawAt(kind: FaultKind, where: string): string | undefined {
    if (!kinds.has(kind)) return undefined;
    const key = `${kind} ${where}`;
    const stream = streams.get(key) ?? { random: random.fork(key), count: 0 };
    streams.set(key, stream);
    stream.count++;
    if (named === undefined && !stream.random.chance(rates[kind] ?? 0)) return undefined;
    const name = `${key} #${stream.count}`;
    return named === undefined || named.has(name) ? name : undefined;
  }

  return {
    strikes: strikes as readonly Strike[],
    /** Those that the plan is not without. */
    kinds: kinds as ReadonlySet<FaultKind>,
    /** The first kind of some that strikes at this opportunity, and the chance that belongs to this strike alone. */
    strike<Kind extends FaultKind>(among: readonly Kind[], where: string): { kind: Kind; random: Random } | undefined {
      if (isHealed) return undefined;
      let first: { readonly kind: Kind; readonly name: string } | undefined;
      for (const kind of among) {
        const name = drawAt(kind, where);
        if (name !== undefined) first ??= { kind, name };
      }
      if (first === undefined) return undefined;
      const { kind, name } = first;
      strikes.push({ name, kind, atMs: now() });
      return { kind, random: random.fork(name) };
    },
    counts(): Record<FaultKind, number> {
      const counts = Object.fromEntries(FAULT_KINDS.map((kind) => [kind, 0])) as Record<FaultKind, number>;
      for (const { kind } of strikes) counts[kind]++;
      return counts;
    },
    heal(): void {
      isHealed = true;
    },
  };
}
