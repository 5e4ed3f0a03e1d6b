import type { Fact } from './facts.ts';
import type { Ledger, RegistrationRecord } from './ledger.ts';

/** A function has restarted an agent, had an instance replaced, or removed its registration: what the ladder does. */
export interface Repair {
  readonly kind: 'restart' | 'replace' | 'deregister';
  readonly ec2InstanceId: string;
  /** Those that ECS still lists; for a deregistration the one that was removed. */
  readonly registrations: readonly RegistrationRecord[];
}

/** Undefined for any other fact, and for calls that had no effect. */
export function readRepair(fact: Fact, ledger: Ledger): Repair | undefined {
  if (fact.kind !== 'call' || fact.functionName === undefined || fact.errorCode !== undefined) return undefined;
  const { operation, input } = fact;
  const ofInstance = (kind: Repair['kind'], id: unknown): Repair => {
    const listed = ledger.registrationsOf(String(id)).filter(({ status }) => status !== 'INACTIVE');
    return { kind, ec2InstanceId: String(id), registrations: listed };
  };
  switch (operation) {
    case 'SendCommand':
      return ofInstance('restart', (input.InstanceIds as readonly unknown[])[0]);
    case 'SetInstanceHealth':
    case 'TerminateInstanceInAutoScalingGroup':
      return ofInstance('replace', input.InstanceId);
    case 'TerminateInstances':
      return ofInstance('replace', (input.InstanceIds as readonly unknown[])[0]);
    case 'DeregisterContainerInstance': {
      const removed = ledger.registrations.get(String(input.containerInstance));
      return removed && { kind: 'deregister', ec2InstanceId: removed.ec2InstanceId, registrations: [removed] };
    }
    default:
      return undefined;
  }
}

/**
 * What is left of an instance that has gone, or of an earlier registration: cleaning it up is no repair.
 *
 * @param seenMs as of when somebody may have looked: the other registration need only have been connected since
 */
export function isLeftover({ arn, ec2InstanceId }: RegistrationRecord, ledger: Ledger, seenMs: number): boolean {
  if (ledger.ec2State(ec2InstanceId) === 'terminated') return true;
  return ledger.registrationsOf(ec2InstanceId).some((other) => other.arn !== arn && wasConnected(other, seenMs));
}

/** A registration begins with an agent that has yet to connect: nobody saw that one. */
function wasConnected({ connected, registeredAtMs, absences }: RegistrationRecord, sinceMs: number): boolean {
  const { fromMs } = absences.latest ?? { fromMs: registeredAtMs };
  return connected || (fromMs > registeredAtMs && fromMs > sinceMs);
}
