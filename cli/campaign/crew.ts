import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import type { Packaged } from '../story/play.ts';
import type { Plan } from './plan.ts';
import type { Answer, Order } from './worker.ts';

const WORKER = path.join(import.meta.dirname, 'worker.ts');

/** Each so many seeds one is played twice. */
const TWICE_EVERY = 100;

export interface Job extends Packaged {
  readonly plans: Iterable<Plan>;
  readonly workers: number;
  readonly signal: AbortSignal;
  onAnswer(plan: Plan, answer: Answer): void;
}

/** Plays plans in processes of their own, so that all cores work and a crash takes nothing else along. */
export async function playAll({ plans, workers, signal, onAnswer, ...packaged }: Job): Promise<void> {
  const queue = plans[Symbol.iterator]();
  const work = async () => {
    let child: ChildProcess | undefined;
    try {
      for (;;) {
        // Before the next plan is taken: what has been taken is played.
        if (signal.aborted) return;
        const { value: plan, done } = queue.next();
        if (done === true || plan === undefined) return;
        child ??= fork(WORKER, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
        const answer = await ask(child, { ...packaged, plan, twice: plan.seed % TWICE_EVERY === 0 });
        if (!child.connected) child = undefined;
        onAnswer(plan, answer);
      }
    } finally {
      child?.kill();
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
}

function ask(child: ChildProcess, order: Order): Promise<Answer> {
  return new Promise((resolve) => {
    const onExit = (code: number | null, signalName: string | null) =>
      resolve({ kind: 'crashed', error: `the process ended with ${signalName ?? code}` });
    child.once('exit', onExit);
    child.once('message', (answer) => {
      child.off('exit', onExit);
      resolve(answer as Answer);
    });
    child.send(order);
  });
}
