/**
 * What happened, in order: the simulator's only output. The same seed gives the same trace, byte for byte.
 *
 * An entry has the virtual instant (`at`, ISO 8601), what it is about (`kind`) and fields of its own.
 */
export interface TraceEntry {
  readonly at: string;
  readonly kind: TraceKind;
  readonly [field: string]: unknown;
}

export type TraceKind =
  /** An event as the bus received it: { event } */
  | 'event'
  /** An API call as it was answered: { service, operation, caller, input, output | error, latencyMs } */
  | 'call'
  /**
   * A Lambda invocation: { function, requestId, phase: 'start' | 'end' | 'error' | 'timeout', ... }. After one for a queue
   * that did not do them all: { function, phase: 'messages returned', messageIds }.
   */
  | 'invocation'
  /** A line that a function logged, parsed where it is JSON: { function, requestId, line } */
  | 'log'
  /** A message that a topic delivered: { topic, subject, message, attributes } */
  | 'notification'
  /** A message that reached a dead-letter queue: { queue, body, attributes } */
  | 'dead-letter'
  /** A change in the fleet that no API call shows (a task stopped, an agent went silent): { subject, change, ... } */
  | 'world'
  /** A step of the story or a fault, told by whoever drives the world: { text, ... } */
  | 'note';

export class Trace {
  readonly entries: TraceEntry[] = [];
  readonly #now: () => number;
  readonly #listeners: ((entry: TraceEntry) => void)[] = [];
  #forgotten = 0;

  /** @param now the virtual clock, in epoch milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  add(kind: TraceKind, fields: Record<string, unknown>): void {
    const entry: TraceEntry = { at: new Date(this.#now()).toISOString(), kind, ...fields };
    this.entries.push(entry);
    for (const listener of this.#listeners) listener(entry);
  }

  /** How many entries there have been; the first was number 0. */
  get length(): number {
    return this.#forgotten + this.entries.length;
  }

  /** The entries from that number on, each with its number, as far as they are kept. */
  since(number: number): readonly (readonly [number: number, entry: TraceEntry])[] {
    const first = Math.max(number, this.#forgotten);
    return this.entries.slice(first - this.#forgotten).map((entry, index) => [first + index, entry] as const);
  }

  /** Calls `listener` with each entry from now on, at the moment it is made. */
  onEntry(listener: (entry: TraceEntry) => void): void {
    this.#listeners.push(listener);
  }

  /** Forgets all but the last `count` to `2 * count` entries from now on: a world that is served for days would fill the memory. */
  keepAtMost(count: number): void {
    this.onEntry(() => {
      if (this.entries.length < 2 * count) return;
      this.#forgotten += this.entries.splice(0, this.entries.length - count).length;
    });
  }

  /** One JSON document per line. */
  toJsonLines(): string {
    return this.entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
  }
}
