import type { Invariant } from './invariant.ts';
import type { ActionRecord, Ledger } from './ledger.ts';
import { type Terms, termsIn } from './terms.ts';

/** How long tasks that do not block have to stop, once nothing else is left (docs/behaviour.md, Draining). */
const NON_BLOCKING_MS = 120_000;
/** Two sweeps, and what a function takes. */
const SEEN_WITHIN_MS = 150_000;

/** A hook that is held longer than its tasks need it costs money, and holds up whatever waits for the scale-in. */
export function nothingIsHeldForNothing(terms: Terms): Invariant {
  /** By token: since when nothing that blocks is left. */
  const unblocked = new Map<string, number>();
  return {
    name: 'A hook is completed soon after the last task that blocks has stopped',
    observe(fact, ledger, check) {
      if (fact.kind === 'action ended') {
        const action = ledger.actions.findLast(
          ({ hook, ec2InstanceId }) => hook === fact.hook && ec2InstanceId === fact.ec2InstanceId,
        );
        const sinceMs = action && unblocked.get(action.token);
        if (action === undefined || sinceMs === undefined) return;
        unblocked.delete(action.token);
        if (fact.by === 'caller') judge(action, { sinceMs, atMs: fact.atMs }, check);
      }
      if (fact.kind !== 'task' && fact.kind !== 'registration' && fact.kind !== 'terminate action') return;
      for (const action of ledger.actions) {
        if (action.end !== undefined || !terms.ownsHook(action.hook)) continue;
        if (!isUnblocked(action, ledger, fact.atMs)) unblocked.delete(action.token);
        else if (!unblocked.has(action.token)) unblocked.set(action.token, fact.atMs);
      }
    },
  };

  function judge(
    { hook, ec2InstanceId }: ActionRecord,
    { sinceMs, atMs }: { readonly sinceMs: number; readonly atMs: number },
    check: (holds: boolean, what: string, about: readonly string[]) => void,
  ): void {
    const allowedMs = NON_BLOCKING_MS + Math.max(SEEN_WITHIN_MS, terms.tellsWithinMs ?? 0);
    const heldMin = Math.round((atMs - sinceMs) / 60_000);
    const what = `${hook} of ${ec2InstanceId} was held for ${heldMin} min with nothing left that blocks`;
    check(atMs - sinceMs <= allowedMs, what, [ec2InstanceId]);
  }

  /** Certainly: every registration is connected and drains, in clusters that are looked after, and none has such a task. */
  function isUnblocked({ ec2InstanceId }: ActionRecord, ledger: Ledger, atMs: number): boolean {
    const registrations = ledger.registrationsOf(ec2InstanceId).filter(({ status }) => status !== 'INACTIVE');
    return (
      registrations.length > 0 &&
      registrations.every(({ connected, status, cluster, tasks }) => {
        const { role = 'acts', blocks, mayBlock = blocks } = termsIn(terms, cluster, atMs);
        const isFree = [...tasks.values()].every(({ group }) => mayBlock?.(group) === false);
        return role === 'acts' && connected && status === 'DRAINING' && isFree;
      })
    );
  }
}
