/**
 * The policy for container instances whose agent is away, or on which ECS finds something impaired. Pure;
 * `shared/reviews/disconnections.ts` observes and acts.
 *
 * Agents disconnect for moments several times an hour, and some disconnections are as they ought to be. So nothing is
 * said or done before an agent has been away without a break for as long as the first step of the ladder says.
 */
import type { Policy } from '../config/settings.ts';
import type { DisconnectionIncident } from '../incidents/incident.ts';
import { connectivityImpairedSince, impairedChecks, impairedSince } from './health.ts';
import {
  isReplacementUnknown,
  type LadderSituation,
  nextStep,
  OBSERVED,
  type StepName,
  type TakenStep,
} from './ladder.ts';
import { destinationOf, isInWarmPool } from './lifecycle.ts';
import type { ContainerInstance } from './model.ts';

export interface DisconnectionObservation {
  /** Undefined: ECS no longer lists it. */
  readonly instance: ContainerInstance | undefined;
  /** `gone` once EC2 has forgotten it (about an hour after it was terminated); undefined when not looked at. */
  readonly ec2State: string | undefined;
  readonly ec2InstanceType?: string | undefined;
  /** The AWS service that looks after the instance by itself: that of ECS Managed Instances. */
  readonly operator?: string | undefined;
  /** Undefined: in no Auto Scaling group. */
  readonly lifecycleState: string | undefined;
  /** The drain of this instance has begun; if its agent stays away, the drain tells on-call. */
  readonly isDraining: boolean;
  /** A drain of the same EC2 instance waits for tasks, on this registration or on another. */
  readonly isWaitedFor?: boolean | undefined;
  /** An event told when the agent went away, and at which version of the container instance. */
  readonly event?: { readonly atMs: number; readonly version: number | undefined } | undefined;
  /** Another registration of the same EC2 instance that is connected. Only looked for once it matters. */
  readonly connectedTwin: ContainerInstance | undefined;
  /** The ARN of another cluster in which the same instance is connected. Only looked for once it matters. */
  readonly connectedIn?: string | undefined;
  /** The instance has registered in another cluster since. Only looked for once it matters. */
  readonly isLeftBehind?: boolean | undefined;
  /** When EC2 started the instance, the last time: before that its agent was away as it ought to be. */
  readonly startedAtMs?: number | undefined;
  /**
   * The ladder's clock starts there, at the earliest: the end of an outage that this instance was part of, when the last
   * other registration of it lost its agent, or when EC2 started it (again).
   */
  readonly clockStartsMs?: number | undefined;
}

export type DisconnectionDecision =
  /** Not an incident, or over before anybody was told. */
  | { readonly kind: 'forget'; readonly reason: string }
  /** Away, but not for long enough; `sinceMs` and `instanceVersion` are to be remembered. */
  | { readonly kind: 'suspect'; readonly sinceMs: number; readonly instanceVersion: number | undefined }
  /** Away again, or so it seems: on-call knows, and the steps that are left are due as long after this. */
  | { readonly kind: 'away again'; readonly atMs: number; readonly instanceVersion: number }
  /** A step of the ladder is due. */
  | { readonly kind: Exclude<StepName, 'deregister'> }
  | { readonly kind: 'deregister'; readonly reason: 'ghost' | 'duplicate' | 'policy' }
  /** All that is due has been done, and nothing has changed. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'resolve'; readonly outcome: DisconnectionOutcome };

export type DisconnectionOutcome = 'reconnected' | 'stopped' | 'deregistered' | 'not looked after';

export function decideDisconnection(
  incident: DisconnectionIncident | undefined,
  observation: DisconnectionObservation,
  { policy, nowMs }: { readonly policy: Policy; readonly nowMs: number },
): DisconnectionDecision {
  const { instance, connectedTwin } = observation;
  const isAlerted = incident?.phase === 'alerted';
  if (incident && incident.phase !== 'closed' && isReplacementUnknown(incident.steps, nowMs)) return { kind: 'wait' };
  if (instance === undefined) return end(isAlerted, 'deregistered');
  if (observation.operator === 'ecs.amazonaws.com') return { kind: 'forget', reason: 'managed by ECS' };
  if (!isInTrouble(instance)) return end(isAlerted, 'reconnected');
  if (isExpected(observation)) return end(isAlerted, 'stopped');
  if (observation.isDraining) return isAlerted ? { kind: 'wait' } : { kind: 'forget', reason: 'draining' };

  // Without EC2's word nobody knows whether the absence is as it ought to be: the sweep asks for it.
  const isJudgeable = instance.external || observation.ec2State !== undefined;
  if (isAlerted && !isJudgeable) return { kind: 'wait' };
  const sinceMs = unbrokenSince(incident, { ...observation, instance }, nowMs);
  const isNoted = isAlerted || (incident?.phase === 'suspected' && incident.sinceMs === sinceMs);
  const suspect = { kind: 'suspect', sinceMs, instanceVersion: versionOf(instance) } as const;
  // The first look only notes since when: what is said or done later rests on that record.
  if (!isNoted || !isJudgeable) return suspect;

  const again = !isGhost(observation) && awayAgain(incident, { ...observation, instance }, nowMs);
  if (again) return again;
  const idle = isAlerted ? ({ kind: 'wait' } as const) : suspect;
  // An agent that was away, and is back on an instance that ECS calls impaired: what counts is the impairment.
  const troubleMs = instance.agentConnected ? impairedSince(instance) : incident.awayAgainAtMs;
  const clockStartsMs = Math.max(sinceMs, observation.clockStartsMs ?? 0, troubleMs ?? 0);
  const awayMinutes = (nowMs - clockStartsMs) / 60_000;
  if (isGhost(observation) || (connectedTwin !== undefined && !instance.agentConnected)) {
    // Without its registration ECS calls a task STOPPED whose containers still run.
    if (isWaitedFor(observation) && !isGhost(observation)) return idle;
    if (!mayCleanUp(incident, { policy, awayMinutes })) return idle;
    return { kind: 'deregister', reason: isGhost(observation) ? 'ghost' : 'duplicate' };
  }
  const situation: LadderSituation = { ...observation, instance };
  const step = nextStep(takenSteps(incident), situation, { policy, awayMinutes, nowMs });
  if (step === undefined) return idle;
  return step === 'deregister' ? { kind: step, reason: 'policy' } : { kind: step };
}

/** The agent is away, or connected on an instance that ECS calls impaired. */
export function isInTrouble(instance: ContainerInstance): boolean {
  return !instance.agentConnected || impairedChecks(instance).length > 0;
}

