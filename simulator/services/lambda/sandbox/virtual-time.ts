import { promisify } from 'node:util';
import type { EnvironmentTimers } from '../timers.ts';

/**
 * A `Date` whose "now" is virtual. Its instances are true Dates and its prototype is Date's own, so that `instanceof`
 * holds in both directions across the sandbox.
 */
export function createVirtualDate(now: () => number): DateConstructor {
  function VirtualDate(...args: unknown[]): unknown {
    if (new.target === undefined) return new Date(now()).toString();
    const target = new.target === VirtualDate ? Date : new.target;
    return Reflect.construct(Date, args.length === 0 ? [now()] : args, target);
  }
  Object.defineProperties(VirtualDate, {
    name: { value: 'Date' },
    length: { value: 7 },
    prototype: { value: Date.prototype },
    now: { value: now, writable: true, configurable: true },
    parse: { value: Date.parse },
    UTC: { value: Date.UTC },
  });
  return VirtualDate as unknown as DateConstructor;
}

/** What `setTimeout` returns in Node: an object that also works as a number. */
class VirtualTimeout {
  readonly id: number;
  readonly #timers: EnvironmentTimers;

  constructor(timers: EnvironmentTimers, id: number) {
    this.#timers = timers;
    this.id = id;
  }

  // A sandbox has no event loop that a timer could keep alive.
  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return this.#timers.has(this.id);
  }

  close(): this {
    this.#timers.clear(this.id);
    return this;
  }

  [Symbol.toPrimitive](): number {
    return this.id;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

type Callback = (...args: unknown[]) => void;
const NODE_DELAY_MS_MAX = 2_147_483_647;

/** `setTimeout` and its kin, in virtual time. */
export function createTimerFunctions(timers: EnvironmentTimers) {
  const setTimeout = (callback: Callback, delayMs?: number, ...args: unknown[]) =>
    new VirtualTimeout(
      timers,
      timers.set(() => callback(...args), nodeDelay(delayMs)),
    );
  const setInterval = (callback: Callback, delayMs?: number, ...args: unknown[]) =>
    new VirtualTimeout(
      timers,
      timers.set(() => callback(...args), nodeDelay(delayMs), nodeDelay(delayMs)),
    );
  const setImmediate = (callback: Callback, ...args: unknown[]) =>
    new VirtualTimeout(
      timers,
      timers.set(() => callback(...args), 0),
    );
  const clear = (timer: VirtualTimeout | number | string | undefined | null) => {
    if (timer !== undefined && timer !== null) timers.clear(timer instanceof VirtualTimeout ? timer.id : Number(timer));
  };
  const sleep = <T>(delayMs?: number, value?: T, options?: { signal?: AbortSignal }) =>
    new Promise<T | undefined>((resolve, reject) => {
      options?.signal?.throwIfAborted();
      const timer = setTimeout(() => resolve(value), delayMs);
      options?.signal?.addEventListener('abort', () => {
        clear(timer);
        reject(options.signal?.reason);
      });
    });
  const yieldNow = <T>(value?: T) => new Promise<T | undefined>((resolve) => setImmediate(() => resolve(value)));
  Object.defineProperty(setTimeout, promisify.custom, { value: sleep });
  Object.defineProperty(setImmediate, promisify.custom, { value: yieldNow });
  return {
    globals: {
      setTimeout,
      setInterval,
      setImmediate,
      clearTimeout: clear,
      clearInterval: clear,
      clearImmediate: clear,
    },
    promises: { setTimeout: sleep, setImmediate: yieldNow, scheduler: { wait: sleep, yield: yieldNow } },
  };
}

/** Node takes a delay that is missing, below 1 ms or beyond 32 bits as 1 ms. */
function nodeDelay(delayMs: number | undefined): number {
  const delay = Number(delayMs);
  return delay >= 1 && delay <= NODE_DELAY_MS_MAX ? Math.trunc(delay) : 1;
}

/** `performance`, counted from the environment's start. */
export function createPerformance(now: () => number) {
  const timeOrigin = now();
  return {
    timeOrigin,
    now: () => now() - timeOrigin,
    mark: () => undefined,
    measure: () => undefined,
    clearMarks: () => undefined,
    clearMeasures: () => undefined,
    getEntries: () => [],
    getEntriesByName: () => [],
    getEntriesByType: () => [],
    toJSON: () => ({ timeOrigin }),
  };
}
