import type { TraceEntry } from '../../simulator/kernel/trace.ts';
import { createTerminal } from '../display/terminal.ts';
import { count, duration } from '../display/text.ts';
import { drawPlan } from './plan.ts';
import { failureOf, type Tally } from './tally.ts';
import type { Answer } from './worker.ts';

export interface CampaignView {
  begin(options: { readonly seeds: number; readonly from: number; readonly seed?: number }): void;
  answer(seed: number, answer: Answer, tally: Tally): void;
  end(tally: Tally): void;
}

export function createPersonView(): CampaignView {
  const terminal = createTerminal(process.stdout);
  return {
    begin({ seeds, from, seed }) {
      if (seed === undefined) terminal.write(`Seeds ${from} to ${from + seeds - 1}.`);
      else terminal.write(`Seed ${seed}, which draws:`, JSON.stringify(drawPlan(seed), undefined, 2));
    },
    answer(seed, answer, tally) {
      const failure = failureOf(answer);
      if (failure !== undefined) terminal.write(...describeFailure(seed, answer));
      terminal.status(`${count(tally.seeds, 'seed')} played, ${tally.failures.length} failed …`);
    },
    end(tally) {
      terminal.status('');
      terminal.write(...describeTally(tally));
    },
  };
}

export function createMachineView(): CampaignView {
  return {
    begin: () => undefined,
    answer: (seed, answer) =>
      writeJson({ kind: 'seed', seed, failure: failureOf(answer) ?? null, ...detailOf(answer) }),
    end: (tally) => writeJson({ kind: 'campaign', ...tally, exitCode: tally.exitCode() }),
  };
}

function detailOf(answer: Answer): object {
  return answer.kind === 'crashed' ? { error: answer.error } : { ...answer.outcome, ms: Math.round(answer.ms) };
}

function writeJson(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

function describeFailure(seed: number, answer: Answer): string[] {
  const lines = ['', `Seed ${seed}: ${failureOf(answer)}`];
  if (answer.kind === 'crashed') lines.push(answer.error);
  else {
    const { broken, pending, plan } = answer.outcome;
    lines.push(`drew ${JSON.stringify(plan)}`);
    for (const { name, at, what, excerpt } of broken)
      lines.push(`${at} ${what}`, `  not so: ${name}`, ...told(excerpt));
    for (const { what, why, excerpt } of pending) lines.push(`${what}: ${why}`, ...told(excerpt));
  }
  return [...lines, `npm run campaign -- --seed ${seed}`];
}

const ENTRY_LENGTH_MAX = 400;

function told(entries: readonly TraceEntry[]): string[] {
  return entries.map((entry) => `    ${JSON.stringify(entry).slice(0, ENTRY_LENGTH_MAX)}`);
}

function describeTally(tally: Tally): string[] {
  const faults = Object.entries(tally.faults).map(([kind, struck]) => `${kind} ${struck}`);
  const failed = tally.failures.map(({ seed, failure }) => `${seed} (${failure})`).join(', ');
  return [
    `${count(tally.seeds, 'seed')}, ${duration(tally.virtualMs)} of virtual time, ${Math.round(tally.instanceHours)} instance-hours, ` +
      `${tally.calls} calls, ${tally.alerts} messages, ${tally.checks} checks; ${duration(tally.playedMs)} of processor time.`,
    `Faults: ${faults.join(', ')}.`,
    failed === '' ? 'All invariants held.' : `Failed: ${failed}.`,
  ];
}
