import { instancesNamedIn, isDisconnectionOpened } from './disconnections.ts';
import type { Invariant } from './invariant.ts';
import type { Terms } from './terms.ts';

/** Where the host is stopped or gone, a silent agent is as it ought to be. */
export function stoppedInstancesWakeNobody(terms: Terms): Invariant {
  const downSinceMs = new Map<string, number>();
  return {
    name: 'No alert about the agent of an instance that EC2 has stopped or terminated',
    observe(fact, ledger, check) {
      if (fact.kind === 'ec2 instance') {
        if (fact.state === 'running') downSinceMs.delete(fact.ec2InstanceId);
        else if (!downSinceMs.has(fact.ec2InstanceId)) downSinceMs.set(fact.ec2InstanceId, fact.atMs);
      }
      if (!isDisconnectionOpened(fact)) return;
      for (const id of instancesNamedIn(fact.text)) {
        // An external instance has no state in EC2, and is never down.
        const sinceMs = downSinceMs.get(id) ?? Number.POSITIVE_INFINITY;
        const isKnown = fact.atMs - sinceMs > ledger.tellsWithinMs(terms, fact.atMs);
        check(!isKnown, `an alert was sent about ${id}, which is ${ledger.ec2State(id)}`, [id]);
      }
    },
  };
}
