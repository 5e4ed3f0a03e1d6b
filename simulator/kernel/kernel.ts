import { Clock } from './clock.ts';
import { Random } from './random.ts';
import { Trace } from './trace.ts';

/** The account and region that a simulated world stands in. */
export interface Place {
  readonly accountId: string;
  readonly region: string;
}

/** What every simulated service is built on: time, chance, the record of what happened, and where it is. */
export interface Kernel {
  readonly clock: Clock;
  readonly random: Random;
  readonly trace: Trace;
  readonly place: Place;
}

export interface KernelOptions {
  readonly seed: number | string;
  /** The first instant of the world, in epoch milliseconds. */
  readonly startMs?: number;
  readonly place?: Place;
}

const DEFAULT_START_MS = Date.UTC(2026, 0, 5, 8, 0, 0);
const DEFAULT_PLACE: Place = { accountId: '111122223333', region: 'eu-central-1' };

export function createKernel({ seed, startMs, place }: KernelOptions): Kernel {
  const clock = new Clock(startMs ?? DEFAULT_START_MS);
  return {
    clock,
    random: new Random(seed),
    trace: new Trace(() => clock.now()),
    place: place ?? DEFAULT_PLACE,
  };
}
