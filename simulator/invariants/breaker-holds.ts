import { instancesNamedIn, isDisconnectionOpened } from './disconnections.ts';
import type { Invariant } from './invariant.ts';
import type { RegistrationRecord } from './ledger.ts';
import { Outages, wasMissed } from './outages.ts';
import { readRepair } from './repairs.ts';
import { earlyMs, type Terms, termsIn } from './terms.ts';

/** What is wrong in an outage is wrong elsewhere: repairs one by one would make it worse, alerts one by one bury it. */
export function breakerHolds(terms: Terms): Invariant {
  const outages = new Outages(terms);
  return {
    name: 'While a large part of a cluster or zone is away at once, no single instance is repaired or alerted',
    observe(fact, ledger, check) {
      const repair = readRepair(fact, ledger);
      const ids = isDisconnectionOpened(fact) ? instancesNamedIn(fact.text) : [];
      const concerned = repair?.registrations ?? ids.flatMap((id) => ledger.registrationsOf(id));
      for (const one of concerned.filter((registration) => wasMissed(registration, ledger, fact.atMs))) {
        const inForce = termsIn(terms, one.cluster, fact.atMs);
        const seenMs = repair
          ? fact.atMs - (inForce.actsWithinMs ?? 0)
          : Math.max(fact.atMs - ledger.tellsWithinMs(inForce, fact.atMs), decidedMs(one, inForce, fact.atMs));
        const sinceMs = outages.sinceMs(one, fact.atMs) ?? Number.POSITIVE_INFINITY;
        const done = repair?.kind ?? 'alert';
        check(sinceMs >= seenMs, `${done} of ${one.ec2InstanceId} in an outage since ${iso(sinceMs)}`, [one.cluster]);
      }
      // After it was asked about: what a deregistration does to the count is its own doing.
      outages.record(fact, ledger);
    },
  };
}

/** However late an alert is sent: nobody can have decided on it before its instance was away for as long as it takes. */
function decidedMs({ sinceMs, isImpaired }: RegistrationRecord, terms: Terms, nowMs: number): number {
  const dueMs = sinceMs + terms.disconnectedMs - earlyMs(terms);
  // An impairment, and an absence before this one, have clocks of their own.
  return isImpaired || nowMs < dueMs ? Number.NEGATIVE_INFINITY : dueMs - (terms.actsWithinMs ?? 0);
}

function iso(ms: number): string {
  return Number.isFinite(ms) ? new Date(ms).toISOString() : 'never';
}
