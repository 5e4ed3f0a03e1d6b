import type { Invariant } from './invariant.ts';
import { readRelease } from './release.ts';
import type { Terms } from './terms.ts';

/** Asks the host instead of ECS: ECS may have forgotten a task whose containers still run. */
export function containersEndByThemselves(terms: Terms): Invariant {
  const drained = new Set<string>();
  const groups = new Map<string, string>();
  return {
    name: 'No container is cut off by the termination of an instance that was drained',
    observe(fact, ledger, check) {
      if (fact.kind === 'task') groups.set(fact.taskArn, fact.group);
      // One that lives on after its hook takes tasks again.
      if (fact.kind === 'registration' && (fact.change === 'active again' || fact.change === 'registered')) {
        drained.delete(fact.ec2InstanceId);
      }
      const release = readRelease(fact, ledger, terms);
      if (release !== undefined && release.excuse === undefined) drained.add(release.action.ec2InstanceId);
      if (fact.kind !== 'containers ended' || terms.blocks?.(groups.get(fact.taskArn) ?? '') === false) return;
      check(
        fact.end !== 'host-gone' || !drained.has(fact.ec2InstanceId),
        `${fact.taskArn} was still running when ${fact.ec2InstanceId} went down`,
        [fact.taskArn, fact.ec2InstanceId],
      );
    },
  };
}
