/**
 * The drain policy: when an instance may go. Pure; `shared/reviews/drains.ts` observes and acts.
 */
import type { Policy } from '../config/settings.ts';
import type { DrainIncident, HeldAction, LostContact, Registration } from '../incidents/incident.ts';
import { isDoubtful, SETTLED_AFTER_MS } from './doubt.ts';
import {
  type Circumstances,
  isStalled,
  isUnblocked,
  lostTasks,
  type SeenTasks,
  type SortedTasks,
  sortTasks,
  standaloneToStop,
  stoppable,
} from './drain-tasks.ts';
import { decideInterrupted, type InterruptedDecision } from './interruption.ts';
import { deadlineOf, destinationOf, isHeartbeatDue, isLeaving, isSettled } from './lifecycle.ts';
import type { ContainerInstance, Task } from './model.ts';

/** What is known about a drain now. What was not looked at is undefined, and then is no news. */
export interface DrainObservation extends SeenTasks {
  /** Why nothing of this could be looked at; undefined when it was. */
  readonly unreadable?: unknown;
  /** The registrations that ECS still lists. */
  readonly instances?: readonly ContainerInstance[] | undefined;
  readonly autoScaling?: { readonly lifecycleState: string | 'gone' } | undefined;
  /** `gone` once EC2 has forgotten it. */
  readonly ec2State?: string | undefined;
  /** It may be registered elsewhere besides: ECS does not answer for a cluster where it would be. */
  readonly isUnsearched?: boolean | undefined;
}

export interface Wait {
  readonly kind: 'wait';
  /** Undefined when the tasks were not looked at. */
  readonly blocking: readonly Task[] | undefined;
  readonly toStop: readonly Task[];
  readonly heartbeats: readonly HeldAction[];
  /** Registrations that should be draining and are not. */
  readonly toDrain: readonly ContainerInstance[];
  readonly lostContact: LostContact | undefined;
  /** Since when nothing but tasks that do not block are left. */
  readonly unblockedAtMs: number | undefined;
  /** Nothing has moved for so long that on-call is to be told. */
  readonly isStalled: boolean;
}

export interface Release {
  readonly kind: 'release';
  readonly result: Policy['drainDeadlineResult'];
  readonly reason: 'drained' | 'deadline' | 'lost contact' | 'terminated';
  /** The tasks that block and have not stopped. */
  readonly remaining: readonly Task[];
}

export interface Close {
  readonly kind: 'close';
  readonly outcome: 'hook ended' | 'terminated' | 'registration gone' | 'back in service';
  /** The tasks that the drain still waited for when the instance went without it. */
  readonly lost?: readonly Task[];
}

export type DrainDecision =
  | Wait
  | Release
  | { readonly kind: 'set active'; readonly registrations: readonly Registration[] }
  /** Somebody else ended the hook, or it expired, and the instance lives on: it is to be put right when it is back. */
  | { readonly kind: 'hook ended' }
  | InterruptedDecision
  | Close;

export function decideDrain(
  incident: DrainIncident,
  observation: DrainObservation,
  circumstances: Circumstances,
): DrainDecision {
  if (incident.phase === 'returning') return decideReturning(incident, observation);
  if (incident.actions.length === 0) return decideInterrupted(incident, observation, circumstances);
  const decision = decideDraining(incident, observation, circumstances);
  const isDrained = decision.kind === 'release' && decision.reason === 'drained';
  if (!isDrained || !isDoubtful(incident, observation, circumstances.nowMs)) return decision;
  // As if nobody had looked at the tasks; but that somebody did is noted, so that the next look comes soon.
  const unseen = decideDraining(incident, { ...observation, tasks: undefined }, circumstances);
  if (unseen.kind !== 'wait') return unseen;
  return { ...unseen, unblockedAtMs: incident.unblockedAtMs ?? circumstances.nowMs };
}

