import type { Simulator } from '../simulator.ts';
import type { Pace } from './real-time.ts';

/** Virtual time is run in slices, so that a world that is asked to go far ahead can still be closed. */
const SLICE_MS = 60_000;
/** A machine that slept, or that is too slow for the speed, does not make the world rush afterwards. */
const LAG_MAX_MS = 1_000;

interface Waiting {
  readonly untilMs: number;
  readonly reached: () => void;
}

/**
 * The one that lets time go on in a served world. Arrivals from outside enter the world as timers at its present instant,
 * so that all that follows from them is as deterministic as the rest.
 */
export class Driver {
  readonly #simulator: Simulator;
  readonly #pace: Pace;
  readonly #onDefect: (error: unknown) => void;
  readonly #waiting: Waiting[] = [];
  /** With fractions: real time has them, the world's clock counts whole milliseconds. */
  #goalMs: number;
  #realAtMs: number;
  #arrivals = 0;
  #isClosed = false;
  #wake: () => void = () => {};
  #running: Promise<void> | undefined;

  /** @param onDefect told about errors that are the simulator's own; the world goes on */
  constructor(simulator: Simulator, pace: Pace, onDefect: (error: unknown) => void) {
    this.#simulator = simulator;
    this.#pace = pace;
    this.#onDefect = onDefect;
    this.#goalMs = simulator.kernel.clock.now();
    this.#realAtMs = pace.kind === 'real-time' ? pace.realTime.nowMs() : 0;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Brings something into the world. In a stepped world, time goes on until it is settled. */
  enter<T>(work: () => T | Promise<T>): Promise<T> {
    const { clock } = this.#simulator.kernel;
    this.#catchUp();
    this.#arrivals += 1;
    const entered = new Promise<void>((resolve) => {
      clock.after(0, resolve);
    });
    const settled = entered.then(work).finally(() => {
      this.#arrivals -= 1;
      // A stepped world stays at the instant to which answers have brought it.
      this.#goalMs = Math.max(this.#goalMs, clock.now());
    });
    this.#wake();
    return settled;
  }

  /** Lets the world go ahead by `durationMs` at once. Resolves when it is there, or closed. */
  advance(durationMs: number): Promise<void> {
    this.#catchUp();
    this.#goalMs = Math.max(this.#goalMs, this.#simulator.kernel.clock.now()) + durationMs;
    const untilMs = Math.floor(this.#goalMs);
    const there = new Promise<void>((reached) => {
      this.#waiting.push({ untilMs, reached });
    });
    this.#wake();
    return there;
  }

  /** Stops time. Resolves when nothing runs any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wake();
    await this.#running;
    for (const { reached } of this.#waiting.splice(0)) reached();
  }

  async #run(): Promise<void> {
    const { clock } = this.#simulator.kernel;
    while (!this.#isClosed) {
      this.#catchUp();
      await this.#runSlice(Math.min(Math.floor(this.#goalMs), clock.now() + SLICE_MS));
      this.#tellReached();
      if (clock.now() < Math.floor(this.#goalMs)) continue;
      if (this.#pace.kind === 'stepped' && this.#arrivals > 0) await this.#step();
      else if (!this.#isClosed) await this.#pause();
    }
  }

  async #runSlice(untilMs: number): Promise<void> {
    try {
      await this.#simulator.runUntil(untilMs);
    } catch (error) {
      this.#onDefect(error);
    }
  }

  /** To the next thing that happens, and on until what it started has come to rest. */
  async #step(): Promise<void> {
    const nextMs = this.#simulator.kernel.clock.nextAtMs();
    if (nextMs === undefined) return this.#pause();
    await this.#runSlice(nextMs);
    await this.#runSlice(nextMs);
    this.#goalMs = Math.max(this.#goalMs, nextMs);
  }

  /** Moves the goal on with real time. */
  #catchUp(): void {
    if (this.#pace.kind === 'stepped') return;
    const { speed, realTime } = this.#pace;
    const realMs = realTime.nowMs();
    const lagMs = (this.#goalMs - this.#simulator.kernel.clock.now()) / speed;
    if (lagMs < LAG_MAX_MS) this.#goalMs += Math.min(realMs - this.#realAtMs, LAG_MAX_MS) * speed;
    this.#realAtMs = realMs;
  }

  #tellReached(): void {
    const nowMs = this.#simulator.kernel.clock.now();
    const reached = this.#waiting.filter(({ untilMs }) => untilMs <= nowMs);
    if (reached.length === 0) return;
    this.#waiting.splice(0, this.#waiting.length, ...this.#waiting.filter(({ untilMs }) => untilMs > nowMs));
    for (const waiting of reached) waiting.reached();
  }

  /** Until the next thing that happens in the world, or something arrives. */
  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const pace = this.#pace;
      let cancel = () => {};
      this.#wake = () => {
        cancel();
        resolve();
      };
      if (pace.kind === 'stepped') return;
      const nextMs = this.#simulator.kernel.clock.nextAtMs() ?? Number.POSITIVE_INFINITY;
      const delayMs = Math.min(Math.ceil((nextMs - this.#goalMs) / pace.speed), LAG_MAX_MS);
      cancel = pace.realTime.wakeAfter(Math.max(0, delayMs), resolve);
    });
  }
}
