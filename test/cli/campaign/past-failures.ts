import path from 'node:path';
import failures from './past-failures.json' with { type: 'json' };

/**
 * A world that failed once, as a plan: made smaller, or all that its seed drew. It survives every change in what seeds draw;
 * where a push has changed since, it is another world with the same parts.
 */
export interface PastFailure {
  /** In `past-failures/`; `npm run campaign -- --plan` plays it. */
  readonly file: string;
  /** Of the campaign that found it; what most drew then is gone. */
  readonly seeds: readonly number[];
  readonly whatFailed: string;
  readonly whatWasFixed: string;
}

export const PAST_FAILURES: readonly PastFailure[] = failures;

export function planFileOf({ file }: PastFailure): string {
  return path.join(import.meta.dirname, 'past-failures', file);
}