function decideDraining(
  incident: DrainIncident,
  observation: DrainObservation,
  circumstances: Circumstances,
): DrainDecision {
  const { policy, nowMs } = circumstances;
  const { autoScaling, ec2State, instances } = observation;
  if (ec2State === 'terminated' || ec2State === 'gone') {
    const remaining = lostTasks(incident, observation, policy);
    return { kind: 'release', result: 'CONTINUE', reason: 'terminated', remaining };
  }
  const destination = autoScaling && destinationOf(autoScaling.lifecycleState);
  if (autoScaling !== undefined && destination === undefined && !mayBeOfBefore(incident, autoScaling, nowMs)) {
    return afterHook(autoScaling.lifecycleState, ec2State, lostTasks(incident, observation, policy));
  }
  // Held on, but for something else: that is a drain of its own.
  if (destination !== undefined && destination !== incident.destination) return { kind: 'hook ended' };
  const { blocking, others } = sortTasks(incident, observation, policy);
  const remaining = blocking ?? [];
  const unblockedAtMs = blocking?.length === 0 ? (incident.unblockedAtMs ?? nowMs) : undefined;
  // As long as it is ACTIVE, ECS may place another task on it at any moment. In observe mode it stays so.
  const toDrain = policy.mode === 'observe' ? [] : (instances ?? []).filter(({ status }) => status === 'ACTIVE');
  const isEmpty = isUnblocked(others, unblockedAtMs, nowMs);
  if (isEmpty && toDrain.length === 0) return { kind: 'release', result: 'CONTINUE', reason: 'drained', remaining };
  if (nowMs >= incident.deadlineAtMs) {
    return { kind: 'release', result: policy.drainDeadlineResult, reason: 'deadline', remaining };
  }
  const lostContact = lostContactSince(incident, { instances, blocking }, nowMs);
  // By what was seen now: the agent may have come back since it was noted as away.
  const isSeen = blocking !== undefined || instances?.every(({ agentConnected }) => !agentConnected) === true;
  const isAway = instances !== undefined && lostContact !== undefined && isSeen;
  if (isAway && nowMs - lostContact.atMs >= policy.lostContactMinutes * 60_000) {
    return { kind: 'release', result: 'CONTINUE', reason: 'lost contact', remaining };
  }
  return {
    kind: 'wait',
    blocking,
    toStop: tasksToStop({ blocking, others }, incident, policy),
    heartbeats: incident.actions.filter((action) => isHeartbeatDue(action, nowMs)),
    toDrain,
    lostContact,
    unblockedAtMs: observation.tasks === undefined ? incident.unblockedAtMs : unblockedAtMs,
    isStalled: isStalled(incident, observation, circumstances),
  };
}

/**
 * What Auto Scaling answers may be some seconds old, and from before the hook held the instance. A hook that is taken for
 * over gets no heartbeat until the next sweep.
 */
function mayBeOfBefore(
  { openedAtMs }: DrainIncident,
  { lifecycleState }: { readonly lifecycleState: string },
  nowMs: number,
): boolean {
  return nowMs - openedAtMs < SETTLED_AFTER_MS && lifecycleState !== 'gone' && !lifecycleState.startsWith('Terminat');
}

function afterHook(lifecycleState: string, ec2State: string | undefined, lost: readonly Task[]): DrainDecision {
  const isGone = lifecycleState === 'gone' && ec2State !== 'running';
  if (isGone || lifecycleState === 'Terminated') return { kind: 'close', outcome: 'terminated', lost };
  return isLeaving(lifecycleState) ? { kind: 'close', outcome: 'hook ended', lost } : { kind: 'hook ended' };
}

/** ECS stops the tasks of services by itself. What it does not stop is told to, as soon as nothing waits for it. */
function tasksToStop(sorted: SortedTasks, incident: DrainIncident, policy: Policy): Task[] {
  return sorted.blocking?.length === 0
    ? stoppable(sorted.others, incident)
    : standaloneToStop(sorted, incident, policy);
}

