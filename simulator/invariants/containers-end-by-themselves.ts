import type { Invariant } from './invariant.ts';
import { readRelease } from './release.ts';
import type { Terms } from './terms.ts';

/** Asks the host instead of ECS: ECS may have forgotten a task whose containers still run. */
export function containersEndByThemselves(terms: Terms): Invariant {
  const drained = new Set<string>();
  return {
    name: 'No container is cut off by the termination of an instance that was drained',
    observe(fact, ledger, check) {
      const release = readRelease(fact, ledger, terms);
      if (release !== undefined && release.excuse === undefined) drained.add(release.action.ec2InstanceId);
      if (fact.kind !== 'containers ended') return;
      check(
        fact.end !== 'host-gone' || !drained.has(fact.ec2InstanceId),
        `${fact.taskArn} was still running when ${fact.ec2InstanceId} went down`,
        [fact.taskArn, fact.ec2InstanceId],
      );
    },
  };
}
