import type { Invariant } from './invariant.ts';
import type { Terms } from './terms.ts';

/** An instance that stays has no reason to lose its tasks. */
export function onlyLeavingInstancesDrain(terms: Terms): Invariant {
  return {
    name: 'Only instances that a terminate hook holds, or that AWS has announced it takes, are set to DRAINING',
    observe(fact, ledger, check) {
      if (fact.kind !== 'call' || fact.operation !== 'UpdateContainerInstancesState') return;
      if (fact.functionName === undefined || fact.errorCode !== undefined || fact.input.status !== 'DRAINING') return;
      for (const arn of fact.input.containerInstances as readonly string[]) {
        const id = ledger.registrations.get(arn)?.ec2InstanceId ?? arn;
        const isHeld = ledger.actions.some(
          ({ hook, ec2InstanceId, end }) =>
            ec2InstanceId === id &&
            terms.ownsHook(hook) &&
            (end === undefined || fact.atMs - end.atMs < (terms.actsWithinMs ?? 0)),
        );
        check(
          isHeld || ledger.announcements.mayHold(id, terms, fact.atMs),
          `${fact.functionName} drained ${id}, which stays`,
          [arn, id],
        );
      }
    },
  };
}
