import { isFleetChange } from './fleet-change.ts';
import type { Invariant } from './invariant.ts';

/** For a world in which Ebbtide is only to observe. */
export function observersChangeNothing(): Invariant {
  return {
    name: 'Who only observes changes nothing in the fleet',
    observe(fact, _ledger, check) {
      if (fact.kind === 'call') {
        check(!isFleetChange(fact), `${fact.functionName} called ${fact.operation}`, [fact.operation]);
      }
    },
  };
}
