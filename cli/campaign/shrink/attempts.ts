import { type Failure, failsWith } from '../failure.ts';
import type { Plan } from '../plan.ts';
import type { Outcome } from '../play-plan.ts';
import type { Answer } from '../worker.ts';
import { firstOf, minimizeList } from './minimize.ts';

export interface Limits {
  /** How many smaller worlds are tried. */
  readonly attempts: number;
  /** How much virtual time they may take together, in hours. */
  readonly hours: number;
}

export interface Search {
  readonly failure: Failure;
  readonly limits: Limits;
  /** How many worlds are played at the same time. */
  readonly parallel: number;
  readonly signal: AbortSignal;
  play(plan: Plan): Promise<Answer>;
  /** Told after each attempt. */
  onAttempt?(progress: Progress): void;
}

export interface Progress {
  readonly attempts: number;
  /** Virtual time that was spent, in hours. */
  readonly hours: number;
  /** The smallest so far that fails. */
  readonly plan: Plan;
}

/** A plan that failed, and what became of it, where it did not crash. */
export interface Found {
  readonly plan: Plan;
  readonly outcome?: Outcome | undefined;
}

const HOUR_MS = 3_600_000;

/** Keeps the smallest plan so far that fails in the way that is searched for. Its limits are never exceeded. */
export class Attempts {
  readonly #search: Search;
  #found: Found;
  #attempts = 0;
  #hours = 0;

  constructor(found: Found, search: Search) {
    this.#found = found;
    this.#search = search;
  }

  get plan(): Plan {
    return this.#found.plan;
  }

  get outcome(): Outcome | undefined {
    return this.#found.outcome;
  }

  isSpent(): boolean {
    const { limits, signal } = this.#search;
    return signal.aborted || this.#attempts >= limits.attempts || this.#hours >= limits.hours;
  }

  progress(): Progress {
    return { attempts: this.#attempts, hours: this.#hours, plan: this.plan };
  }

  /** Tries plans in their order and keeps the first that fails as well. Answers it. */
  async keepFirst(plans: readonly Plan[]): Promise<Plan | undefined> {
    const outcomes = new Map<Plan, Outcome | undefined>();
    const plan = await firstOf(plans, this.#search.parallel, async (candidate) => {
      if (this.isSpent()) return false;
      this.#attempts++;
      const answer = await this.#search.play(candidate);
      const outcome = answer.kind === 'played' ? answer.outcome : undefined;
      outcomes.set(candidate, outcome);
      this.#hours += (outcome?.virtualMs ?? 0) / HOUR_MS;
      this.#search.onAttempt?.(this.progress());
      return failsWith(answer, this.#search.failure);
    });
    if (plan !== undefined) this.#found = { plan, outcome: outcomes.get(plan) };
    return plan;
  }

  /** Tries to keep less of a list, down to the least that fails. */
  async keepLess<T>(items: readonly T[], planOf: (kept: readonly T[], from: Plan) => Plan): Promise<void> {
    await minimizeList(items, async (lists) => {
      const candidates = new Map(lists.map((kept) => [planOf(kept, this.plan), kept]));
      const plan = await this.keepFirst([...candidates.keys()]);
      return plan && candidates.get(plan);
    });
  }
}
