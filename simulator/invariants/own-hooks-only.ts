import type { Invariant } from './invariant.ts';
import type { Terms } from './terms.ts';

const HOOK_OPERATIONS: ReadonlySet<string> = new Set(['CompleteLifecycleAction', 'RecordLifecycleActionHeartbeat']);

/** A hook of somebody else waits for something that only they know of: ECS's managed draining, a backup. */
export function ownHooksOnly(terms: Terms): Invariant {
  return {
    name: 'Only hooks that Ebbtide owns are completed or kept alive by it',
    observe(fact, _ledger, check) {
      if (fact.kind !== 'call' || fact.functionName === undefined || !HOOK_OPERATIONS.has(fact.operation)) return;
      const hook = String(fact.input.LifecycleHookName);
      check(terms.ownsHook(hook), `${fact.functionName} called ${fact.operation} for ${hook}`, [hook]);
    },
  };
}
