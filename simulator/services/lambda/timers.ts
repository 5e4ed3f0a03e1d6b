import type { Clock, Timer } from '../../kernel/clock.ts';

interface Entry {
  readonly callback: () => void;
  dueAtMs: number;
  readonly repeatMs: number | undefined;
  armed: Timer | undefined;
}

/**
 * The timers of one execution environment, in virtual time. While the environment is frozen none fires; when it is
 * thawed, those whose time has passed fire at once (Lambda Developer Guide, "Understanding the Lambda execution
 * environment lifecycle": a frozen environment resumes where it stopped).
 */
export class EnvironmentTimers {
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;
  readonly #entries = new Map<number, Entry>();
  #nextId = 1;
  #isFrozen = false;

  /** @param onError what a callback threw */
  constructor(clock: Clock, onError: (error: unknown) => void) {
    this.#clock = clock;
    this.#onError = onError;
  }

  /** @returns the timer's id */
  set(callback: () => void, delayMs: number, repeatMs?: number): number {
    const id = this.#nextId++;
    const entry: Entry = { callback, dueAtMs: this.#clock.now() + delayMs, repeatMs, armed: undefined };
    this.#entries.set(id, entry);
    if (!this.#isFrozen) this.#arm(id, entry);
    return id;
  }

  clear(id: number): void {
    this.#entries.get(id)?.armed?.cancel();
    this.#entries.delete(id);
  }

  has(id: number): boolean {
    return this.#entries.has(id);
  }

  freeze(): void {
    this.#isFrozen = true;
    for (const entry of this.#entries.values()) entry.armed?.cancel();
  }

  thaw(): void {
    this.#isFrozen = false;
    const byDueTime = [...this.#entries].sort(([, a], [, b]) => a.dueAtMs - b.dueAtMs);
    for (const [id, entry] of byDueTime) this.#arm(id, entry);
  }

  clearAll(): void {
    for (const id of [...this.#entries.keys()]) this.clear(id);
  }

  #arm(id: number, entry: Entry): void {
    entry.armed = this.#clock.at(entry.dueAtMs, () => this.#fire(id, entry));
  }

  #fire(id: number, entry: Entry): void {
    if (entry.repeatMs === undefined) {
      this.#entries.delete(id);
    } else {
      entry.dueAtMs = this.#clock.now() + entry.repeatMs;
      this.#arm(id, entry);
    }
    try {
      entry.callback();
    } catch (error) {
      this.#onError(error);
    }
  }
}
