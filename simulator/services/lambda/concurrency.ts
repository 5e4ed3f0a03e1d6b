import type { LambdaFunction } from './function.ts';

interface Running {
  readonly fn: LambdaFunction;
  readonly running: number;
}

/** Lambda Developer Guide, "Understanding Lambda function scaling": reserved concurrency is taken out of the account's. */
export function hasCapacity(target: Running, all: Iterable<Running>, accountConcurrency: number): boolean {
  if (target.fn.reservedConcurrency !== undefined) return target.running < target.fn.reservedConcurrency;
  let reserved = 0;
  let running = 0;
  for (const { fn, running: ofThis } of all) {
    if (fn.reservedConcurrency === undefined) running += ofThis;
    else reserved += fn.reservedConcurrency;
  }
  return running < accountConcurrency - reserved;
}
