import type { Invariant } from './invariant.ts';
import { readRelease } from './release.ts';
import type { Terms } from './terms.ts';

/** The one rule that everything else is for. ECS's task counts do not tell: they leave out tasks that still shut down. */
export function releasedWhenStopped(terms: Terms): Invariant {
  return {
    name: 'A hook is completed only when every task on the instance is STOPPED, its deadline has passed or contact is lost',
    observe(fact, ledger, check) {
      const release = readRelease(fact, ledger, terms);
      if (release === undefined) return;
      const { action, tasks, excuse } = release;
      const left = tasks.map(({ group, lastStatus }) => `${group} ${lastStatus}`).join(', ');
      check(tasks.length === 0 || excuse !== undefined, `${action.ec2InstanceId} was let go with ${left}`, [
        action.ec2InstanceId,
        ...tasks.map(({ arn }) => arn),
      ]);
    },
  };
}
