import type { Invariant } from './invariant.ts';

/**
 * Nothing that was heard of is forgotten: what a function cannot read or cannot do ends in a dead-letter queue that says
 * why. Whether a message was done well is judged by what became of the fleet.
 */
export function messagesAreKept(): Invariant {
  const unreadable = new Map<string, number>();
  const kept = new Set<string>();
  return {
    name: 'No message is lost: what is not handled is in a dead-letter queue, with the reason',
    observe(fact, _ledger, check) {
      if (fact.kind === 'unreadable event') unreadable.set(fact.mark, fact.atMs);
      if (fact.kind === 'undelivered')
        check(fact.isKept, `${fact.where} did not take an event: ${fact.reason}`, [fact.where]);
      if (fact.kind !== 'dead letter') return;
      check(fact.reason !== '', `${fact.queue} holds a message and not why: ${fact.body.slice(0, 100)}`, [fact.queue]);
      for (const mark of unreadable.keys()) if (fact.body.includes(mark)) kept.add(mark);
    },
    conclude({ atMs }, _ledger, check) {
      for (const [mark, sinceMs] of unreadable) {
        if (atMs - sinceMs < HANDLED_WITHIN_MS) continue;
        check(kept.has(mark), `the unreadable event ${mark} is in no dead-letter queue`, [mark]);
      }
    },
  };
}

/** Five receives, each as long as a queue hides what was received (infrequent: a function is killed each time). */
const HANDLED_WITHIN_MS = 20 * 60_000;
