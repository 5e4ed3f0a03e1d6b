import type { Invariant } from './invariant.ts';
import { readRelease } from './release.ts';
import type { Terms } from './terms.ts';

interface Cut {
  readonly ec2InstanceId: string;
  readonly beganAtMs: number;
  readonly atMs: number;
}

/**
 * Who loses tasks at a deadline, or with a host that fell silent, has to hear of it: the work is to be done again. What
 * had gone down with its host before, as when somebody stopped it, is lost by no drain, though ECS may call it RUNNING.
 */
export function cutDrainsAreTold(terms: Terms): Invariant {
  const cuts: Cut[] = [];
  const told = new Map<string, number>();
  const endedBefore = new Set<string>();
  return {
    name: 'On-call is told of each instance that was let go with tasks on it',
    observe(fact, ledger, check) {
      if (fact.kind === 'alert' && fact.about === 'drain') {
        for (const id of fact.text.match(/\bi-[0-9a-f]{8,17}\b/g) ?? []) told.set(id, fact.atMs);
      }
      if (fact.kind === 'containers ended') endedBefore.add(fact.taskArn);
      const release = readRelease(fact, ledger, terms);
      if (release === undefined || release.tasks.every(({ arn }) => endedBefore.has(arn))) return;
      if (release.excuse !== 'deadline' && release.excuse !== 'lost contact') return;
      check(true, '', []);
      const { ec2InstanceId, startedAtMs } = release.action;
      cuts.push({ ec2InstanceId, beganAtMs: startedAtMs, atMs: fact.atMs });
    },
    conclude({ atMs: endMs }, ledger, check) {
      for (const { ec2InstanceId, beganAtMs, atMs } of cuts) {
        if (endMs - atMs < ledger.tellsWithinMs(terms, endMs)) continue;
        const isTold = (told.get(ec2InstanceId) ?? Number.NEGATIVE_INFINITY) >= beganAtMs;
        check(isTold, `nobody was told that ${ec2InstanceId} went with tasks on it`, [ec2InstanceId]);
      }
    },
  };
}
