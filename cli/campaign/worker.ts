import type { Packaged } from '../story/play.ts';
import type { Plan } from './plan.ts';
import { type Outcome, playPlan } from './play-plan.ts';
import { type Difference, playTwice } from './play-twice.ts';

/** What a worker process is asked for. */
export interface Order extends Packaged {
  readonly plan: Plan;
  /** Plays it again and compares the traces. */
  readonly twice?: boolean;
  /** Ends the world as soon as an invariant is broken. */
  readonly stopWhenBroken?: boolean;
}

/** What it answers. A process that ends without an answer has crashed. */
export type Answer =
  | {
      readonly kind: 'played';
      readonly outcome: Outcome;
      /** Between two traces of the same plan. */
      readonly difference?: Difference;
      /** Of the processor's time, all plays together. */
      readonly cpuMs: number;
    }
  | { readonly kind: 'crashed'; readonly error: string };

async function play({ plan, twice, stopWhenBroken = false, ...packaged }: Order): Promise<Answer> {
  const before = process.cpuUsage();
  try {
    const played = twice
      ? await playTwice((onEntry) => playPlan(plan, packaged, { onEntry }))
      : { outcome: await playPlan(plan, packaged, { stopWhenBroken }) };
    const { user, system } = process.cpuUsage(before);
    return { kind: 'played', ...played, cpuMs: (user + system) / 1_000 };
  } catch (error) {
    return { kind: 'crashed', error: error instanceof Error ? describe(error) : String(error) };
  }
}

function describe(error: Error): string {
  const inner = error instanceof AggregateError ? error.errors.map((one) => String((one as Error).stack ?? one)) : [];
  return [error.stack ?? error.message, ...inner].join('\n');
}

// They may reach all processes at once; the one that gives the orders ends this one, when it has its answer.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => undefined);
process.on('message', (order: Order) => {
  void play(order).then((answer) => process.send?.(answer));
});
// Without it nobody waits for an answer any more.
process.on('disconnect', () => process.exit());
