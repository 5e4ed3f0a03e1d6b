/**
 * The drain policy: when an instance may go. Pure; `shared/reviews/drains.ts` observes and acts.
 */
import type { Policy } from '../config/settings.ts';
import type { DrainIncident, HeldAction, Registration } from '../incidents/incident.ts';
import { type Destination, destinationOf, heartbeatIntervalMs, isLeaving, isSettled } from './lifecycle.ts';
import type { AutoScalingInstance, ContainerInstance, LifecycleAction, Task } from './model.ts';
import { isBlocking, isStandalone, roleOf } from './task-roles.ts';

/** A lifecycle action that somebody reported, against what is known and what Auto Scaling says now. */
export interface Arrival {
  /** Undefined: Auto Scaling does not know the instance (any more). */
  readonly autoScalingInstance: AutoScalingInstance | undefined;
  /** In clusters that Ebbtide looks after. */
  readonly registrations: readonly Registration[];
  /** Registered in clusters that Ebbtide must leave alone. */
  readonly registeredElsewhere: boolean;
}

export type ArrivalDecision =
  | { readonly kind: 'ignore'; readonly reason: string }
  | { readonly kind: 'release'; readonly reason: 'not registered' }
  | { readonly kind: 'drain'; readonly destination: Destination };

export function decideArrival({ autoScalingInstance, registrations, registeredElsewhere }: Arrival): ArrivalDecision {
  const destination = autoScalingInstance && destinationOf(autoScalingInstance.lifecycleState);
  if (destination === undefined) {
    return { kind: 'ignore', reason: `no hook holds it: ${autoScalingInstance?.lifecycleState ?? 'not in a group'}` };
  }
  if (registrations.length > 0) return { kind: 'drain', destination };
  // Releasing it would stop tasks in a cluster that is none of our business.
  if (registeredElsewhere) return { kind: 'ignore', reason: 'registered in a cluster that is not looked after' };
  return { kind: 'release', reason: 'not registered' };
}

export type ReturnDecision =
  | { readonly kind: 'join' }
  | { readonly kind: 'begin' }
  | { readonly kind: 'ignore'; readonly reason: string };

/** What a lifecycle action means for an instance that has been drained before, or is being drained. */
export function decideReturn(
  earlier: DrainIncident | undefined,
  action: LifecycleAction,
  destination: Destination,
): ReturnDecision {
  if (earlier === undefined) return { kind: 'begin' };
  if (earlier.phase === 'draining') return { kind: 'join' };
  // The sweep finds an action without its token: an instance that has been in service since is held for a new one.
  const isBackSince = earlier.outcome === 'back in service';
  const isKnown = earlier.actions.some(
    (held) =>
      held.hookName === action.hookName && (action.token === undefined ? !isBackSince : held.token === action.token),
  );
  // While other hooks hold it, the instance stays in the same state after ours is completed.
  if (isKnown && earlier.destination === destination) return { kind: 'ignore', reason: 'released before' };
  return { kind: 'begin' };
}

/** What is known about a drain now. What was not looked at is undefined, and then is no news. */
export interface DrainObservation {
  /** Every task on all of the registrations, stopping ones included. */
  readonly tasks?: readonly Task[] | undefined;
  /** The names of the daemon services among those that have tasks here. */
  readonly daemonServices?: ReadonlySet<string> | undefined;
  /** The registrations that ECS still lists. */
  readonly instances?: readonly ContainerInstance[] | undefined;
  readonly autoScaling?: { readonly lifecycleState: string | 'gone' } | undefined;
  /** `gone` once EC2 has forgotten it. */
  readonly ec2State?: string | undefined;
}

