import type { Invariant } from './invariant.ts';
import type { Ledger, RegistrationRecord } from './ledger.ts';
import { isLeftover } from './repairs.ts';
import { earlyMs, type Terms, termsIn } from './terms.ts';

const NEVER = Number.POSITIVE_INFINITY;

/**
 * Deregistering orphans containers that still run. So the agent must have been away for as long as it takes to be sure,
 * and the host must be gone, or have a newer registration that is connected.
 */
export function noLiveInstanceIsDeregistered(terms: Terms): Invariant {
  return {
    name: 'Only ghosts and duplicates that have been away for long enough are deregistered',
    observe(fact, ledger, check) {
      if (fact.kind !== 'call' || fact.operation !== 'DeregisterContainerInstance') return;
      if (fact.functionName === undefined || fact.errorCode !== undefined) return;
      const named = String(fact.input.containerInstance);
      const { disconnectedMs, ...inForce } = termsIn(terms, named, fact.atMs);
      const registration = ledger.registrations.get(named);
      const awayByMs = fact.atMs - disconnectedMs + earlyMs(terms);
      const isExternal = registration?.ec2InstanceId.startsWith('mi-') === true;
      const afterMs = (isExternal ? inForce.deregistersExternalMs : inForce.deregistersRunningMs) ?? NEVER;
      const sinceMs = registration?.absences.latest?.fromMs ?? fact.atMs;
      const mayRun = fact.atMs - sinceMs + earlyMs(terms) >= afterMs;
      // An agent that comes back just as its registration is removed is nobody's mistake: ECS has no way to ask that.
      const seenMs = fact.atMs - (inForce.actsWithinMs ?? 0);
      const problem =
        registration === undefined ? 'nobody knows it' : problemOf(registration, ledger, { awayByMs, seenMs, mayRun });
      check(problem === undefined, `${named} was deregistered: ${problem}`, [named]);
    },
  };
}

function problemOf(
  registration: RegistrationRecord,
  ledger: Ledger,
  { awayByMs, seenMs, mayRun }: { readonly awayByMs: number; readonly seenMs: number; readonly mayRun: boolean },
): string | undefined {
  const { ec2InstanceId, absences } = registration;
  const { fromMs = NEVER, untilMs = 0 } = absences.latest ?? {};
  if (untilMs <= seenMs) return 'its agent was connected';
  // The step has a delay of its own, which may be the shorter one.
  if (fromMs > awayByMs && !mayRun) return `its agent was away only since ${new Date(fromMs).toISOString()}`;
  return mayRun || isLeftover(registration, ledger, seenMs)
    ? undefined
    : `${ec2InstanceId} is ${ledger.ec2State(ec2InstanceId)} and has no other`;
}
