import { createHash } from 'node:crypto';
import type { Trace } from '../../simulator/kernel/trace.ts';

/** What is known of a world's trace in the end. */
export interface Chronicle {
  readonly calls: number;
  readonly alerts: number;
  readonly notes: readonly { readonly at: string; readonly text: string }[];
  /** Of the whole trace, byte for byte. */
  readonly digest: string;
}

/** What an excerpt is made of; the whole trace of a world would take half a gigabyte, and time to collect it. */
const ENTRIES_KEPT = 5_000;

/** Characters: entries one by one would cost more in calls than in hashing. */
const HASHED_AT_ONCE = 65_536;

/**
 * Adds up a trace from now on, of which only the last entries are kept.
 *
 * @returns how it ended, once
 */
export function keepChronicle(trace: Trace): () => Chronicle {
  const hash = createHash('sha256');
  const notes: Chronicle['notes'][number][] = [];
  let calls = 0;
  let alerts = 0;
  let text = '';
  trace.onEntry((entry) => {
    text += `${JSON.stringify(entry)}\n`;
    if (text.length > HASHED_AT_ONCE) {
      hash.update(text);
      text = '';
    }
    if (entry.kind === 'call') calls++;
    else if (entry.kind === 'notification') alerts++;
    else if (entry.kind === 'note') notes.push({ at: entry.at, text: String(entry.text) });
  });
  trace.keepAtMost(ENTRIES_KEPT);
  return () => ({ calls, alerts, notes, digest: hash.update(text).digest('hex') });
}
