import { Random } from '../../simulator/kernel/random.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import type { Plan } from './plan.ts';
import { PUSHES } from './pushes.ts';
import { createScene } from './scene.ts';

const MINUTE_MS = 60_000;

/**
 * Lets happen to the fleet what the plan says, and returns when the time of trouble is over.
 *
 * @param isOver whether the world may end before that: asked each minute
 * @throws Error when the plan names a push that there is not
 */
export async function makeTrouble(simulator: Simulator, plan: Plan, isOver: () => boolean): Promise<void> {
  const { clock, trace } = simulator.kernel;
  const beginMs = clock.now();
  const runUntil = async (untilMs: number) => {
    while (clock.now() < untilMs && !isOver()) await simulator.runUntil(Math.min(untilMs, clock.now() + MINUTE_MS));
  };
  for (const { atMs, push: name, seed } of plan.pushes) {
    const push = PUSHES[name];
    if (push === undefined)
      throw new Error(`The plan of seed ${plan.seed} has a push "${name}": there is none of that name`);
    await runUntil(beginMs + atMs);
    if (isOver()) return;
    const target = await push(createScene(simulator, plan, new Random(seed, 'push')));
    trace.add('note', { text: `${name}: ${target ?? 'nothing there to do it to'}` });
  }
  await runUntil(beginMs + plan.troubleMinutes * MINUTE_MS);
}
