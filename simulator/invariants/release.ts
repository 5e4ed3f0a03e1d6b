import type { Fact } from './facts.ts';
import type { ActionRecord, Ledger, LiveTask } from './ledger.ts';
import { earlyMs, type Terms, termsIn } from './terms.ts';

export interface Release {
  readonly action: ActionRecord;
  /**
   * Tasks on the instance at that instant that a drain waits for and that were not STOPPED. Those that an agent left in a
   * cluster which Ebbtide stays out of, when it moved into another one, are none of them.
   */
  readonly tasks: readonly LiveTask[];
  /** Why it may go with tasks left on it; undefined when nothing allows that. `gone`: EC2 has terminated it. */
  readonly excuse: 'deadline' | 'lost contact' | 'gone' | undefined;
}

/** A function has completed the terminate hook of an instance; undefined for any other fact. */
export function readRelease(fact: Fact, ledger: Ledger, terms: Terms): Release | undefined {
  if (fact.kind !== 'call' || fact.operation !== 'CompleteLifecycleAction') return undefined;
  if (fact.functionName === undefined || fact.errorCode !== undefined) return undefined;
  const action = ledger.actionOf(fact);
  if (action === undefined) return undefined;
  const registrations = ledger
    .registrationsOf(action.ec2InstanceId)
    .filter(({ cluster }) => termsIn(terms, cluster, fact.atMs).role !== 'stays out');
  const inForce = registrations.map(({ cluster }) => termsIn(terms, cluster, fact.atMs));
  const isLost = registrations.some(
    ({ connected, sinceMs, cluster }) =>
      !connected && fact.atMs - sinceMs >= termsIn(terms, cluster, fact.atMs).lostContactMs,
  );
  const isGone = ledger.ec2State(action.ec2InstanceId) === 'terminated';
  const heldForMs = fact.atMs - action.startedAtMs + earlyMs(terms);
  const isDue = inForce.some(({ drainDeadlineMs }) => heldForMs >= drainDeadlineMs);
  return {
    action,
    tasks: registrations.flatMap(({ tasks }) =>
      [...tasks.values()].filter(({ group }) => inForce.every(({ blocks }) => blocks?.(group) ?? true)),
    ),
    excuse: isGone ? 'gone' : isDue ? 'deadline' : isLost ? 'lost contact' : undefined,
  };
}
