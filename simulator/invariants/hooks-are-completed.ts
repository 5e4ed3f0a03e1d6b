import type { Invariant } from './invariant.ts';
import type { ActionRecord, Ledger } from './ledger.ts';
import { type Terms, termsIn } from './terms.ts';

const EXPIRED: ReadonlySet<string> = new Set(['heartbeat-timeout', 'global-timeout']);

/** A hook that expires holds an instance for as long as its timeout says, and then takes the default result. */
export function hooksAreCompleted(terms: Terms): Invariant {
  return {
    name: 'Every terminate hook is completed before it expires, and none is open in the end',
    observe(fact, ledger, check) {
      if (fact.kind !== 'action ended') return;
      const action = ledger.actions.findLast(
        ({ hook, ec2InstanceId }) => hook === fact.hook && ec2InstanceId === fact.ec2InstanceId,
      );
      if (action === undefined || !mustComplete(terms, action, ledger, fact.atMs)) return;
      check(!EXPIRED.has(fact.by), `${fact.hook} of ${fact.ec2InstanceId} ended by ${fact.by}`, [fact.ec2InstanceId]);
    },
    conclude({ atMs }, ledger, check) {
      for (const action of ledger.actions) {
        if (!mustComplete(terms, action, ledger, atMs)) continue;
        const { hook, ec2InstanceId, end } = action;
        check(end !== undefined, `${hook} of ${ec2InstanceId} is still open`, [ec2InstanceId]);
      }
    },
  };
}

/**
 * Where the instance was in one of its clusters while the hook held it, for long enough to be seen there; or, where it was in
 * none, in the one of its group. Where it was registered in a cluster that is only observed besides, to do nothing is right
 * too: its agent may be there.
 */
function mustComplete(
  terms: Terms,
  { hook, group, ec2InstanceId, startedAtMs }: ActionRecord,
  ledger: Ledger,
  atMs: number,
): boolean {
  if (!terms.ownsHook(hook)) return false;
  const wasThereAt = (sinceMs: number) =>
    ledger
      .registrationsOf(ec2InstanceId)
      .filter(({ deregisteredAtMs }) => deregisteredAtMs === undefined || deregisteredAtMs > sinceMs)
      .map(({ cluster }) => termsIn(terms, cluster, atMs).role ?? 'acts');
  const roles = wasThereAt(startedAtMs);
  const lasting = wasThereAt(startedAtMs + (terms.actsWithinMs ?? 0));
  if (roles.length > 0) return lasting.includes('acts') && !roles.includes('observes');
  const home = terms.homeOf?.(group);
  const { role = 'acts' } = home === undefined ? terms : termsIn(terms, home, atMs);
  return role === 'acts';
}
