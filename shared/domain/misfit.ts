import { MARGIN_BEFORE_GLOBAL_TIMEOUT_MS } from './lifecycle.ts';
import type { LifecycleHook } from './model.ts';

/** How many heartbeat timeouts a hook lives at most, and how long at the longest (API Reference, PutLifecycleHook). */
const HEARTBEATS_MAX = 100;
const GLOBAL_TIMEOUT_MAX_SECONDS = 172_800;

/** A deadline that a hook does not live to see. */
export interface Misfit {
  /** When the wait really ends, from the start of the action. */
  readonly endsAfterMinutes: number;
  /** What would do; undefined when no heartbeat timeout would, and only a shorter deadline. */
  readonly heartbeatTimeoutSecondsMin: number | undefined;
}

/**
 * Whether a hook's global limit, which follows from its heartbeat timeout and which no heartbeat moves, leaves room for a
 * deadline and for completing the hook before the limit.
 */
export function findMisfit(
  { globalTimeoutSeconds }: Pick<LifecycleHook, 'globalTimeoutSeconds'>,
  deadlineMinutes: number,
): Misfit | undefined {
  const marginSeconds = MARGIN_BEFORE_GLOBAL_TIMEOUT_MS / 1_000;
  const neededSeconds = deadlineMinutes * 60 + marginSeconds;
  if (neededSeconds <= globalTimeoutSeconds) return undefined;
  return {
    endsAfterMinutes: Math.floor((globalTimeoutSeconds - marginSeconds) / 60),
    heartbeatTimeoutSecondsMin:
      neededSeconds <= GLOBAL_TIMEOUT_MAX_SECONDS ? Math.ceil(neededSeconds / HEARTBEATS_MAX) : undefined,
  };
}
