import type { TraceEntry } from '../../simulator/kernel/trace.ts';
import type { Outcome } from './play-plan.ts';

/** The first place at which two traces of the same plan are not the same. */
export interface Difference {
  /** Of the entry, from 0 on. */
  readonly index: number;
  /** What kind of entry it is. */
  readonly about: string;
  /** As JSON; undefined: that trace was over. */
  readonly first: string | undefined;
  readonly second: string | undefined;
}

/** Plays the same world twice and compares what happened, byte for byte. */
export async function playTwice(
  play: (onEntry: (entry: TraceEntry) => void) => Promise<Outcome>,
): Promise<{ readonly outcome: Outcome; readonly difference?: Difference }> {
  const entries: string[] = [];
  const outcome = await play((entry) => entries.push(JSON.stringify(entry)));
  let index = 0;
  let difference: Difference | undefined;
  const compare = (second: string | undefined) => {
    const first = entries[index];
    if (first !== second) difference ??= { index, about: kindOf(first ?? second), first, second };
    index++;
  };
  await play((entry) => compare(JSON.stringify(entry)));
  if (index < entries.length) compare(undefined);
  return difference === undefined ? { outcome } : { outcome, difference };
}

function kindOf(entry = '{}'): string {
  return String((JSON.parse(entry) as Partial<TraceEntry>).kind);
}
