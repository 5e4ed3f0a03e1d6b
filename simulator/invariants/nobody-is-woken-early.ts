import { instancesNamedIn, isDisconnectionOpened } from './disconnections.ts';
import type { Invariant } from './invariant.ts';
import { earlyMs, type Terms, termsIn } from './terms.ts';

/** Agents disconnect for moments several times an hour in normal operation (ECS events, container instance state change). */
export function nobodyIsWokenEarly(terms: Terms): Invariant {
  return {
    name: 'No alert about an agent before it has been away for the threshold without a break',
    observe(fact, ledger, check) {
      if (!isDisconnectionOpened(fact)) return;
      for (const id of instancesNamedIn(fact.text)) {
        const isAway = ledger.registrationsOf(id).some(({ absences, isImpaired, cluster }) => {
          const inForce = termsIn(terms, cluster, fact.atMs);
          const sinceMs = fact.atMs - ledger.tellsWithinMs(inForce, fact.atMs);
          const isLong = absences.lasted(inForce.disconnectedMs - earlyMs(terms), { sinceMs, nowMs: fact.atMs });
          return isLong || isImpaired;
        });
        check(isAway, `an alert says that the agent of ${id} is away`, [id]);
      }
    },
  };
}
