import type { Fact } from './facts.ts';
import type { ActionRecord, Ledger, LiveTask } from './ledger.ts';
import { countsForNothing, earlyMs, type Terms, termsIn } from './terms.ts';

export interface Release {
  readonly action: ActionRecord;
  /**
   * Tasks on the instance at that instant that a drain waits for and that were not STOPPED. Those that an agent left in a
   * cluster which Ebbtide stays out of, when it moved into another one, are none of them.
   */
  readonly tasks: readonly LiveTask[];
  /**
   * Why it may go with tasks left on it; undefined when nothing allows that. `gone`: EC2 has terminated it. `new`: it was in
   * no cluster when somebody last looked.
   */
  readonly excuse: 'deadline' | 'lost contact' | 'gone' | 'new' | undefined;
}

/**
 * A function has completed the terminate hook of an instance; undefined for any other fact. One that is registered in
 * several clusters may go by the terms of any of them. Contact is lost with whichever registrations still have tasks.
 */
export function readRelease(fact: Fact, ledger: Ledger, terms: Terms): Release | undefined {
  if (fact.kind !== 'call' || fact.operation !== 'CompleteLifecycleAction') return undefined;
  if (fact.functionName === undefined || fact.errorCode !== undefined) return undefined;
  const action = ledger.actionOf(fact);
  if (action === undefined) return undefined;
  const registrations = ledger
    .registrationsOf(action.ec2InstanceId)
    .filter(({ cluster }) => !countsForNothing(termsIn(terms, cluster, fact.atMs)));
  const inForce = registrations.map(({ cluster }) => termsIn(terms, cluster, fact.atMs));
  const blocks = ({ group }: LiveTask) => inForce.every((one) => one.blocks?.(group) ?? true);
  const left = registrations.map((one) => ({ ...one, tasks: [...one.tasks.values()].filter(blocks) }));
  const lostContactMs = Math.min(...inForce.map((one) => one.lostContactMs));
  const asOfMs = { sinceMs: fact.atMs - (terms.actsWithinMs ?? 0), nowMs: fact.atMs };
  const silent = left.filter(({ absences }) => absences.lasted(lostContactMs, asOfMs));
  const isLost = silent.length > 0 && left.every((one) => one.tasks.length === 0 || silent.includes(one));
  const isGone = ledger.ec2State(action.ec2InstanceId) === 'terminated';
  const isNew =
    registrations.length > 0 && registrations.every(({ registeredAtMs }) => registeredAtMs > asOfMs.sinceMs);
  const heldForMs = fact.atMs - action.startedAtMs + earlyMs(terms);
  const isDue = inForce.some(({ drainDeadlineMs }) => heldForMs >= drainDeadlineMs);
  return {
    action,
    tasks: left.flatMap(({ tasks }) => tasks),
    excuse: isGone ? 'gone' : isDue ? 'deadline' : isLost ? 'lost contact' : isNew ? 'new' : undefined,
  };
}