/** Whether an instance counts as one that is away and should not be: what the circuit breaker counts. */
export function isMissed(observation: DisconnectionObservation): boolean {
  const { instance, connectedTwin, connectedIn, isLeftBehind = false, operator, isDraining } = observation;
  if (instance === undefined || operator !== undefined || isDraining) return false;
  const isElsewhere = connectedTwin !== undefined || connectedIn !== undefined || isLeftBehind;
  return isInTrouble(instance) && !isElsewhere && !isExpected(observation) && !isGhost(observation);
}

/**
 * Since when the agent has certainly been away. ECS raises an instance's version with every event about it, so a version
 * that has moved between two looks may hide a connection in between, and the clock starts anew (Amazon ECS events);
 * unless ECS itself says since when the connection has been impaired.
 */
export function unbrokenSince(
  incident: DisconnectionIncident | undefined,
  { instance, event }: Pick<DisconnectionObservation, 'event'> & { readonly instance: ContainerInstance },
  nowMs: number,
): number {
  if (incident?.phase === 'alerted') return incident.sinceMs;
  const noted = incident?.phase === 'suspected' ? incident : undefined;
  if (instance.agentConnected) return impairedSince(instance) ?? noted?.sinceMs ?? nowMs;
  const sinceMs = noted !== undefined && noted.instanceVersion === instance.version ? noted.sinceMs : undefined;
  const toldMs = event !== undefined && event.version === instance.version ? event.atMs : nowMs;
  return Math.min(sinceMs ?? toldMs, connectivityImpairedSince(instance) ?? nowMs);
}

/** Whoever was told stays told; but what comes next must not rest on an absence that may have had an end. */
function awayAgain(
  incident: DisconnectionIncident,
  { instance, event }: DisconnectionObservation & { readonly instance: ContainerInstance },
  nowMs: number,
): Extract<DisconnectionDecision, { kind: 'away again' }> | undefined {
  const version = versionOf(instance);
  if (incident.phase !== 'alerted' || version === undefined) return undefined;
  // None is noted where it began as an impairment: the agent was there.
  if (incident.instanceVersion === version) return undefined;
  return { kind: 'away again', atMs: event?.version === version ? event.atMs : nowMs, instanceVersion: version };
}

/** Of a connected instance it moves with every task, and says nothing. */
function versionOf({ agentConnected, version }: ContainerInstance): number | undefined {
  return agentConnected ? undefined : version;
}

/** By a drain, or by one that is about to begin: a terminate hook holds the instance, and its event may be late. */
function isWaitedFor({ isWaitedFor: isDrained, lifecycleState }: DisconnectionObservation): boolean {
  return isDrained === true || (lifecycleState !== undefined && destinationOf(lifecycleState) !== undefined);
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

/** Where nobody is to be told of disconnections, what they leave behind is cleaned up after this long. */
const CLEAN_UP_MINUTES = 10;

/** Who has been told stays told, even if the threshold is raised meanwhile; not of an absence that may have had an end. */
function mayCleanUp(
  incident: DisconnectionIncident,
  { policy, awayMinutes }: { policy: Policy; awayMinutes: number },
): boolean {
  if (policy.repairs === 'off') return false;
  const isObserved = takenSteps(incident).some(({ name, outcome }) => name === 'deregister' && outcome === OBSERVED);
  if (isObserved && policy.mode === 'observe') return false;
  const { disconnectedAlertMinutes: minutes } = policy;
  const isTold = incident.phase === 'alerted' && incident.awayAgainAtMs === undefined;
  return isTold || awayMinutes >= (minutes === 'off' ? CLEAN_UP_MINUTES : minutes);
}

/** Who has been told is not told again, even where no step says so. */
function takenSteps({ phase, sinceMs, steps }: DisconnectionIncident): readonly TakenStep[] {
  return phase === 'alerted' ? [{ name: 'alert', atMs: sinceMs }, ...steps] : steps;
}

function end(isAlerted: boolean, outcome: DisconnectionOutcome): DisconnectionDecision {
  return isAlerted ? { kind: 'resolve', outcome } : { kind: 'forget', reason: outcome };
}
