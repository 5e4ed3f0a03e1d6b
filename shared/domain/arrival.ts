/**
 * What a lifecycle action means that holds an instance on its way out: whether to drain for it, and whether it is the one
 * that is drained for already. Pure; `shared/reviews/arrivals.ts` observes and acts.
 */
import type { DrainIncident, Registration } from '../incidents/incident.ts';
import { type Destination, destinationOf, isAnotherWait, isKnownWait } from './lifecycle.ts';
import type { AutoScalingInstance, LifecycleAction } from './model.ts';

/** A lifecycle action that somebody reported, against what is known and what Auto Scaling says now. */
export interface Arrival {
  /** Undefined: Auto Scaling does not know the instance (any more). */
  readonly autoScalingInstance: AutoScalingInstance | undefined;
  /** In clusters that Ebbtide looks after. */
  readonly registrations: readonly Registration[];
  /** Registered in clusters that Ebbtide must leave alone. */
  readonly registeredElsewhere: boolean;
  /** When an earlier look saw it in no cluster; undefined when this is the first. */
  readonly missingSinceMs?: number | undefined;
}

/**
 * ECS is eventually consistent (API Reference, RunTask): an instance that registered a moment ago may not be listed yet,
 * and one that is let go takes its tasks with it. Shorter than any timeout of a hook: one heartbeat lasts until then.
 */
export const LOOK_AGAIN_SECONDS = 20;

export type ArrivalDecision =
  | { readonly kind: 'ignore'; readonly reason: string }
  | { readonly kind: 'look again'; readonly reason: 'not registered' }
  | { readonly kind: 'release'; readonly reason: 'not registered' }
  | { readonly kind: 'drain'; readonly destination: Destination };

export function decideArrival(
  { autoScalingInstance, registrations, registeredElsewhere, missingSinceMs }: Arrival,
  nowMs: number,
): ArrivalDecision {
  const destination = autoScalingInstance && destinationOf(autoScalingInstance.lifecycleState);
  if (destination === undefined) {
    return { kind: 'ignore', reason: `no hook holds it: ${autoScalingInstance?.lifecycleState ?? 'not in a group'}` };
  }
  if (registrations.length > 0) return { kind: 'drain', destination };
  // Releasing it would stop tasks in a cluster that is none of our business.
  if (registeredElsewhere) return { kind: 'ignore', reason: 'registered in a cluster that is not looked after' };
  const isSure = missingSinceMs !== undefined && nowMs - missingSinceMs >= LOOK_AGAIN_SECONDS * 1_000;
  return { kind: isSure ? 'release' : 'look again', reason: 'not registered' };
}

export type ReturnDecision =
  | { readonly kind: 'join' }
  /** A drain that is not over by its record is: what it waited for has given way to this. */
  | { readonly kind: 'begin' }
  /** Released before; only Auto Scaling knows whether the same hook holds the instance anew, or another one does still. */
  | { readonly kind: 'ask' }
  | { readonly kind: 'ignore'; readonly reason: string };

/** What a lifecycle action means for an instance that has been drained before, or is being drained. */
export function decideReturn(
  earlier: DrainIncident | undefined,
  action: LifecycleAction,
  destination: Destination,
): ReturnDecision {
  if (earlier === undefined) return { kind: 'begin' };
  if (earlier.phase === 'draining') return decideDuringDrain(earlier, action, destination);
  // The sweep finds an action without its token: an instance that has been in service since is held for a new one.
  const isBackSince = earlier.outcome === 'back in service';
  const isKnown = earlier.actions.some((held) =>
    action.token === undefined ? held.hookName === action.hookName && !isBackSince : isKnownWait(held, action),
  );
  // While other hooks hold it, the instance stays in the same state after ours is completed.
  if (!isKnown || earlier.destination !== destination) return { kind: 'begin' };
  return action.token === undefined ? { kind: 'ask' } : { kind: 'ignore', reason: 'released before' };
}

/**
 * An action may be another one than the drain is for, although nobody has seen that one end: EC2 terminated an instance
 * while its root volume was being replaced, and the group begins to terminate it. Its hook brings its own deadline.
 */
function decideDuringDrain(earlier: DrainIncident, action: LifecycleAction, destination: Destination): ReturnDecision {
  if (earlier.actions.length === 0) return { kind: 'join' };
  const held = earlier.actions.find(({ hookName }) => hookName === action.hookName);
  if (earlier.destination !== destination) {
    const isLate = held !== undefined && action.startedAtMs <= held.startedAtMs;
    return isLate ? { kind: 'ignore', reason: 'of a wait that is over' } : { kind: 'begin' };
  }
  return held !== undefined && isAnotherWait(held, action) ? { kind: 'begin' } : { kind: 'join' };
}
