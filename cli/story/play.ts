import path from 'node:path';
import { parsePolicy } from '../../shared/config/config.ts';
import type { Stack } from '../../simulator/deploy/deploy.ts';
import { everyInvariant } from '../../simulator/invariants/every-invariant.ts';
import { readFact } from '../../simulator/invariants/facts.ts';
import { type Verdict, watch } from '../../simulator/invariants/invariant.ts';
import { Ledger } from '../../simulator/invariants/ledger.ts';
import type { Terms } from '../../simulator/invariants/terms.ts';
import type { TraceEntry } from '../../simulator/kernel/trace.ts';
import { createSimulator, type Simulator } from '../../simulator/simulator.ts';
import type { DeployedFunction } from '../measures/bundles.ts';
import { type Drain, Drains } from './drains.ts';
import { BACKUP_HOOK } from './fleet.ts';
import { type Moment, Narrator } from './narrator.ts';
import { completeBackups } from './other-team.ts';
import { createStage } from './stage.ts';
import { tellStory } from './story.ts';

/** The files that `package` makes. */
export interface Packaged {
  readonly templatePath: string;
  /** Where the functions' archives lie. */
  readonly artifactsDirectory: string;
}

export interface Performance extends Packaged {
  readonly seed: number;
  onEntry?(entry: TraceEntry): void;
  onMoment?(moment: Moment): void;
  /** Epoch milliseconds of virtual time. */
  onTime?(nowMs: number): void;
}

export interface Played {
  readonly simulator: Simulator;
  readonly stack: Stack;
  readonly drains: readonly Drain[];
  readonly verdicts: readonly Verdict[];
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

const { drainDeadlineMinutes, lostContactMinutes, disconnectedAlertMinutes } = parsePolicy({});

/** The stack is packaged with its defaults. */
const TERMS: Terms = {
  ownsHook: (hook) => hook.startsWith('ebbtide-'),
  drainDeadlineMs: inMs(drainDeadlineMinutes),
  lostContactMs: inMs(lostContactMinutes),
  disconnectedMs: inMs(disconnectedAlertMinutes),
};

function inMs(minutes: number | 'off'): number {
  return minutes === 'off' ? Number.POSITIVE_INFINITY : minutes * 60_000;
}

/** Deploys the packaged stack into a simulated account and plays the story there. The same seed is the same story. */
export async function play(performance: Performance): Promise<Played> {
  const { seed, templatePath, artifactsDirectory } = performance;
  const simulator = createSimulator({ seed });
  const { clock, trace } = simulator.kernel;
  const ledger = new Ledger();
  const drains = new Drains(ledger, TERMS.ownsHook);
  const narrator = new Narrator(ledger, drains);
  trace.onEntry((entry) => {
    performance.onEntry?.(entry);
    const fact = readFact(entry);
    if (fact !== undefined) ledger.record(fact);
    const moment = narrator.tell(entry, fact);
    if (moment !== undefined) performance.onMoment?.(moment);
  });
  const invariants = watch(trace, everyInvariant(TERMS));
  const stack = simulator.deploy({ templatePath, artifactsDirectory });
  completeBackups(simulator, BACKUP_HOOK.name);

  const startedAtMs = clock.now();
  await tellStory(createStage(simulator, narrator, (nowMs) => performance.onTime?.(nowMs)));
  const queues = await untilEmpty(simulator);
  const endedAtMs = clock.now();
  return {
    simulator,
    stack,
    drains: drains.all,
    verdicts: invariants.conclude({ atMs: endedAtMs, queues }),
    startedAtMs,
    endedAtMs,
  };
}

/** Events wait for others of their kind to be looked at together: for longer than this, only what nobody takes. */
const BATCHED_WITHIN_SECONDS = 60;

/** Lets time go on to an instant at which no event is on its way, if there is one. @returns the queues as they are then */
async function untilEmpty(simulator: Simulator): Promise<{ name: string; messages: number }[]> {
  const measure = () =>
    simulator.messaging.queues.all().map((queue) => {
      const { visible, inFlight, delayed } = queue.measure();
      return { name: queue.name, messages: visible + inFlight + delayed };
    });
  for (let second = 0; second < BATCHED_WITHIN_SECONDS && measure().some(({ messages }) => messages > 0); second++) {
    await simulator.runFor(1_000);
  }
  return measure();
}

/** The functions of the stack, with the environment that it gave them. */
export function deployedFunctions(
  { simulator, stack }: Pick<Played, 'simulator' | 'stack'>,
  { artifactsDirectory }: Packaged,
): DeployedFunction[] {
  const arns = [...stack.resources.values()].flatMap(({ type, attributes }) =>
    type === 'AWS::Lambda::Function' ? [attributes.Arn ?? ''] : [],
  );
  return arns.flatMap((arn) => {
    const fn = simulator.lambda.findFunction(arn);
    if (fn === undefined || !('bundle' in fn)) return [];
    const { name, handler, environment } = fn;
    const archivePath = path.join(artifactsDirectory, `${name.slice(name.lastIndexOf('-') + 1)}.zip`);
    return [{ name, archivePath, handler, environment }];
  });
}
