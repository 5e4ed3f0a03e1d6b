import type { Invariant } from './invariant.ts';

export function functionsSucceed(): Invariant {
  return {
    name: 'No function fails or runs out of time',
    observe(fact, _ledger, check) {
      if (fact.kind !== 'invocation') return;
      check(fact.failure === undefined, `${fact.functionName}: ${fact.failure}`, [fact.functionName]);
    },
  };
}
