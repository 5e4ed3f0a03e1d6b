import type { LifecycleAction, LifecycleHook } from './model.ts';

/**
 * What becomes of an instance once its terminate hook is completed. The same lifecycle transition announces all three
 * (EC2 Auto Scaling guide, "Amazon EC2 Auto Scaling events" and "Lifecycle hooks for warm pools"):
 * only for `termination` the instance really ends.
 */
export type Destination = 'termination' | 'warm-pool' | 'root-volume';

const destinationByState: Readonly<Record<string, Destination>> = {
  'Terminating:Wait': 'termination',
  'Warmed:Terminating:Wait': 'termination',
  'Warmed:Pending:Wait': 'warm-pool',
  'ReplacingRootVolume:Wait': 'root-volume',
};

/** Where an instance in this lifecycle state is bound for, or undefined when no terminate hook holds it. */
export function destinationOf(lifecycleState: string): Destination | undefined {
  return destinationByState[lifecycleState];
}

/**
 * Whether a lifecycle action is a later one than the same hook was known to hold the same instance for: each has a token
 * of its own. An event that comes late may be about an earlier one.
 */
export function isAnotherWait(
  held: Pick<LifecycleAction, 'token' | 'startedAtMs'>,
  { token, startedAtMs }: Pick<LifecycleAction, 'token' | 'startedAtMs'>,
): boolean {
  const isKnown = token === undefined || held.token === undefined || token === held.token;
  return !isKnown && startedAtMs > held.startedAtMs;
}

/**
 * Whether an event tells of the very lifecycle action that an instance was known to be held for. The sweep finds one without
 * its token, and after it began: an event from before that which comes late is about it, or about an earlier one.
 */
export function isKnownWait(
  held: Pick<LifecycleAction, 'hookName' | 'token' | 'startedAtMs'>,
  { hookName, token, startedAtMs }: Pick<LifecycleAction, 'hookName' | 'token' | 'startedAtMs'>,
): boolean {
  if (held.hookName !== hookName) return false;
  return held.token === undefined ? startedAtMs <= held.startedAtMs : held.token === token;
}

/**
 * Whether a launch hook may hold the instance, on its way into service or into the warm pool; on a return to the pool it is
 * the terminate hook, which the state does not tell apart.
 */
export function isArriving(lifecycleState: string): boolean {
  return lifecycleState === 'Pending:Wait' || lifecycleState === 'Warmed:Pending:Wait';
}

/** In a warm pool, or on its way in: the agent is expected to be away. */
export function isInWarmPool(lifecycleState: string): boolean {
  return lifecycleState.startsWith('Warmed:');
}

/**
 * Whether the instance is about to end. `Terminating:Retained` is not: its group keeps it after an ABANDON, running and
 * billed, but outside of its desired capacity (EC2 Auto Scaling guide, instance lifecycle policy).
 */
export function isLeaving(lifecycleState: string): boolean {
  return lifecycleState.startsWith('Terminating') && lifecycleState !== 'Terminating:Retained';
}

/** In service, or out of its group and running: nothing is about to happen to it. `gone`: it was detached. */
export function isSettled(lifecycleState: string): boolean {
  return ['InService', 'Standby', 'Terminating:Retained', 'gone'].includes(lifecycleState);
}

/** The sweep comes this often. */
export const SWEEP_PERIOD_MS = 60_000;

/** How late a sweep or a planned look may come without harm: queues, cold starts, a function that is busy. */
export const LATENESS_MAX_MS = 20_000;

/** What keeps a hook outlives three sweeps in a row that do not come, or die, and the lateness of the fourth. */
const MISSED_SWEEPS_MS = 4 * SWEEP_PERIOD_MS + LATENESS_MAX_MS;

/** From this timeout on, looking once a minute is often enough for that. */
const SHORT_HEARTBEAT_TIMEOUT_SECONDS = 290;

/**
 * How long after the last heartbeat the next one is due, in whole seconds.
 *
 * Half of the timeout, or sooner, so that sweeps may be missed; of a short one, a third, and so often that a look that comes
 * a moment too early for it, followed by one that is late, is still in time: two intervals and the lateness fit into the timeout.
 */
export function heartbeatIntervalMs(heartbeatTimeoutSeconds: number): number {
  if (!isKeptBetweenSweeps(heartbeatTimeoutSeconds)) {
    const forMissedSweeps = heartbeatTimeoutSeconds - MISSED_SWEEPS_MS / 1_000;
    return Math.floor(Math.min(heartbeatTimeoutSeconds / 2, forMissedSweeps)) * 1_000;
  }
  const forLateness = (heartbeatTimeoutSeconds - LATENESS_MAX_MS / 1_000) / 2;
  return Math.max(1, Math.floor(Math.min(heartbeatTimeoutSeconds / 3, forLateness))) * 1_000;
}

export function isHeartbeatDue(
  action: { readonly heartbeatAtMs: number; readonly heartbeatTimeoutSeconds: number },
  nowMs: number,
): boolean {
  return nowMs - action.heartbeatAtMs >= heartbeatIntervalMs(action.heartbeatTimeoutSeconds);
}

function isKeptBetweenSweeps(heartbeatTimeoutSeconds: number): boolean {
  return heartbeatTimeoutSeconds < SHORT_HEARTBEAT_TIMEOUT_SECONDS;
}

/**
 * The delays, in seconds, at which a drain must be looked at until the next sweep but one, so that no hook expires. None
 * for a timeout that sweeps keep alone.
 */
export function looksBetweenSweeps(heartbeatTimeoutSeconds: number): number[] {
  if (!isKeptBetweenSweeps(heartbeatTimeoutSeconds)) return [];
  const intervalSeconds = heartbeatIntervalMs(heartbeatTimeoutSeconds) / 1_000;
  const horizonSeconds = (1.5 * SWEEP_PERIOD_MS) / 1_000;
  const delays: number[] = [];
  for (let delay = intervalSeconds; delay < horizonSeconds; delay += intervalSeconds) delays.push(delay);
  return delays;
}

/** Time to act before Auto Scaling ends the action by itself. */
export const MARGIN_BEFORE_GLOBAL_TIMEOUT_MS = 120_000;

/**
 * The latest that anything can be decided about an instance that a hook holds: a little before the hook's global limit,
 * which no heartbeat can move (EC2 Auto Scaling guide, "Considerations and limitations for lifecycle hooks").
 */
export function endOf(startedAtMs: number, hook: LifecycleHook | undefined): number | undefined {
  return hook && startedAtMs + hook.globalTimeoutSeconds * 1_000 - MARGIN_BEFORE_GLOBAL_TIMEOUT_MS;
}

/** When what a hook was waited for must be over: the operator's deadline, or before the hook ends by itself. */
export function deadlineOf(
  startedAtMs: number,
  deadlineMinutes: number,
  hookEndsAtMs: number = Number.POSITIVE_INFINITY,
): number {
  return Math.min(startedAtMs + deadlineMinutes * 60_000, hookEndsAtMs);
}
