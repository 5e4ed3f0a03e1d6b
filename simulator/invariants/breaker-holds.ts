import { instancesNamedIn, isDisconnectionOpened } from './disconnections.ts';
import type { Invariant } from './invariant.ts';
import { Outages, wasMissed } from './outages.ts';
import { readRepair } from './repairs.ts';
import { type Terms, termsIn } from './terms.ts';

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
        const seenMs = fact.atMs - (repair ? (inForce.actsWithinMs ?? 0) : ledger.tellsWithinMs(inForce, fact.atMs));
        const sinceMs = outages.sinceMs(one, fact.atMs) ?? Number.POSITIVE_INFINITY;
        const done = repair?.kind ?? 'alert';
        check(sinceMs >= seenMs, `${done} of ${one.ec2InstanceId} in an outage since ${iso(sinceMs)}`, [one.cluster]);
      }
      // After it was asked about: what a deregistration does to the count is its own doing.
      outages.record(fact, ledger);
    },
  };
}

function iso(ms: number): string {
  return Number.isFinite(ms) ? new Date(ms).toISOString() : 'never';
}
