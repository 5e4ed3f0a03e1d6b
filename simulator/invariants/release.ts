import type { Fact } from './facts.ts';
import type { ActionRecord, Ledger, LiveTask } from './ledger.ts';
import type { Terms } from './terms.ts';

export interface Release {
  readonly action: ActionRecord;
  /** Tasks on the instance at that instant that a drain waits for and that were not STOPPED. */
  readonly tasks: readonly LiveTask[];
  /** Why it may go with tasks left on it; undefined when nothing allows that. */
  readonly excuse: 'deadline' | 'lost contact' | undefined;
}

/** A function has completed the terminate hook of an instance; undefined for any other fact. */
export function readRelease(fact: Fact, ledger: Ledger, terms: Terms): Release | undefined {
  if (fact.kind !== 'call' || fact.operation !== 'CompleteLifecycleAction') return undefined;
  if (fact.functionName === undefined || fact.errorCode !== undefined) return undefined;
  const action = ledger.actionOf(fact);
  if (action === undefined) return undefined;
  const registrations = ledger.registrationsOf(action.ec2InstanceId);
  const isLost = registrations.some(
    ({ connected, sinceMs }) => !connected && fact.atMs - sinceMs >= terms.lostContactMs,
  );
  const isGone = ledger.ec2State(action.ec2InstanceId) === 'terminated';
  const isDue = fact.atMs - action.startedAtMs >= terms.drainDeadlineMs;
  return {
    action,
    tasks: registrations.flatMap(({ tasks }) =>
      [...tasks.values()].filter(({ group }) => terms.blocks?.(group) ?? true),
    ),
    excuse: isDue ? 'deadline' : isLost || isGone ? 'lost contact' : undefined,
  };
}
