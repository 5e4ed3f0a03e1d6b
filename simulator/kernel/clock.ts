/** A timer that has been set; `cancel` is idempotent and harmless once it has fired. */
export interface Timer {
  readonly atMs: number;
  cancel(): void;
}

interface Entry extends Timer {
  readonly sequence: number;
  readonly run: () => void;
  cancelled: boolean;
}

/**
 * Virtual time. Nothing in a simulated world waits for real time: it sets a timer here, and time jumps to the next
 * timer once everything that the last one started has come to rest.
 *
 * Timers of the same millisecond fire in the order in which they were set, so a run depends on nothing but its seed.
 */
export class Clock {
  #nowMs: number;
  #sequence = 0;
  readonly #heap: Entry[] = [];

  /** @param startMs the instant at which the world begins, in epoch milliseconds */
  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  /** The current virtual instant, in epoch milliseconds. */
  now(): number {
    return this.#nowMs;
  }

  /** Runs `run` at `atMs` (epoch milliseconds); an instant in the past means "as soon as possible". */
  at(atMs: number, run: () => void): Timer {
    const entry: Entry = {
      atMs: Math.max(Math.ceil(atMs), this.#nowMs),
      sequence: this.#sequence++,
      run,
      cancelled: false,
      cancel() {
        entry.cancelled = true;
      },
    };
    this.#push(entry);
    return entry;
  }

  /** Runs `run` after `delayMs` milliseconds. */
  after(delayMs: number, run: () => void): Timer {
    return this.at(this.#nowMs + Math.max(0, delayMs), run);
  }

  /** Resolves after `delayMs` of virtual time. */
  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(delayMs, resolve);
    });
  }

  /** The instant of the next timer, or undefined when nothing is scheduled. */
  nextAtMs(): number | undefined {
    this.#dropCancelled();
    return this.#heap[0]?.atMs;
  }

  /**
   * Fires every timer up to and including `untilMs` and leaves the clock there. Before each timer, everything that
   * the earlier ones started (promises, stream events) comes to rest.
   */
  async runUntil(untilMs: number): Promise<void> {
    for (;;) {
      await rest();
      this.#dropCancelled();
      const next = this.#heap[0];
      if (next === undefined || next.atMs > untilMs) break;
      this.#pop();
      this.#nowMs = next.atMs;
      next.run();
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }

  /** `runUntil`, with a duration in milliseconds. */
  runFor(durationMs: number): Promise<void> {
    return this.runUntil(this.#nowMs + durationMs);
  }

  #dropCancelled(): void {
    while (this.#heap[0]?.cancelled) this.#pop();
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!before(entry, heap[parent] as Entry)) break;
      heap[index] = heap[parent] as Entry;
      index = parent;
    }
    heap[index] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as Entry, heap[child] as Entry)) child++;
      if (!before(heap[child] as Entry, last)) break;
      heap[index] = heap[child] as Entry;
      index = child;
    }
    heap[index] = last;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.sequence < b.sequence);
}

/**
 * One turn of the real event loop: when it is over, every promise job and every `process.nextTick` that could run has
 * run. Simulated code can wait for nothing else, because the sandbox gives it no real timers, files or sockets.
 */
function rest(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
