import path from 'node:path';

/** A world that failed once, as a plan: it survives every change in what seeds draw. */
export interface PastFailure {
  /** In `past-failures/`; `npm run campaign -- --plan` plays it. */
  readonly file: string;
  /** Of the campaign that found it; what it drew then is gone. */
  readonly seeds: readonly number[];
  readonly whatFailed: string;
  readonly whatWasFixed: string;
}

export const PAST_FAILURES: readonly PastFailure[] = [
  {
    file: 'spared-instance-is-drained-again.json',
    seeds: [4, 18],
    whatFailed: 'what on-call set ACTIVE after an interruption that never came was set DRAINING again, without end',
    whatWasFixed: 'once on-call was told, what they set ACTIVE stays so',
  },
  {
    file: 'duplicate-removed-while-its-instance-drains.json',
    seeds: [51],
    whatFailed: 'the old registration of a draining instance was removed, and the termination cut off its containers',
    whatWasFixed: 'a duplicate stays until the drain of its EC2 instance is over',
  },
];

export function planFileOf({ file }: PastFailure): string {
  return path.join(import.meta.dirname, 'past-failures', file);
}
