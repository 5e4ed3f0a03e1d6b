import { isRead } from '../../simulator/wire/reads.ts';
import type { CallAttempt, Interception, ServedCall } from '../../simulator/wire/wire.ts';

/** ECS and Auto Scaling are eventually consistent, by some seconds (API references, "eventual consistency"); no number is published. */
export const STALE_MS_MAX = 15_000;

const SERVICES: ReadonlySet<string> = new Set(['ecs', 'autoscaling']);

/** What reads have answered lately, for those that are to be answered from a copy that lags. */
export class StaleReads {
  readonly #answers = new Map<string, { readonly output: unknown; readonly atMs: number }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  remember({ output, error, ...attempt }: ServedCall): void {
    if (!canBeStale(attempt) || error !== undefined) return;
    const key = keyOf(attempt);
    // The older one is kept for as long as it may be told: a copy may lag by all of that.
    if (this.#earlier(key) === undefined)
      this.#answers.set(key, { output: structuredClone(output), atMs: this.#now() });
  }

  /** Undefined: the same was not asked lately, so nothing older could be answered. */
  answer(attempt: CallAttempt): Interception | undefined {
    const earlier = canBeStale(attempt) ? this.#earlier(keyOf(attempt)) : undefined;
    return earlier && { effect: 'happens', staleOutput: structuredClone(earlier.output) };
  }

  #earlier(key: string) {
    const answer = this.#answers.get(key);
    return answer !== undefined && this.#now() - answer.atMs <= STALE_MS_MAX ? answer : undefined;
  }
}

/** Reads of the services that are consistent only eventually. */
export function canBeStale({ service, operation }: CallAttempt): boolean {
  return SERVICES.has(service) && isRead(operation);
}

function keyOf({ service, operation, input }: CallAttempt): string {
  return `${service}:${operation} ${JSON.stringify(input)}`;
}
