import { LookFailure, tryTo } from './look-failure.ts';

/** How much time is left, and how many looks may be under way at once. */
export interface Allowance {
  /** False once so little time is left that nothing new is begun. */
  hasTime(): boolean;
}

/** What could not be done, by subject. What is not in it was done. */
export type Failures = Map<string, unknown>;

/** Given for what was not begun, because the function's time was nearly over. */
export class OutOfTimeError extends Error {
  constructor() {
    super('not begun: the function is close to its time limit');
    this.name = 'OutOfTimeError';
  }
}

/** Enough to hide the latency of AWS's answers, few enough to leave the shared request budgets alone. */
const CONCURRENCY = 8;

/** Runs `work` for each item; one that fails does not keep the others from being done. */
export async function eachOf<T>(
  items: readonly T[],
  subjectOf: (item: T) => string,
  allowance: Allowance,
  work: (item: T) => Promise<unknown>,
): Promise<Failures> {
  const failures: Failures = new Map();
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) {
      try {
        if (!allowance.hasTime()) throw new OutOfTimeError();
        await work(item);
      } catch (error) {
        failures.set(subjectOf(item), error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, items.length) }, worker));
  return failures;
}

/** Where nothing could be done at all, each subject has failed, and those of other parts of a batch have not. */
export async function orAllFail(subjects: readonly string[], review: () => Promise<Failures>): Promise<Failures> {
  const failures = await tryTo(review);
  if (!(failures instanceof LookFailure)) return failures;
  return new Map(subjects.map((subject) => [subject, failures.cause]));
}
