import { type Crew, playAll } from '../campaign/crew.ts';
import { type Failure, failsWith, failureOf } from '../campaign/failure.ts';
import { drawPlan, type Plan } from '../campaign/plan.ts';

export interface Catch {
  readonly seed: number;
  readonly failure: Failure;
  /** How many seeds it took, this one included. */
  readonly seeds: number;
}

export interface Net {
  /** Plays the product with the bug in it. */
  readonly planted: Crew;
  /** Plays the product as it is. */
  readonly sound: Crew;
  readonly from: number;
  readonly seeds: number;
  readonly signal: AbortSignal;
  onPlayed?(seeds: number): void;
}

/**
 * Plays seeds against the bug, until one fails in a way in which the sound product does not fail with the same seed.
 *
 * @returns undefined when none does
 */
export async function findCatch({ planted, sound, from, seeds, signal, onPlayed }: Net): Promise<Catch | undefined> {
  const caught = new AbortController();
  const catches: Catch[] = [];
  const confirmations: Promise<void>[] = [];
  let played = 0;

  async function confirm(plan: Plan, failure: Failure): Promise<void> {
    if (failsWith(await sound.play(plan), failure)) return;
    catches.push({ seed: plan.seed, failure, seeds: plan.seed - from + 1 });
    caught.abort();
  }

  await playAll(planted, {
    plans: Array.from({ length: seeds }, (_, index) => drawPlan(from + index)),
    signal: AbortSignal.any([signal, caught.signal]),
    demands: { stopWhenBroken: true },
    onAnswer(plan, answer) {
      onPlayed?.(++played);
      const failure = failureOf(answer);
      if (failure !== undefined) confirmations.push(confirm(plan, failure));
    },
  });
  await Promise.all(confirmations);
  return catches.sort((a, b) => a.seed - b.seed)[0];
}
