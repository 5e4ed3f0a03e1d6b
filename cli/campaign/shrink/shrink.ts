import type { FaultKind } from '../fault-mix.ts';
import type { Plan } from '../plan.ts';
import { Attempts, type Found, type Progress, type Search } from './attempts.ts';
import { FLEET_LEVELS, partsOf, withFewer, withoutParts } from './fleet-parts.ts';

export interface Shrunk extends Progress {
  /** Nothing single can be left out of the plan; otherwise the limits came first. */
  readonly isMinimal: boolean;
}

const MINUTE_MS = 60_000;

/**
 * Searches for a smaller plan that still fails in the same way: less of what happens, of what breaks, of the fleet, and
 * defaults in place of drawn settings. Goes through all of it again until nothing more can go.
 */
export async function shrink(found: Found, search: Search): Promise<Shrunk> {
  const attempt = new Attempts(found, search);
  let before: Plan;
  do {
    before = attempt.plan;
    for (const reduce of REDUCTIONS) await reduce(attempt);
  } while (!attempt.isSpent() && attempt.plan !== before);
  return { ...attempt.progress(), isMinimal: !attempt.isSpent() };
}

type Reduction = (attempt: Attempts) => Promise<unknown>;

/** What saves the most time in the worlds that are tried afterwards comes first. */
const REDUCTIONS: readonly Reduction[] = [
  endEarlier,
  async (attempt) => attempt.keepFirst([withoutFaults(attempt.plan)]),
  leaveOutPushes,
  endEarlier,
  leaveOutFaults,
  leaveOutSettings,
  leaveOutFleet,
  makeFleetSmaller,
  leaveOutStrikes,
];

/** Nothing that happens after an invariant was broken had a part in it. */
async function endEarlier(attempt: Attempts): Promise<void> {
  const { plan, outcome } = attempt;
  const brokenAt = outcome?.broken.map(({ at }) => Date.parse(at) - outcome.troubleMs) ?? [];
  const lastPushMs = plan.pushes.at(-1)?.atMs ?? 0;
  const ends = [...brokenAt, lastPushMs]
    .map((atMs) => Math.max(1, Math.ceil(atMs / MINUTE_MS) + 1))
    .sort((a, b) => a - b)
    .filter((minutes) => minutes < plan.troubleMinutes);
  const plans = ends.map((troubleMinutes) => {
    const pushes = plan.pushes.filter(({ atMs }) => atMs < troubleMinutes * MINUTE_MS);
    return { ...plan, troubleMinutes, pushes };
  });
  await attempt.keepFirst(plans);
}

function withoutFaults(plan: Plan): Plan {
  return { ...plan, faults: { rates: {} } };
}

async function leaveOutPushes(attempt: Attempts): Promise<void> {
  await attempt.keepLess(attempt.plan.pushes, (pushes, plan) => ({ ...plan, pushes }));
}

/** Whole kinds of faults. */
async function leaveOutFaults(attempt: Attempts): Promise<void> {
  const { only, rates } = attempt.plan.faults;
  if (only !== undefined) return;
  const kinds = (Object.keys(rates) as FaultKind[]).filter((kind) => (rates[kind] ?? 0) > 0);
  for (const kind of kinds) {
    const { plan } = attempt;
    await attempt.keepFirst([{ ...plan, faults: { rates: { ...plan.faults.rates, [kind]: 0 } } }]);
  }
}

/** From shares of calls to the strikes that came of them, and then to those that matter. */
async function leaveOutStrikes(attempt: Attempts): Promise<void> {
  const struck = attempt.plan.faults.only ?? attempt.outcome?.strikes.map(({ name }) => name) ?? [];
  if (struck.length === 0) return;
  const having = (only: readonly string[], plan: Plan): Plan => ({ ...plan, faults: { rates: {}, only } });
  if (attempt.plan.faults.only === undefined && (await attempt.keepFirst([having(struck, attempt.plan)])) === undefined)
    return;
  await attempt.keepLess(struck, having);
}

async function leaveOutFleet(attempt: Attempts): Promise<void> {
  for (const level of FLEET_LEVELS) {
    const parts = partsOf(attempt.plan.clusters, level);
    await attempt.keepLess(parts, (kept, plan) => {
      const left = new Set(parts.filter((part) => !kept.includes(part)));
      return { ...plan, clusters: withoutParts(plan.clusters, left) };
    });
  }
}

async function makeFleetSmaller(attempt: Attempts): Promise<void> {
  const fewer = () => withFewer(attempt.plan.clusters).map((clusters) => ({ ...attempt.plan, clusters }));
  while (!attempt.isSpent() && (await attempt.keepFirst(fewer())) !== undefined);
}

/** Settings and switches of what AWS does not document: each that is left out has its default. */
async function leaveOutSettings(attempt: Attempts): Promise<void> {
  for (const part of ['settings', 'redeployed', 'undocumented'] as const) {
    const entries = Object.entries(attempt.plan[part] ?? {});
    await attempt.keepLess(entries, (kept, plan) => ({ ...plan, [part]: Object.fromEntries(kept) }));
  }
}
