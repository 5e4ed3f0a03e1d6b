import type { Invariant } from './invariant.ts';
import type { Ledger, RegistrationRecord } from './ledger.ts';
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
      const mayRun = registration !== undefined && fact.atMs - registration.sinceMs + earlyMs(terms) >= afterMs;
      const problem =
        registration === undefined ? 'nobody knows it' : problemOf(registration, ledger, { awayByMs, mayRun });
      check(problem === undefined, `${named} was deregistered: ${problem}`, [named]);
    },
  };
}

function problemOf(
  registration: RegistrationRecord,
  ledger: Ledger,
  { awayByMs, mayRun }: { readonly awayByMs: number; readonly mayRun: boolean },
): string | undefined {
  const { arn, ec2InstanceId, connected, sinceMs } = registration;
  if (connected) return 'its agent was connected';
  if (sinceMs > awayByMs) return `its agent was away only since ${new Date(sinceMs).toISOString()}`;
  const isGhost = ledger.ec2State(ec2InstanceId) === 'terminated';
  const isDuplicate = ledger.registrationsOf(ec2InstanceId).some((other) => other.arn !== arn && other.connected);
  return isGhost || isDuplicate || mayRun
    ? undefined
    : `${ec2InstanceId} is ${ledger.ec2State(ec2InstanceId)} and has no other`;
}
