import type { Invariant } from './invariant.ts';
import type { Ledger } from './ledger.ts';
import { type Terms, termsIn } from './terms.ts';

const EXPIRED: ReadonlySet<string> = new Set(['heartbeat-timeout', 'global-timeout']);

/** A hook that expires holds an instance for as long as its timeout says, and then takes the default result. */
export function hooksAreCompleted(terms: Terms): Invariant {
  return {
    name: 'Every terminate hook is completed before it expires, and none is open in the end',
    observe(fact, ledger, check) {
      if (fact.kind !== 'action ended' || !terms.ownsHook(fact.hook)) return;
      if (!mayComplete(terms, fact, ledger)) return;
      check(!EXPIRED.has(fact.by), `${fact.hook} of ${fact.ec2InstanceId} ended by ${fact.by}`, [fact.ec2InstanceId]);
    },
    conclude({ atMs }, ledger, check) {
      for (const { hook, group, ec2InstanceId, end } of ledger.actions) {
        if (!terms.ownsHook(hook) || !mayComplete(terms, { ec2InstanceId, group, atMs }, ledger)) continue;
        check(end !== undefined, `${hook} of ${ec2InstanceId} is still open`, [ec2InstanceId]);
      }
    },
  };
}

/**
 * In one of its clusters, or, where it is in none, in the one of its group. Where it is registered in a cluster that is
 * only observed besides, to do nothing is right too: its agent may be there.
 */
function mayComplete(
  terms: Terms,
  { ec2InstanceId, group, atMs }: { readonly ec2InstanceId: string; readonly group: string; readonly atMs: number },
  ledger: Ledger,
): boolean {
  const roles = ledger
    .registrationsOf(ec2InstanceId)
    .map(({ cluster }) => termsIn(terms, cluster, atMs).role ?? 'acts');
  if (roles.length > 0) return roles.includes('acts') && !roles.includes('observes');
  const home = terms.homeOf?.(group);
  const { role = 'acts' } = home === undefined ? terms : termsIn(terms, home, atMs);
  return role === 'acts';
}
