import { instancesNamedIn, isDisconnectionOpened } from './disconnections.ts';
import type { Invariant } from './invariant.ts';

/** Where the host is stopped or gone, a silent agent is as it ought to be. */
export function stoppedInstancesWakeNobody(): Invariant {
  return {
    name: 'No alert about the agent of an instance that EC2 has stopped or terminated',
    observe(fact, ledger, check) {
      if (!isDisconnectionOpened(fact)) return;
      for (const id of instancesNamedIn(fact.text)) {
        const state = ledger.ec2State(id);
        // An external instance has no state in EC2.
        check(state === 'running' || state === undefined, `an alert was sent about ${id}, which is ${state}`, [id]);
      }
    },
  };
}
