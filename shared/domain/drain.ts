/**
 * The drain policy: when an instance may go. Pure; `shared/reviews/drains.ts` observes and acts.
 */
import type { Policy } from '../config/settings.ts';
import type { DrainIncident, HeldAction, Registration } from '../incidents/incident.ts';
import { type Destination, destinationOf, heartbeatIntervalMs, isInWarmPool } from './lifecycle.ts';
import type { AutoScalingInstance, ContainerInstance, LifecycleAction, LifecycleActionResult, Task } from './model.ts';

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
  const isKnown = earlier.actions.some(
    (held) => held.hookName === action.hookName && (action.token === undefined || held.token === action.token),
  );
  // While other hooks hold it, the instance stays in the same state after ours is completed.
  if (isKnown && earlier.destination === destination) return { kind: 'ignore', reason: 'released before' };
  return { kind: 'begin' };
}

/** What is known about a drain now. What was not looked at is undefined, and then is no news. */
export interface DrainObservation {
  /** Every task on all of the registrations, stopping ones included. */
  readonly tasks?: readonly Task[] | undefined;
  /** The registrations that ECS still lists. */
  readonly instances?: readonly ContainerInstance[] | undefined;
  readonly autoScaling?: { readonly lifecycleState: string | 'gone' } | undefined;
  /** `gone` once EC2 has forgotten it. */
  readonly ec2State?: string | undefined;
}

export type DrainDecision =
  | {
      readonly kind: 'wait';
      readonly blocking: readonly Task[] | undefined;
      readonly heartbeats: readonly HeldAction[];
      /** Registrations that should be draining and are not. */
      readonly toDrain: readonly ContainerInstance[];
      readonly lostContactAtMs: number | undefined;
    }
  | {
      readonly kind: 'release';
      readonly result: LifecycleActionResult;
      readonly reason: 'drained' | 'deadline' | 'lost contact';
      readonly remaining: readonly Task[];
    }
  | { readonly kind: 'set active'; readonly registrations: readonly Registration[] }
  /** Somebody else ended the hook, or it expired, and the instance lives on: it is to be put right when it is back. */
  | { readonly kind: 'hook ended' }
  | { readonly kind: 'close'; readonly outcome: 'hook ended' | 'terminated' | 'registration gone' };

export function decideDrain(
  incident: DrainIncident,
  observation: DrainObservation,
  { policy, nowMs }: { readonly policy: Policy; readonly nowMs: number },
): DrainDecision {
  return incident.phase === 'returning'
    ? decideReturning(incident, observation)
    : decideDraining(incident, observation, { policy, nowMs });
}

function decideDraining(
  incident: DrainIncident,
  { tasks, instances, autoScaling, ec2State }: DrainObservation,
  { policy, nowMs }: { readonly policy: Policy; readonly nowMs: number },
): DrainDecision {
  if (autoScaling !== undefined && destinationOf(autoScaling.lifecycleState) === undefined) {
    return afterHook(autoScaling.lifecycleState);
  }
  const blocking = tasks?.filter(isBlocking);
  if (blocking?.length === 0) return { kind: 'release', result: 'CONTINUE', reason: 'drained', remaining: [] };
  if (nowMs >= incident.deadlineAtMs) {
    return { kind: 'release', result: policy.drainDeadlineResult, reason: 'deadline', remaining: blocking ?? [] };
  }
  const lostContactAtMs = lostContactSince(incident, instances, nowMs);
  const isGivenUp = lostContactAtMs !== undefined && nowMs - lostContactAtMs >= policy.lostContactMinutes * 60_000;
  if (isGivenUp || ec2State === 'terminated' || ec2State === 'gone') {
    return { kind: 'release', result: 'CONTINUE', reason: 'lost contact', remaining: blocking ?? [] };
  }
  return {
    kind: 'wait',
    blocking,
    heartbeats: incident.actions.filter(
      (action) => nowMs - action.heartbeatAtMs >= heartbeatIntervalMs(action.heartbeatTimeoutSeconds),
    ),
    toDrain: (instances ?? []).filter((instance) => instance.status === 'ACTIVE'),
    lostContactAtMs,
  };
}

function afterHook(lifecycleState: string): DrainDecision {
  if (lifecycleState === 'gone' || lifecycleState === 'Terminated') return { kind: 'close', outcome: 'terminated' };
  return lifecycleState.startsWith('Terminating') ? { kind: 'close', outcome: 'hook ended' } : { kind: 'hook ended' };
}

/**
 * Only a task that has really stopped no longer needs its instance. The counts of a container instance do not tell: they
 * leave out tasks that are still shutting down.
 */
export function isBlocking(task: Task): boolean {
  return task.lastStatus !== 'STOPPED';
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
function decideReturning(incident: DrainIncident, { instances, autoScaling }: DrainObservation): DrainDecision {
  const wait: DrainDecision = {
    kind: 'wait',
    blocking: undefined,
    heartbeats: [],
    toDrain: [],
    lostContactAtMs: undefined,
  };
  if (autoScaling?.lifecycleState === 'gone') return { kind: 'close', outcome: 'terminated' };
  if (instances === undefined || autoScaling === undefined) return wait;
  if (instances.length === 0) return { kind: 'close', outcome: 'registration gone' };
  const { lifecycleState } = autoScaling;
  if (isInWarmPool(lifecycleState) || destinationOf(lifecycleState) !== undefined) return wait;
  const back = instances.filter((instance) => instance.agentConnected);
  if (back.length === 0) return wait;
  return {
    kind: 'set active',
    registrations: incident.registrations.filter(({ arn }) => back.some((instance) => instance.arn === arn)),
  };
}
