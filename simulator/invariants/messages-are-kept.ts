import type { Invariant } from './invariant.ts';

/**
 * Nothing that was heard of is forgotten: what a function cannot read or cannot do ends in a dead-letter queue that says
 * why. Whether a message was done well is judged by what became of the fleet.
 */
export function messagesAreKept(): Invariant {
  const unreadable = new Map<string, number>();
  const kept = new Set<string>();
  const unhandled = new Map<string, number>();
  const returned = new Set<string>();
  let deadLetters = 0;
  return {
    name: 'No message is lost: what is not handled is in a dead-letter queue, with the reason',
    observe(fact, _ledger, check) {
      if (fact.kind === 'unreadable event') unreadable.set(fact.mark, fact.atMs);
      if (fact.kind === 'undelivered')
        check(fact.isKept, `${fact.where} did not take an event: ${fact.reason}`, [fact.where]);
      if (fact.kind === 'log' && fact.unhandledMessage !== undefined) unhandled.set(fact.unhandledMessage, fact.atMs);
      if (fact.kind === 'messages returned') for (const id of fact.messageIds) returned.add(id);
      if (fact.kind !== 'dead letter') return;
      deadLetters++;
      check(fact.reason !== '', `${fact.queue} holds a message and not why: ${fact.body.slice(0, 100)}`, [fact.queue]);
      for (const mark of unreadable.keys()) if (fact.body.includes(mark)) kept.add(mark);
    },
    conclude({ atMs }, _ledger, check) {
      for (const [mark, sinceMs] of unreadable) {
        if (atMs - sinceMs < HANDLED_WITHIN_MS) continue;
        check(kept.has(mark), `the unreadable event ${mark} is in no dead-letter queue`, [mark]);
      }
      if (unhandled.size === 0) return;
      // What has become a dead letter was not returned the last time, and has no id in common with its letter.
      const gone = [...unhandled].filter(([id, sinceMs]) => !returned.has(id) && atMs - sinceMs >= RETURNED_WITHIN_MS);
      const [[id] = ['']] = gone;
      const what = `${gone.length} messages were not handled, and ${deadLetters} are dead letters; the first is ${id}`;
      check(gone.length <= deadLetters, what, [id]);
    },
  };
}

/** Five receives, each as long as a queue hides what was received (infrequent: a function is killed each time). */
const HANDLED_WITHIN_MS = 20 * 60_000;

/** A function says that it cannot do a message before it ends, in minutes at the most, and returns it as it ends. */
const RETURNED_WITHIN_MS = 5 * 60_000;
