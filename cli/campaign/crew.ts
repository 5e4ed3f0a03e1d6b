import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import type { Packaged } from '../story/play.ts';
import type { Plan } from './plan.ts';
import type { Answer, Order } from './worker.ts';

const WORKER = path.join(import.meta.dirname, 'worker.ts');

/**
 * Most of what a world makes is forgotten at once: with V8's small nursery, which grows but slowly, a sixth of the time goes into
 * collecting it. And most code runs in execution environments that are too short-lived for the optimising compilers.
 */
const NODE_OPTIONS = ['--min-semi-space-size=128', '--max-semi-space-size=256', '--always-sparkplug'];

/** What is asked of a worker besides the plan. */
export type Demands = Omit<Order, 'plan' | keyof Packaged>;

export interface Crew {
  readonly workers: number;
  /** Plays a plan as soon as one of the processes is free. */
  play(plan: Plan, demands?: Demands): Promise<Answer>;
  /** Ends the processes; what is being played ends as crashed. */
  close(): void;
}

/** Processes that play plans, so that all cores work and a crash takes nothing else along. */
export function createCrew(packaged: Packaged, workers: number): Crew {
  const all = new Set<ChildProcess>();
  const idle: ChildProcess[] = [];
  const waiting: (() => void)[] = [];
  let busy = 0;

  async function turn(): Promise<void> {
    if (busy >= workers) await new Promise<void>((resolve) => waiting.push(resolve));
    busy++;
  }

  function start(): ChildProcess {
    const child = fork(WORKER, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: NODE_OPTIONS });
    all.add(child);
    child.once('exit', () => all.delete(child));
    return child;
  }

  return {
    workers,
    async play(plan, demands = {}) {
      await turn();
      const child = idle.pop() ?? start();
      const answer = await ask(child, { ...packaged, ...demands, plan });
      if (child.connected) idle.push(child);
      busy--;
      waiting.shift()?.();
      return answer;
    },
    close() {
      for (const child of all) child.kill('SIGKILL');
    },
  };
}

export interface Job {
  readonly plans: Iterable<Plan>;
  readonly signal: AbortSignal;
  /** Of every plan; by default some are played twice. */
  readonly demands?: Demands;
  onAnswer(plan: Plan, answer: Answer): void;
}

/** Each so many seeds one is played twice. */
const TWICE_EVERY = 100;

/** Plays plans until there are no more, or the signal comes: what has begun is played to its end. */
export async function playAll(crew: Crew, { plans, signal, demands, onAnswer }: Job): Promise<void> {
  const queue = plans[Symbol.iterator]();
  const work = async () => {
    while (!signal.aborted) {
      const { value: plan, done } = queue.next();
      if (done === true || plan === undefined) return;
      onAnswer(plan, await crew.play(plan, demands ?? { twice: plan.seed % TWICE_EVERY === 0 }));
    }
  };
  await Promise.all(Array.from({ length: crew.workers }, work));
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