export interface Wait {
  readonly kind: 'wait';
  /** Undefined when the tasks were not looked at. */
  readonly blocking: readonly Task[] | undefined;
  readonly toStop: readonly Task[];
  readonly heartbeats: readonly HeldAction[];
  /** Registrations that should be draining and are not. */
  readonly toDrain: readonly ContainerInstance[];
  readonly lostContactAtMs: number | undefined;
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

export type DrainDecision =
  | Wait
  | Release
  | { readonly kind: 'set active'; readonly registrations: readonly Registration[] }
  /** Somebody else ended the hook, or it expired, and the instance lives on: it is to be put right when it is back. */
  | { readonly kind: 'hook ended' }
  | { readonly kind: 'close'; readonly outcome: 'hook ended' | 'terminated' | 'registration gone' };

interface Circumstances {
  readonly policy: Policy;
  readonly nowMs: number;
}

export function decideDrain(
  incident: DrainIncident,
  observation: DrainObservation,
  circumstances: Circumstances,
): DrainDecision {
  return incident.phase === 'returning'
    ? decideReturning(incident, observation)
    : decideDraining(incident, observation, circumstances);
}

/** How long tasks that do not block have, once they were told to stop, before the instance goes without waiting on. */
const UNBLOCKED_GRACE_MS = 120_000;

function decideDraining(
  incident: DrainIncident,
  observation: DrainObservation,
  circumstances: Circumstances,
): DrainDecision {
  const { policy, nowMs } = circumstances;
  const { autoScaling, ec2State, instances } = observation;
  if (autoScaling !== undefined && destinationOf(autoScaling.lifecycleState) === undefined) {
    return afterHook(autoScaling.lifecycleState, ec2State);
  }
  const { blocking, others } = sortTasks(incident, observation, policy);
  const remaining = blocking ?? [];
  if (ec2State === 'terminated' || ec2State === 'gone') {
    return { kind: 'release', result: 'CONTINUE', reason: 'terminated', remaining };
  }
  const unblockedAtMs = blocking?.length === 0 ? (incident.unblockedAtMs ?? nowMs) : undefined;
  // As long as it is ACTIVE, ECS may place another task on it at any moment. In observe mode it stays so.
  const toDrain = policy.mode === 'observe' ? [] : (instances ?? []).filter(({ status }) => status === 'ACTIVE');
  const isEmpty = unblockedAtMs !== undefined && (others.length === 0 || nowMs - unblockedAtMs >= UNBLOCKED_GRACE_MS);
  if (isEmpty && toDrain.length === 0) return { kind: 'release', result: 'CONTINUE', reason: 'drained', remaining };
  if (nowMs >= incident.deadlineAtMs) {
    return { kind: 'release', result: policy.drainDeadlineResult, reason: 'deadline', remaining };
  }
  const lostContactAtMs = lostContactSince(incident, instances, nowMs);
  // By what was seen now: the agent may have come back since it was noted as away.
  const isAway = instances !== undefined && lostContactAtMs !== undefined;
  if (isAway && nowMs - lostContactAtMs >= policy.lostContactMinutes * 60_000) {
    return { kind: 'release', result: 'CONTINUE', reason: 'lost contact', remaining };
  }
  return {
    kind: 'wait',
    blocking,
    toStop: tasksToStop({ blocking, others }, incident, policy),
    heartbeats: incident.actions.filter(
      (action) => nowMs - action.heartbeatAtMs >= heartbeatIntervalMs(action.heartbeatTimeoutSeconds),
    ),
    toDrain,
    lostContactAtMs,
    unblockedAtMs: observation.tasks === undefined ? incident.unblockedAtMs : unblockedAtMs,
    isStalled: isStalled(incident, observation, circumstances),
  };
}

function afterHook(lifecycleState: string, ec2State: string | undefined): DrainDecision {
  const isGone = lifecycleState === 'gone' && ec2State !== 'running';
  if (isGone || lifecycleState === 'Terminated') return { kind: 'close', outcome: 'terminated' };
  return isLeaving(lifecycleState) ? { kind: 'close', outcome: 'hook ended' } : { kind: 'hook ended' };
}

/**
 * Only a task that has really stopped no longer needs its instance. The counts of a container instance do not tell: they
 * leave out tasks that are still shutting down.
 */
function sortTasks(
  incident: DrainIncident,
  { tasks, daemonServices }: DrainObservation,
  policy: Policy,
): { readonly blocking: readonly Task[] | undefined; readonly others: readonly Task[] } {
  const left = tasks?.filter((task) => task.lastStatus !== 'STOPPED');
  const blocks = (task: Task) => isBlocking(roleOf(task, { incident, daemonServices, policy }));
  return { blocking: left?.filter(blocks), others: left?.filter((task) => !blocks(task)) ?? [] };
}

/** ECS stops the tasks of services by itself. What it does not stop is told to, as soon as nothing waits for it. */
function tasksToStop(
  { blocking, others }: { readonly blocking: readonly Task[] | undefined; readonly others: readonly Task[] },
  { registrations }: DrainIncident,
  policy: Policy,
): Task[] {
  const candidates =
    blocking?.length === 0 ? others : policy.standaloneTasks === 'stop' ? blocking?.filter(isStandalone) : [];
  const arns = new Set(registrations.map(({ arn }) => arn));
  return (candidates ?? []).filter((task) => task.desiredStatus !== 'STOPPED' && arns.has(task.containerInstanceArn));
}

/** When the last of the tasks here began to stop: since then, or since the drain began, nothing has moved. */
function isStalled(incident: DrainIncident, { tasks }: DrainObservation, { policy, nowMs }: Circumstances): boolean {
  if (tasks === undefined || policy.drainStalledMinutes === 'off') return false;
  const movedAtMs = Math.max(incident.openedAtMs, ...tasks.map(({ stoppingAtMs }) => stoppingAtMs ?? 0));
  return nowMs - movedAtMs >= policy.drainStalledMinutes * 60_000;
}

function lostContactSince(
  { lostContactAtMs }: DrainIncident,
  instances: readonly ContainerInstance[] | undefined,
  nowMs: number,
): number | undefined {
  if (instances === undefined || instances.length === 0) return lostContactAtMs;
  return instances.some((instance) => instance.agentConnected) ? undefined : (lostContactAtMs ?? nowMs);
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
    lostContactAtMs: undefined,
    unblockedAtMs: undefined,
    isStalled: false,
  };
  if (instances === undefined || autoScaling === undefined) return wait;
  if (autoScaling.lifecycleState === 'gone' && ec2State !== 'running') return { kind: 'close', outcome: 'terminated' };
  if (instances.length === 0) return { kind: 'close', outcome: 'registration gone' };
  const back = instances.filter((instance) => instance.agentConnected);
  if (back.length === 0 || !isSettled(autoScaling.lifecycleState)) return wait;
  return {
    kind: 'set active',
    registrations: incident.registrations.filter(({ arn }) => back.some((instance) => instance.arn === arn)),
  };
}
