import { isRead } from '../wire/reads.ts';
import type { Call } from './facts.ts';
import { clustersTouched, isFleetChange } from './fleet-change.ts';
import type { Invariant } from './invariant.ts';
import type { Ledger } from './ledger.ts';
import { type Terms, termsIn } from './terms.ts';

const MINUTE_MS = 60_000;

/**
 * An instance that is registered in several clusters may be changed for the sake of any of them; one in no cluster is
 * none's. Who cannot know yet whose an instance is may keep its hook alive, which only postpones what happens.
 */
export function scopeIsKept(terms: Terms): Invariant {
  /** The services that have not answered a read of an invocation. */
  const unread = new Map<string | undefined, Set<string>>();
  return {
    name: 'Nothing is changed in clusters that are not looked after, or that are only observed',
    observe(fact, ledger, check) {
      if (fact.kind === 'call' && fact.errorCode !== undefined && isRead(fact.operation)) {
        unread.set(fact.requestId, new Set(unread.get(fact.requestId)).add(fact.service));
      }
      if (!isFleetChange(fact)) return;
      const isPostponement = fact.operation === 'RecordLifecycleActionHeartbeat';
      const silent = unread.get(fact.requestId) ?? new Set<string>();
      const isForgotten = silent.has('dynamodb') && silent.size > 1;
      const isUnseen = silent.size > 0 && (isForgotten || !isGroupKnown(fact, ledger));
      if (isPostponement && (isUnseen || isNew(fact, ledger, terms))) return;
      const roles = clustersTouched(fact, ledger).map((name) => ({ name, ...roleIn(terms, name, fact.atMs) }));
      if (roles.length === 0) return;
      const told = roles.map(
        ({ name, role }) => `${name}, which Ebbtide ${role === 'observes' ? 'only observes' : role}`,
      );
      const isMeant = roles.some(({ role }) => role === 'acts' || role === 'may act');
      check(isMeant, `${fact.functionName} called ${fact.operation} in ${told.join(' and ')}`, [
        fact.operation,
        ...roles.map(({ name }) => name),
      ]);
    },
  };
}

type TimedCall = Call & { readonly atMs: number };

/** It was in no cluster when somebody last looked. */
function isNew(call: TimedCall, ledger: Ledger, { actsWithinMs = 0 }: Terms): boolean {
  return ledger
    .registrationsOf(ledger.heldInstance(call) ?? '')
    .every(({ registeredAtMs }) => call.atMs - registeredAtMs < actsWithinMs);
}

/** By a hook at which somebody has certainly looked by now, and within the hour that a group is remembered for. */
function isGroupKnown(call: TimedCall, ledger: Ledger): boolean {
  return ledger.actions.some(
    ({ group, startedAtMs }) =>
      group === call.input.AutoScalingGroupName &&
      call.atMs - startedAtMs > 5 * MINUTE_MS &&
      call.atMs - startedAtMs < 60 * MINUTE_MS,
  );
}

function roleIn(terms: Terms, cluster: string, atMs: number) {
  return { role: termsIn(terms, cluster, atMs).role ?? 'acts' };
}
