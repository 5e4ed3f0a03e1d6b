import type { Packaged } from '../story/play.ts';
import type { Plan } from './plan.ts';
import { type Outcome, playPlan } from './play-plan.ts';

/** What a worker process is asked for. */
export interface Order extends Packaged {
  readonly plan: Plan;
  /** Plays it again and compares the traces. */
  readonly twice: boolean;
}

/** What it answers. A process that ends without an answer has crashed. */
export type Answer =
  | { readonly kind: 'played'; readonly outcome: Outcome; readonly isRepeatable: boolean; readonly ms: number }
  | { readonly kind: 'crashed'; readonly error: string };

async function play({ plan, twice, ...packaged }: Order): Promise<Answer> {
  const fromMs = performance.now();
  try {
    const outcome = await playPlan(plan, packaged);
    const isRepeatable = !twice || (await playPlan(plan, packaged)).traceDigest === outcome.traceDigest;
    return { kind: 'played', outcome, isRepeatable, ms: performance.now() - fromMs };
  } catch (error) {
    return { kind: 'crashed', error: error instanceof Error ? describe(error) : String(error) };
  }
}

function describe(error: Error): string {
  const inner = error instanceof AggregateError ? error.errors.map((one) => String((one as Error).stack ?? one)) : [];
  return [error.stack ?? error.message, ...inner].join('\n');
}

process.on('message', (order: Order) => {
  void play(order).then((answer) => process.send?.(answer));
});
