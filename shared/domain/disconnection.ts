/**
 * The policy for container instances whose agent is away. Pure; `shared/reviews/disconnections.ts` observes and acts.
 *
 * Agents disconnect for moments several times an hour, and some disconnections are as they ought to be. So nothing is
 * said or done before an agent has been away without a break for `disconnectedAlertMinutes`.
 */
import type { Policy } from '../config/settings.ts';
import type { DisconnectionIncident } from '../incidents/incident.ts';
import { isInWarmPool } from './lifecycle.ts';
import type { ContainerInstance } from './model.ts';

export interface DisconnectionObservation {
  /** Undefined: ECS no longer lists it. */
  readonly instance: ContainerInstance | undefined;
  /** `gone` once EC2 has forgotten it (about an hour after it was terminated); undefined when not looked at. */
  readonly ec2State: string | undefined;
  /** Undefined: in no Auto Scaling group. */
  readonly lifecycleState: string | undefined;
  /** The drain of this instance has begun; if its agent stays away, the drain tells on-call. */
  readonly isDraining: boolean;
  /** An event told when the agent went away, and at which version of the container instance. */
  readonly event?: { readonly atMs: number; readonly version: number | undefined } | undefined;
  /** Another registration of the same EC2 instance that is connected. Only looked for once it matters. */
  readonly connectedTwin: ContainerInstance | undefined;
}

export type DisconnectionDecision =
  /** Not an incident, or over before anybody was told. */
  | { readonly kind: 'forget'; readonly reason: string }
  /** Away, but not for long enough; `sinceMs` and `instanceVersion` are to be remembered. */
  | { readonly kind: 'suspect'; readonly sinceMs: number; readonly instanceVersion: number }
  | { readonly kind: 'alert' }
  | { readonly kind: 'deregister'; readonly reason: 'ghost' | 'duplicate' | 'policy' }
  /** On-call has been told, and nothing has changed. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'resolve'; readonly outcome: 'reconnected' | 'stopped' | 'deregistered' };

export function decideDisconnection(
  incident: DisconnectionIncident | undefined,
  observation: DisconnectionObservation,
  { policy, nowMs }: { readonly policy: Policy; readonly nowMs: number },
): DisconnectionDecision {
  const { instance, connectedTwin } = observation;
  const isAlerted = incident?.phase === 'alerted';
  if (instance === undefined) return end(isAlerted, 'deregistered');
  if (instance.agentConnected) return end(isAlerted, 'reconnected');
  if (isExpected(observation)) return end(isAlerted, 'stopped');
  if (observation.isDraining) return isAlerted ? { kind: 'wait' } : { kind: 'forget', reason: 'draining' };

  // Without EC2's word nobody knows whether the absence is as it ought to be: the sweep asks for it.
  const isJudgeable = instance.external || observation.ec2State !== undefined;
  if (isAlerted && !isJudgeable) return { kind: 'wait' };
  const sinceMs = unbrokenSince(incident, { ...observation, instance }, nowMs);
  const awayMinutes = (nowMs - sinceMs) / 60_000;
  const isNoted = incident?.phase === 'suspected' && incident.sinceMs === sinceMs;
  const isTooEarly = awayMinutes < policy.disconnectedAlertMinutes;
  // The first look only notes since when: what is said or done later rests on that record. Who has been told stays
  // told, even if the threshold is raised meanwhile.
  if (!isAlerted && (!isNoted || isTooEarly || !isJudgeable)) {
    return { kind: 'suspect', sinceMs, instanceVersion: instance.version };
  }
  if (isGhost(observation)) return { kind: 'deregister', reason: 'ghost' };
  if (connectedTwin !== undefined) return { kind: 'deregister', reason: 'duplicate' };
  if (!isAlerted) return { kind: 'alert' };
  return mayDeregister(observation, policy, awayMinutes) ? { kind: 'deregister', reason: 'policy' } : { kind: 'wait' };
}

/**
 * Since when the agent has certainly been away. ECS raises an instance's version with every event about it, so a version
 * that has moved between two looks may hide a connection in between, and the clock starts anew (Amazon ECS events).
 */
function unbrokenSince(
  incident: DisconnectionIncident | undefined,
  { instance, event }: DisconnectionObservation & { readonly instance: ContainerInstance },
  nowMs: number,
): number {
  if (incident?.phase === 'alerted') return incident.sinceMs;
  if (incident?.phase === 'suspected' && incident.instanceVersion === instance.version) return incident.sinceMs;
  return event !== undefined && event.version === instance.version ? event.atMs : nowMs;
}

/** A stopped instance keeps its registration and comes back to it; one in a warm pool is mostly stopped. */
function isExpected({ ec2State, lifecycleState }: DisconnectionObservation): boolean {
  if (lifecycleState !== undefined && isInWarmPool(lifecycleState)) return true;
  return ec2State === 'stopped' || ec2State === 'stopping' || ec2State === 'pending' || ec2State === 'shutting-down';
}

/** ECS keeps the registration of an instance that was terminated while stopped or disconnected (API Reference, DeregisterContainerInstance). */
function isGhost({ ec2State }: DisconnectionObservation): boolean {
  return ec2State === 'terminated' || ec2State === 'gone';
}

/** The containers of an instance that runs go on running after it is deregistered, and nobody manages them any more. */
function mayDeregister({ ec2State }: DisconnectionObservation, policy: Policy, awayMinutes: number): boolean {
  if (policy.disconnectedDeregisterMinutes === 'off' || awayMinutes < policy.disconnectedDeregisterMinutes)
    return false;
  return ec2State !== 'running' || policy.disconnectedDeregisterRunning;
}

function end(isAlerted: boolean, outcome: 'reconnected' | 'stopped' | 'deregistered'): DisconnectionDecision {
  return isAlerted ? { kind: 'resolve', outcome } : { kind: 'forget', reason: outcome };
}
