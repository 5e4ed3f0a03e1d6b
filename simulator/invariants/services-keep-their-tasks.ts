import type { Invariant } from './invariant.ts';
import { type Terms, termsIn } from './terms.ts';

/**
 * A service's tasks are ECS's to stop, within its percentages: who stops one behind its back takes the service below its
 * minimum. What nobody waits for, and where configured standalone tasks, are stopped on instances that leave.
 */
export function servicesKeepTheirTasks(terms: Terms): Invariant {
  /** By ARN: the group, and where it runs. */
  const tasks = new Map<string, { readonly group: string; readonly containerInstanceArn: string }>();
  return {
    name: 'Only tasks that nobody waits for, and standalone ones where configured, are stopped, and only on instances that leave',
    observe(fact, ledger, check) {
      if (fact.kind === 'task') tasks.set(fact.taskArn, fact);
      if (fact.kind !== 'call' || fact.operation !== 'StopTask' || fact.functionName === undefined) return;
      const arn = String(fact.input.task);
      const task = tasks.get(arn);
      const registration = ledger.registrations.get(task?.containerInstanceArn ?? '');
      if (task === undefined || registration === undefined) {
        check(false, `${arn} was told to stop, and nobody knows it`, [arn]);
        return;
      }
      const { ec2InstanceId, cluster } = registration;
      const { blocks, stopsStandalone = false, actsWithinMs = 0 } = termsIn(terms, cluster, fact.atMs);
      const isFree = !(blocks?.(task.group) ?? true) || (stopsStandalone && !task.group.startsWith('service:'));
      check(isFree, `${task.group} on ${ec2InstanceId} was told to stop`, [arn]);
      const held = ledger.actionsHolding(ec2InstanceId, { sinceMs: fact.atMs - actsWithinMs });
      check(
        held.length > 0 || ledger.announcements.mayHold(ec2InstanceId, terms, fact.atMs),
        `${arn} was told to stop on ${ec2InstanceId}, which stays`,
        [arn, ec2InstanceId],
      );
    },
  };
}
