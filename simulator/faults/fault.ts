import type { Kernel } from '../kernel/kernel.ts';
import type { Random } from '../kernel/random.ts';

/** What every injected fault has: how often it strikes, and until when. */
export interface FaultTerms {
  /** The share of what it is meant for that it strikes: above 0, up to 1. */
  readonly rate: number;
  /** Undefined: until it is cleared. */
  readonly forMs?: number | undefined;
}

/** A fault as it stands. */
export interface InjectedFault<Settings extends FaultTerms> {
  /** Such as `fault-3`; never given twice. */
  readonly id: string;
  readonly settings: Settings;
  /** Epoch milliseconds; undefined: until it is cleared. */
  readonly untilMs: number | undefined;
  /** How often it has struck. */
  strikes: number;
}

interface Entry<Settings extends FaultTerms> extends InjectedFault<Settings> {
  readonly random: Random;
}

/**
 * The faults of one kind that are in force. Each draws from a stream of its own, and draws whenever it could strike, so
 * that one fault more changes nothing about when the others strike.
 */
export class FaultList<Settings extends FaultTerms> {
  readonly #kernel: Kernel;
  readonly #nextId: () => string;
  #faults: readonly Entry<Settings>[] = [];

  constructor(kernel: Kernel, nextId: () => string) {
    this.#kernel = kernel;
    this.#nextId = nextId;
  }

  inject(settings: Settings): InjectedFault<Settings> {
    const id = this.#nextId();
    const untilMs = settings.forMs === undefined ? undefined : this.#kernel.clock.now() + settings.forMs;
    const fault = { id, settings, untilMs, strikes: 0, random: this.#kernel.random.fork(`faults/${id}`) };
    this.#faults = [...this.#faults, fault];
    return fault;
  }

  /** In the order in which they were injected. */
  inForce(): readonly InjectedFault<Settings>[] {
    this.#dropExpired();
    return this.#faults;
  }

  /** @returns whether there was one */
  clear(id: string): boolean {
    const before = this.inForce().length;
    this.#faults = this.#faults.filter((fault) => fault.id !== id);
    return this.#faults.length < before;
  }

  clearAll(): void {
    this.#faults = [];
  }

  /** The first of the faults that are meant and strike now. */
  strike(
    isMeant: (settings: Settings) => boolean,
  ): { readonly settings: Settings; readonly random: Random } | undefined {
    if (this.#faults.length === 0) return undefined;
    this.#dropExpired();
    const struck = this.#faults.filter(({ settings, random }) => isMeant(settings) && random.chance(settings.rate));
    const [first] = struck;
    if (first !== undefined) first.strikes++;
    return first;
  }

  #dropExpired(): void {
    const nowMs = this.#kernel.clock.now();
    if (this.#faults.every(({ untilMs }) => untilMs === undefined || untilMs > nowMs)) return;
    this.#faults = this.#faults.filter(({ untilMs }) => untilMs === undefined || untilMs > nowMs);
  }
}