/**
 * Contact is lost with an instance when no agent is left that could tell of the tasks that block: none at all, or, where
 * the agent has registered once more, that of the registration which has them. ECS raises the version of an instance with
 * every change that it tells of: one that moves may hide that the agent was back for a moment, so the clock starts anew.
 */
function lostContactSince(
  { lostContact }: DrainIncident,
  {
    instances = [],
    blocking,
  }: { readonly instances: readonly ContainerInstance[] | undefined; readonly blocking: readonly Task[] | undefined },
  nowMs: number,
): LostContact | undefined {
  if (instances.length === 0) return lostContact;
  const away = new Map(
    instances.flatMap(({ arn, agentConnected, version }) => (agentConnected ? [] : [[arn, version]])),
  );
  if (away.size === 0) return undefined;
  if (away.size < instances.length) {
    if (blocking === undefined) return lostContact;
    const isUnknown = blocking.length > 0 && blocking.every((task) => away.has(task.containerInstanceArn));
    if (!isUnknown) return undefined;
  }
  const versions = [...away.values()].reduce((sum, version) => sum + version, 0);
  return versions === lostContact?.versions ? lostContact : { atMs: nowMs, versions };
}

/**
 * The hook is completed, but the instance lives on: in a warm pool, or with a new root volume. Its registration must not
 * stay DRAINING once it is in service again. One that has been replaced by a new registration is a duplicate, which the
 * review of disconnected agents removes.
 */
function decideReturning(
  incident: DrainIncident,
  { instances, autoScaling, ec2State }: DrainObservation,
): DrainDecision {
  const wait: Wait = {
    kind: 'wait',
    blocking: undefined,
    toStop: [],
    heartbeats: [],
    toDrain: [],
    lostContact: undefined,
    unblockedAtMs: undefined,
    isStalled: false,
  };
  if (instances === undefined || autoScaling === undefined) return wait;
  // Its group may list it for longer: one that it retained, and somebody terminated, is what it was until it is detached.
  const isTerminated = ec2State === 'terminated' || ec2State === 'gone' || autoScaling.lifecycleState === 'Terminated';
  const isGone = autoScaling.lifecycleState === 'gone' && ec2State !== 'running';
  if (isTerminated || isGone) return { kind: 'close', outcome: 'terminated' };
  if (instances.length === 0) return { kind: 'close', outcome: 'registration gone' };
  const back = instances.filter((instance) => instance.agentConnected);
  // ECS takes minutes to see that the agent of a stopped instance is gone: only EC2 knows whether it is back.
  const isUp = ec2State === undefined || ec2State === 'running';
  if (back.length === 0 || !isUp || !isSettled(autoScaling.lifecycleState)) return wait;
  // Somebody else had set it DRAINING before AWS took it.
  if (incident.actions.length === 0 && incident.interruption?.wasDraining)
    return { kind: 'close', outcome: 'back in service' };
  return {
    kind: 'set active',
    registrations: incident.registrations.filter(({ arn }) => back.some((instance) => instance.arn === arn)),
  };
}

/**
 * How long a drain may take is what the settings say now: whoever changes them means those too that have begun. It stays
 * once on-call has been told, and where nobody knows how long the hook lasts; and what was announced keeps its own time.
 */
export function deadlineOfDrain(
  { phase, actions, deadlineAtMs, hookEndsAtMs, endToldAtMs }: DrainIncident,
  { drainDeadlineMinutes }: Pick<Policy, 'drainDeadlineMinutes'>,
): number {
  const isFixed = phase !== 'draining' || actions.length === 0 || endToldAtMs !== undefined;
  if (isFixed || hookEndsAtMs === undefined) return deadlineAtMs;
  const startedAtMs = Math.min(...actions.map((action) => action.startedAtMs));
  return deadlineOf(startedAtMs, drainDeadlineMinutes, hookEndsAtMs);
}
