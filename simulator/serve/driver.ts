import type { Simulator } from '../simulator.ts';
import type { Programs } from './programs/programs.ts';
import type { Pace, RealTime } from './real-time.ts';

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
 *
 * Programs that run for functions live in real time, at any pace: while one runs, virtual time goes on second for second
 * with real time, neither faster nor standing still. So their timeouts and their sleeps are what they would be, and what
 * they ask the server is answered meanwhile.
 */
export class Driver {
  readonly #simulator: Simulator;
  readonly #pace: Pace;
  readonly #onDefect: (error: unknown) => void;
  readonly #programs: Programs | undefined;
  readonly #waiting: Waiting[] = [];
  /** With fractions: real time has them, the world's clock counts whole milliseconds. */
  #goalMs: number;
  #realAtMs: number;
  /** How far time may go while programs run: it rises with real time. */
  #ceilingMs = 0;
  #arrivals = 0;
  #isClosed = false;
  #wake: () => void = () => {};
  #running: Promise<void> | undefined;

  /**
   * @param onDefect told about errors that are the simulator's own; the world goes on
   * @param programs those that functions of this world start, where there are such functions
   */
  constructor(simulator: Simulator, pace: Pace, onDefect: (error: unknown) => void, programs?: Programs) {
    this.#simulator = simulator;
    this.#pace = pace;
    this.#onDefect = onDefect;
    this.#programs = programs;
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
      clock.at(this.#programs?.isBusy === true ? Math.floor(this.#ceilingMs) : clock.now(), resolve);
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

  /** The first program is about to run, or the last one to be over: time has another measure from then on. */
  followPrograms(isBusy: boolean): void {
    if (this.#programs === undefined) return;
    this.#catchUp();
    this.#realAtMs = this.#programs.surroundings.realTime.nowMs();
    const nowMs = this.#simulator.kernel.clock.now();
    if (isBusy) this.#ceilingMs = nowMs;
    else this.#goalMs = Math.max(this.#goalMs, this.#ceilingMs);
    this.#wake();
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
      await this.#runSlice(this.#sliceEndMs());
      this.#tellReached();
      if (clock.now() < this.#targetMs()) continue;
      if (this.#pace.kind === 'stepped' && this.#arrivals > 0 && this.#programs?.isBusy !== true) await this.#step();
      else if (!this.#isClosed) await this.#pause();
    }
  }

  /** Where time is to go, in whole milliseconds. */
  #targetMs(): number {
    return Math.floor(this.#programs?.isBusy === true ? this.#ceilingMs : this.#goalMs);
  }

  /** Whatever happens may start a program, and time must not have run on when it does. */
  #sliceEndMs(): number {
    const { clock } = this.#simulator.kernel;
    const endMs = Math.min(this.#targetMs(), clock.now() + SLICE_MS);
    return this.#programs === undefined ? endMs : Math.min(endMs, clock.nextAtMs() ?? endMs);
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

  /** Moves the goal on with real time; while programs run, the ceiling. */
  #catchUp(): void {
    const measure = this.#measure();
    if (measure === undefined) return;
    const { speed, realTime, aimMs } = measure;
    const realMs = realTime.nowMs();
    const lagMs = (aimMs - this.#simulator.kernel.clock.now()) / speed;
    const byMs = lagMs < LAG_MAX_MS ? Math.min(realMs - this.#realAtMs, LAG_MAX_MS) * speed : 0;
    this.#realAtMs = realMs;
    if (this.#programs?.isBusy === true) this.#ceilingMs += byMs;
    else this.#goalMs += byMs;
  }

  /** How virtual time follows real time now, and how far it has come; undefined while it stands still. */
  #measure(): { readonly speed: number; readonly realTime: RealTime; readonly aimMs: number } | undefined {
    if (this.#programs?.isBusy === true) {
      return { speed: 1, realTime: this.#programs.surroundings.realTime, aimMs: this.#ceilingMs };
    }
    return this.#pace.kind === 'stepped' ? undefined : { ...this.#pace, aimMs: this.#goalMs };
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
      let cancel = () => {};
      this.#wake = () => {
        cancel();
        resolve();
      };
      const measure = this.#measure();
      if (measure === undefined) return;
      const nextMs = this.#simulator.kernel.clock.nextAtMs() ?? Number.POSITIVE_INFINITY;
      const delayMs = Math.min(Math.ceil((nextMs - measure.aimMs) / measure.speed), LAG_MAX_MS);
      cancel = measure.realTime.wakeAfter(Math.max(0, delayMs), resolve);
    });
  }
}
