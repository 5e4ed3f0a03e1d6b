import type { Invariant } from './invariant.ts';

export function nothingIsLeftBehind(): Invariant {
  return {
    name: 'Every event reaches its function, no message becomes a dead letter, and all queues are empty in the end',
    observe(fact, _ledger, check) {
      if (fact.kind === 'undelivered') check(false, `${fact.where}: ${fact.reason}`, [fact.where]);
      if (fact.kind === 'dead letter') check(false, `${fact.queue}: ${fact.reason}`, [fact.queue]);
    },
    conclude({ queues }, _ledger, check) {
      for (const { name, messages } of queues) check(messages === 0, `${name} holds ${messages} messages`, [name]);
    },
  };
}
