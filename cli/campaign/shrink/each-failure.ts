import type { Crew } from '../crew.ts';
import { type Failure, failureOf } from '../failure.ts';
import type { Plan } from '../plan.ts';
import { writePlan } from '../plan-file.ts';
import type { CampaignView } from '../view.ts';
import type { Answer } from '../worker.ts';
import type { Limits } from './attempts.ts';
import { shrink } from './shrink.ts';

/** Of a product that is badly broken, the first few ways tell enough. */
const WAYS_MAX = 3;

/** The first world that failed in each way. */
export class FailedWorlds {
  readonly #byWay = new Map<string, { readonly plan: Plan; readonly answer: Answer; readonly failure: Failure }>();

  add(plan: Plan, answer: Answer): void {
    const failure = failureOf(answer);
    // What differs from play to play fails in another way each time.
    if (failure === undefined || failure.kind === 'notRepeatable') return;
    const way = `${failure.kind} ${failure.name}`;
    if (!this.#byWay.has(way) && this.#byWay.size < WAYS_MAX) this.#byWay.set(way, { plan, answer, failure });
  }

  /** Makes each smaller, plays it once more, and writes its plan to a file. */
  async shrink(crew: Crew, view: CampaignView, limits: Limits, signal: AbortSignal): Promise<void> {
    for (const { plan, answer, failure } of this.#byWay.values()) {
      if (signal.aborted) return;
      view.beginShrinking(plan.seed);
      const outcome = answer.kind === 'played' ? answer.outcome : undefined;
      const stopWhenBroken = failure.kind === 'safety';
      const shrunk = await shrink(
        { plan, outcome },
        {
          failure,
          limits,
          signal,
          parallel: crew.workers,
          play: (smaller) => crew.play(smaller, { stopWhenBroken }),
          onAttempt: (progress) => view.shrinking(plan.seed, progress),
        },
      );
      const written = writePlan(shrunk.plan, `seed-${plan.seed}-${failure.name}`);
      view.shrunk({ seed: plan.seed, answer: await crew.play(shrunk.plan), shrunk, written });
    }
  }
}
