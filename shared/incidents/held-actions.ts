import { isAnotherWait } from '../domain/lifecycle.ts';
import type { LifecycleAction, LifecycleHook } from '../domain/model.ts';
import type { HeldAction } from './common.ts';

/** What Auto Scaling takes for a hook that says nothing else (API Reference, PutLifecycleHook). */
const HEARTBEAT_TIMEOUT_MIN_SECONDS = 30;

/** @param hook undefined when it has just been deleted: the action goes on all the same */
export function toHeldAction(action: LifecycleAction, hook: LifecycleHook | undefined): HeldAction {
  return {
    ...action,
    // Found by the sweep, it may have been waiting for long: its first heartbeat is due at once.
    heartbeatAtMs: action.token === undefined ? 0 : action.startedAtMs,
    // A hook that could not be read might have the shortest timeout there is.
    heartbeatTimeoutSeconds: hook?.heartbeatTimeoutSeconds ?? HEARTBEAT_TIMEOUT_MIN_SECONDS,
  };
}

/**
 * The sweep finds an action without its token, the event brings it later; a second hook of ours may hold it too.
 *
 * @returns `held` itself when there is nothing new
 */
export function joinActions(held: readonly HeldAction[], actions: readonly HeldAction[]): readonly HeldAction[] {
  const known = new Map(held.map((action) => [action.hookName, action]));
  const news = actions.filter(({ hookName, token, startedAtMs }) => {
    const earlier = known.get(hookName);
    if (earlier === undefined || token === undefined) return earlier === undefined;
    return earlier.token === undefined || isAnotherWait(earlier, { token, startedAtMs });
  });
  if (news.length === 0) return held;
  for (const action of news) known.set(action.hookName, action);
  return [...known.values()];
}
