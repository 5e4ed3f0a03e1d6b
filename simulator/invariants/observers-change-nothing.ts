import type { Invariant } from './invariant.ts';

/** Of the services that make up a fleet; Ebbtide's own record, queues and topic are its own to change. */
const FLEET_SERVICES: ReadonlySet<string> = new Set(['autoscaling', 'ec2', 'ecs', 'ssm']);
const READS = /^(Describe|List|Get)/;

/** For a world in which Ebbtide is only to observe. */
export function observersChangeNothing(): Invariant {
  return {
    name: 'Who only observes changes nothing in the fleet',
    observe(fact, _ledger, check) {
      if (fact.kind !== 'call' || fact.functionName === undefined || !FLEET_SERVICES.has(fact.service)) return;
      check(READS.test(fact.operation), `${fact.functionName} called ${fact.operation}`, [fact.operation]);
    },
  };
}
