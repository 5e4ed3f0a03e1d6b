import type { Trace, TraceEntry } from '../kernel/trace.ts';
import { type Fact, readFact } from './facts.ts';
import { Ledger } from './ledger.ts';

/**
 * Something that must always hold, whatever happens to the fleet. It reads the world and never the logic that it judges:
 * a mistake of that logic must not be made twice.
 */
export interface Invariant {
  /** A sentence that is true while the invariant holds. */
  readonly name: string;
  /** Looks at a fact of the world; the ledger has recorded it already. */
  observe?(fact: Fact, ledger: Ledger, check: Check): void;
  /** Looks at the world once everything has come to rest. */
  conclude?(end: EndOfRun, ledger: Ledger, check: Check): void;
}

/** Counts one check. `what` says what is wrong if it does not hold; `about` are the names to find in the trace. */
export type Check = (holds: boolean, what: string, about: readonly string[]) => void;

export interface EndOfRun {
  readonly atMs: number;
  readonly queues: readonly { readonly name: string; readonly messages: number }[];
}

export interface Verdict {
  readonly name: string;
  readonly checks: number;
  /** The first one; undefined while the invariant holds. */
  readonly violation: Violation | undefined;
  readonly violations: number;
}

export interface Violation {
  readonly at: string;
  readonly what: string;
  /** The last entries of the trace that concern what is wrong. */
  readonly excerpt: readonly TraceEntry[];
}

export interface Watch {
  /** Ends the watch: checks what must hold in the end, and returns a verdict for each invariant. */
  conclude(end: EndOfRun): Verdict[];
}

const EXCERPT_ENTRIES_MAX = 8;

/** Holds the trace, from its first entry on, to the invariants. */
export function watch(trace: Trace, invariants: readonly Invariant[]): Watch {
  const ledger = new Ledger();
  const tallies = invariants.map((invariant) => ({ invariant, checks: 0, violations: 0, first: undefined as First }));

  function checkOf(tally: (typeof tallies)[number], atMs: number): Check {
    return (holds, what, about) => {
      tally.checks++;
      if (holds) return;
      tally.violations++;
      tally.first ??= { at: new Date(atMs).toISOString(), what, excerpt: excerptOf(trace.entries, about) };
    };
  }

  function observe(entry: TraceEntry): void {
    const fact = readFact(entry);
    if (fact === undefined) return;
    ledger.record(fact);
    for (const tally of tallies) tally.invariant.observe?.(fact, ledger, checkOf(tally, fact.atMs));
  }

  for (const entry of trace.entries) observe(entry);
  trace.onEntry(observe);
  return {
    conclude: (end) =>
      tallies.map((tally) => {
        tally.invariant.conclude?.(end, ledger, checkOf(tally, end.atMs));
        const { invariant, checks, violations, first } = tally;
        return { name: invariant.name, checks, violations, violation: first };
      }),
  };
}

type First = Violation | undefined;

function excerptOf(entries: readonly TraceEntry[], about: readonly string[]): TraceEntry[] {
  const excerpt: TraceEntry[] = [];
  for (let index = entries.length - 1; index >= 0 && excerpt.length < EXCERPT_ENTRIES_MAX; index--) {
    const entry = entries[index] as TraceEntry;
    const text = JSON.stringify(entry);
    if (about.length === 0 || about.some((name) => text.includes(name))) excerpt.unshift(entry);
  }
  return excerpt;
}
