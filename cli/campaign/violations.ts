import type { Check, Invariant } from '../../simulator/invariants/invariant.ts';
import type { TraceEntry } from '../../simulator/kernel/trace.ts';
import { isRead } from '../../simulator/wire/reads.ts';

export interface BrokenInvariant {
  readonly name: string;
  readonly at: string;
  readonly what: string;
  /** The last entries of the trace that concern what is wrong. */
  readonly excerpt: readonly TraceEntry[];
}

const EXCERPT_ENTRIES_MAX = 20;

/** The same invariants; the first violation of each is added to `broken` at the instant it happens. */
export function recordingViolations(
  invariants: readonly Invariant[],
  broken: BrokenInvariant[],
  { entries, now }: { readonly entries: readonly TraceEntry[]; now(): number },
): Invariant[] {
  return invariants.map((invariant) => {
    const recording =
      (check: Check): Check =>
      (holds, what, about) => {
        check(holds, what, about);
        if (holds || broken.some(({ name }) => name === invariant.name)) return;
        const at = new Date(now()).toISOString();
        broken.push({ name: invariant.name, at, what, excerpt: excerptAbout(entries, about) });
      };
    return {
      name: invariant.name,
      ...(invariant.observe && {
        observe: (fact, ledger, check) => invariant.observe?.(fact, ledger, recording(check)),
      }),
      ...(invariant.conclude && {
        conclude: (end, ledger, check) => invariant.conclude?.(end, ledger, recording(check)),
      }),
    } satisfies Invariant;
  });
}

/** A call that changed nothing and went well; what came of it is logged as a decision. */
function onlyReads({ kind, operation, error, fault }: TraceEntry): boolean {
  return kind === 'call' && !error && !fault && isRead(String(operation));
}

/** The last telling entries that name one of some things; of no names: the last ones. */
export function excerptAbout(entries: readonly TraceEntry[], about: readonly string[]): TraceEntry[] {
  const excerpt: TraceEntry[] = [];
  for (let index = entries.length - 1; index >= 0 && excerpt.length < EXCERPT_ENTRIES_MAX; index--) {
    const entry = entries[index] as TraceEntry;
    if (onlyReads(entry)) continue;
    const text = JSON.stringify(entry);
    if (about.length === 0 || about.some((name) => text.includes(name))) excerpt.unshift(entry);
  }
  return excerpt;
}
