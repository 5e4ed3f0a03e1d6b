import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Crew, createCrew, playAll } from '../../../cli/campaign/crew.ts';
import { failureOf } from '../../../cli/campaign/failure.ts';
import { drawPlan, type Plan } from '../../../cli/campaign/plan.ts';
import { readPlan } from '../../../cli/campaign/plan-file.ts';
import { tellAnswer } from '../../../cli/campaign/tell/answer-text.ts';
import { termsOf } from '../../../cli/campaign/terms.ts';
import { packageOnce } from '../../packaged.ts';
import { firstSeedOfCommit, hashOfProduct } from './commit.ts';
import { PAST_FAILURES, planFileOf } from './past-failures.ts';

/** How many worlds each commit gets: as many as two cores play in some minutes. */
const SEEDS = 200;

/** A limit against a hang, far beyond what a busy machine needs. */
const TIMEOUT_MS = 1_800_000;

let crew: Crew;

beforeAll(async () => {
  const { templateFile: templatePath } = await packageOnce();
  crew = createCrew({ templatePath, artifactsDirectory: path.dirname(templatePath) }, 2);
}, TIMEOUT_MS);

afterAll(() => crew.close());

/** What is told of each world that failed. */
async function failuresAmong(plans: Iterable<Plan>): Promise<string[]> {
  const failures: string[] = [];
  await playAll(crew, {
    plans,
    signal: new AbortController().signal,
    onAnswer(plan, answer) {
      if (failureOf(answer) !== undefined) failures.push(tellAnswer(plan, answer).join('\n'));
    },
  });
  return failures;
}

describe('worlds in which things break keep every invariant, and come to rest once they are healed', () => {
  test.for(PAST_FAILURES)('that in which $whatFailed', { timeout: TIMEOUT_MS }, async (past) => {
    expect(await failuresAmong([readPlan(planFileOf(past))])).toEqual([]);
  });

  const from = firstSeedOfCommit(SEEDS);

  test(`npm run campaign -- --from ${from} --seeds ${SEEDS}`, { timeout: TIMEOUT_MS }, async () => {
    const plans = Array.from({ length: SEEDS }, (_, index) => drawPlan(from + index));
    expect(await failuresAmong(plans)).toEqual([]);
  });
});

test('the seeds of a commit are the same each time', () => {
  expect(firstSeedOfCommit(200)).toBe(firstSeedOfCommit(200));
  expect(hashOfProduct()).toBe(hashOfProduct());
});

test('a seed draws the same plan each time, and seeds draw different ones', () => {
  expect(drawPlan(7)).toEqual(drawPlan(7));
  expect(drawPlan(7)).not.toEqual({ ...drawPlan(8), seed: 7 });
});

test('what seeds draw, the stack accepts', () => {
  for (let seed = 1; seed <= 2_000; seed++) expect(() => termsOf(drawPlan(seed))).not.toThrow();
});

test('each kind of fault is off in about half of the seeds', () => {
  const plans = Array.from({ length: 400 }, (_, seed) => drawPlan(seed));
  for (const kind of ['throttled', 'killed', 'eventLost'] as const) {
    const off = plans.filter(({ faults }) => faults.rates[kind] === 0).length;
    expect(off).toBeGreaterThan(140);
    expect(off).toBeLessThan(260);
  }
});
