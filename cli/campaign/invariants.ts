import { everyInvariant } from '../../simulator/invariants/every-invariant.ts';
import { functionsSucceed } from '../../simulator/invariants/functions-succeed.ts';
import { hooksAreCompleted } from '../../simulator/invariants/hooks-are-completed.ts';
import type { Invariant } from '../../simulator/invariants/invariant.ts';
import { nothingIsLeftBehind } from '../../simulator/invariants/nothing-is-left-behind.ts';
import { SECRETS } from './fleet-plan.ts';
import type { Plan } from './plan.ts';
import { type ChangedMs, termsOf } from './terms.ts';

/**
 * What must hold although things break. A function may fail then, and a message may end in a dead-letter queue with its
 * reason: that is what both are for. That nothing is left waiting is asked after healing (`findPending`).
 */
export function invariantsFor(plan: Plan, changedMs?: ChangedMs): Invariant[] {
  const terms = termsOf(plan, changedMs);
  // A hook that has just begun when the world ends is not late: `findPending` knows.
  const { conclude: _, ...hooksInTime } = hooksAreCompleted(terms);
  const left = new Set([functionsSucceed(), nothingIsLeftBehind(), hooksInTime].map(({ name }) => name));
  return [...everyInvariant(terms, SECRETS).filter(({ name }) => !left.has(name)), hooksInTime];
}
