import type { Fact } from './facts.ts';
import type { Invariant } from './invariant.ts';
import type { ActionRecord, Ledger } from './ledger.ts';
import { readRelease } from './release.ts';
import { countsForNothing, type Terms, termsIn } from './terms.ts';

/** Asks the host instead of ECS: ECS may have forgotten a task whose containers still run. */
export function containersEndByThemselves(terms: Terms): Invariant {
  /** When an instance was let go as drained, in epoch milliseconds. */
  const drainedMs = new Map<string, number>();
  /** When somebody last set an instance ACTIVE again, in epoch milliseconds. */
  const openedMs = new Map<string, number>();
  const groups = new Map<string, string>();
  const orphans = new Set<string>();
  const orphanedBy = orphanedSoFar();
  return {
    name: 'No container is cut off by the termination of an instance that was drained',
    observe(fact, ledger, check) {
      for (const task of orphanedBy(fact, ledger)) orphans.add(task);
      if (fact.kind === 'task') groups.set(fact.taskArn, fact.group);
      // One that lives on after its hook takes tasks again.
      if (fact.kind === 'registration' && (fact.change === 'active again' || fact.change === 'registered')) {
        drainedMs.delete(fact.ec2InstanceId);
        if (fact.change === 'active again') openedMs.set(fact.ec2InstanceId, fact.atMs);
      }
      const release = readRelease(fact, ledger, terms);
      if (release !== undefined && release.excuse === undefined && !wasOpened(release.action, fact.atMs)) {
        drainedMs.set(release.action.ec2InstanceId, fact.atMs);
      }
      if (fact.kind !== 'containers ended' || orphans.has(fact.taskArn)) return;
      if (terms.blocks?.(groups.get(fact.taskArn) ?? '') === false) return;
      const letGoMs = drainedMs.get(fact.ec2InstanceId);
      if (countsForNothing(termsIn(terms, fact.taskArn, letGoMs ?? fact.atMs))) return;
      check(
        fact.end !== 'host-gone' || letGoMs === undefined,
        `${fact.taskArn} was still running when ${fact.ec2InstanceId} went down`,
        [fact.taskArn, fact.ec2InstanceId],
      );
    },
  };

  /** Between the last look and the release: ECS may place tasks on it until somebody sees that, or it is gone. */
  function wasOpened({ ec2InstanceId }: ActionRecord, atMs: number): boolean {
    return atMs - (openedMs.get(ec2InstanceId) ?? Number.NEGATIVE_INFINITY) < (terms.actsWithinMs ?? 0);
  }
}

/**
 * ECS forgets the tasks of a registration that is removed, and no later drain can know that their containers run on. One
 * that is removed while a hook holds the instance is another matter: that drain knew them, and they are orphans only if
 * somebody else removed it, by whose word ECS calls them STOPPED. Who it was, the call tells, after its effect.
 */
function orphanedSoFar(): (fact: Fact, ledger: Ledger) => Iterable<string> {
  const removed = new Map<string, readonly string[]>();
  return (fact, ledger) => {
    if (fact.kind === 'call' && fact.operation === 'DeregisterContainerInstance' && fact.functionName === undefined) {
      return removed.get(String(fact.input.containerInstance)) ?? [];
    }
    if (fact.kind !== 'registration' || fact.change !== 'deregistered') return [];
    const isHeld = ledger.actions.some(({ ec2InstanceId, end }) => ec2InstanceId === fact.ec2InstanceId && !end);
    const tasks = [...(ledger.registrations.get(fact.containerInstanceArn)?.tasks.keys() ?? [])];
    removed.set(fact.containerInstanceArn, tasks);
    return isHeld ? [] : tasks;
  };
}
