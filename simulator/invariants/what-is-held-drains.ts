import type { Check, Invariant } from './invariant.ts';
import type { Ledger, RegistrationRecord } from './ledger.ts';
import { type Terms, termsIn } from './terms.ts';

/** Five sweeps, of which some may not come. */
const SEEN_WITHIN_MS = 300_000;

interface Instant {
  readonly atMs: number;
  readonly ledger: Ledger;
}

/**
 * ECS places tasks on whatever is ACTIVE: an instance on its way out that is (its agent registered once more, or somebody
 * set it so) gets new ones, whose work the termination then cuts off.
 */
export function whatIsHeldDrains(terms: Terms): Invariant {
  /** By registration: since when it is ACTIVE and connected while a hook holds its instance. */
  const open = new Map<string, number>();
  const judge = (arn: string, { ec2InstanceId }: RegistrationRecord, { atMs, ledger }: Instant, check: Check) => {
    const allowedMs = Math.max(SEEN_WITHIN_MS, ledger.tellsWithinMs(terms, atMs));
    const sinceMs = open.get(arn) ?? atMs;
    const what = `${ec2InstanceId} is held by a hook and ACTIVE since ${new Date(sinceMs).toISOString()}`;
    check(atMs - sinceMs <= allowedMs, what, [arn, ec2InstanceId]);
    open.delete(arn);
  };
  return {
    name: 'No instance that a terminate hook holds stays ACTIVE',
    observe(fact, ledger, check) {
      if (fact.kind !== 'registration' && fact.kind !== 'terminate action' && fact.kind !== 'action ended') return;
      for (const registration of ledger.registrationsOf(fact.ec2InstanceId)) {
        const { arn } = registration;
        if (!isExposed(registration, ledger)) {
          if (open.has(arn)) judge(arn, registration, { atMs: fact.atMs, ledger }, check);
        } else if (!open.has(arn)) open.set(arn, fact.atMs);
      }
    },
    conclude({ atMs }, ledger, check) {
      for (const arn of [...open.keys()]) {
        const registration = ledger.registrations.get(arn);
        if (registration !== undefined) judge(arn, registration, { atMs, ledger }, check);
      }
    },
  };

  function isExposed({ status, connected, ec2InstanceId }: RegistrationRecord, ledger: Ledger): boolean {
    if (status !== 'ACTIVE' || !connected) return false;
    const held = ledger.actionsHolding(ec2InstanceId, { sinceMs: Number.POSITIVE_INFINITY });
    if (!held.some(({ hook }) => terms.ownsHook(hook))) return false;
    // Where one of its clusters is only observed, or none of Ebbtide's business, nothing need be done in any.
    return ledger
      .registrationsOf(ec2InstanceId)
      .every(({ cluster, changedAtMs }) => (termsIn(terms, cluster, changedAtMs).role ?? 'acts') === 'acts');
  }
}
