import type { Invariant } from './invariant.ts';
import type { Terms } from './terms.ts';

const EXPIRED: ReadonlySet<string> = new Set(['heartbeat-timeout', 'global-timeout']);

/** A hook that expires holds an instance for as long as its timeout says, and then takes the default result. */
export function hooksAreCompleted(terms: Terms): Invariant {
  return {
    name: 'Every terminate hook is completed before it expires, and none is open in the end',
    observe(fact, _ledger, check) {
      if (fact.kind !== 'action ended' || !terms.ownsHook(fact.hook)) return;
      check(!EXPIRED.has(fact.by), `${fact.hook} of ${fact.ec2InstanceId} ended by ${fact.by}`, [fact.ec2InstanceId]);
    },
    conclude(_end, ledger, check) {
      for (const { hook, ec2InstanceId, end } of ledger.actions) {
        if (!terms.ownsHook(hook)) continue;
        check(end !== undefined, `${hook} of ${ec2InstanceId} is still open`, [ec2InstanceId]);
      }
    },
  };
}
