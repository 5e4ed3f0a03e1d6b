import type { Invariant } from './invariant.ts';
import type { Terms } from './terms.ts';

/** An instance that nobody takes away has no reason to lose its tasks. */
export function onlyHeldInstancesDrain(terms: Terms): Invariant {
  return {
    name: 'Only instances that a terminate hook holds are set to DRAINING',
    observe(fact, ledger, check) {
      if (fact.kind !== 'call' || fact.operation !== 'UpdateContainerInstancesState') return;
      if (fact.functionName === undefined || fact.errorCode !== undefined || fact.input.status !== 'DRAINING') return;
      for (const arn of fact.input.containerInstances as readonly string[]) {
        const id = ledger.registrations.get(arn)?.ec2InstanceId;
        const isHeld = ledger.actions.some(
          ({ hook, ec2InstanceId, end }) => ec2InstanceId === id && terms.ownsHook(hook) && end === undefined,
        );
        check(isHeld, `${fact.functionName} drained ${id ?? arn}, which no hook of its own holds`, [arn, id ?? arn]);
      }
    },
  };
}
