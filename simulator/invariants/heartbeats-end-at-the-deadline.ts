import type { Invariant } from './invariant.ts';
import { earlyMs, type Terms, termsIn } from './terms.ts';

/** A hook that the sweep finds before its event comes is known from then on: nothing tells when it began. */
const SWEEP_MS = 60_000;

/** A hook that is kept alive for longer holds an instance that nobody waits for any more. */
export function heartbeatsEndAtTheDeadline(terms: Terms): Invariant {
  return {
    name: 'No terminate hook is kept alive beyond the deadline of its drain',
    observe(fact, ledger, check) {
      if (fact.kind !== 'call' || fact.operation !== 'RecordLifecycleActionHeartbeat') return;
      if (fact.functionName === undefined || fact.errorCode !== undefined) return;
      const action = ledger.actionOf(fact);
      if (action === undefined) return;
      const registrations = ledger.registrationsOf(action.ec2InstanceId);
      const inForce =
        registrations.length === 0 ? [terms] : registrations.map((one) => termsIn(terms, one.cluster, fact.atMs));
      const isDue = inForce.some(
        (one) =>
          fact.atMs - action.startedAtMs <=
          (one.drainDeadlineMsMax ?? one.drainDeadlineMs) +
            SWEEP_MS +
            earlyMs(one) +
            ledger.tellsWithinMs(one, fact.atMs),
      );
      check(isDue, `${action.hook} of ${action.ec2InstanceId} was kept alive beyond its deadline`, [
        action.ec2InstanceId,
      ]);
    },
  };
}
