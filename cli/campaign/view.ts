import { createTerminal } from '../display/terminal.ts';
import { count, duration } from '../display/text.ts';
import { failureOf } from './failure.ts';
import type { Plan } from './plan.ts';
import type { WrittenPlan } from './plan-file.ts';
import type { Progress } from './shrink/attempts.ts';
import type { Shrunk } from './shrink/shrink.ts';
import type { Tally } from './tally.ts';
import { tellAnswer } from './tell/answer-text.ts';
import { tellPlan } from './tell/plan-text.ts';
import { tellTally } from './tell/tally-text.ts';
import type { Answer } from './worker.ts';

export interface Announcement {
  readonly seeds: number;
  readonly from: number;
  /** Where a single plan is played, the plan. */
  readonly only: Plan | undefined;
  /** The file that has it, where it is not what its seed draws. */
  readonly file: string | undefined;
}

export interface Reduction {
  readonly seed: number;
  /** What became of the smaller world. */
  readonly answer: Answer;
  readonly shrunk: Shrunk;
  readonly written: WrittenPlan;
}

/** In milliseconds of real time. */
export interface Took {
  readonly playingMs: number;
  readonly inAllMs: number;
}

export interface CampaignView {
  begin(announcement: Announcement): void;
  answer(plan: Plan, answer: Answer, progress: { readonly tally: Tally; readonly ms: number }): void;
  /** No further world begins. */
  ending(): void;
  beginShrinking(seed: number): void;
  shrinking(seed: number, progress: Progress): void;
  shrunk(reduction: Reduction): void;
  end(tally: Tally, took: Took): void;
}

export function createPersonView(): CampaignView {
  const terminal = createTerminal(process.stdout);
  let total = 1;
  let planFile: string | undefined;
  return {
    begin({ seeds, from, only, file }) {
      planFile = file;
      total = only === undefined ? seeds : 1;
      if (only === undefined) terminal.write(`Seeds ${from} to ${from + seeds - 1}.`);
      else terminal.write(`Seed ${only.seed}:`, ...tellPlan(only));
    },
    answer(plan, answer, { tally, ms }) {
      if (failureOf(answer) !== undefined) terminal.write('', ...tellAnswer(plan, answer, planFile));
      const left = ((total - tally.seeds) * ms) / tally.seeds;
      terminal.status(
        `${tally.seeds} of ${count(total, 'seed')}, ${tally.failures.length} failed, ` +
          `${(tally.seeds / (ms / 1_000)).toFixed(2)} a second, ${duration(left)} to go …`,
      );
    },
    ending() {
      terminal.write('Ending: the worlds that have begun are played to their end …');
    },
    beginShrinking: (seed) => terminal.write('', shrinkingText(seed)),
    shrinking(seed, { attempts, hours, plan }) {
      const { pushes, clusters, faults } = plan;
      const breaks = faults.only === undefined ? '' : `, ${count(faults.only.length, 'fault')}`;
      terminal.status(
        `Making the world of seed ${seed} smaller: ${count(attempts, 'attempt')}, ${Math.round(hours)} virtual hours; ` +
          `${count(clusters.length, 'cluster')}, ${pushes.length} pushes${breaks} left …`,
      );
    },
    shrunk({ seed, answer, shrunk, written }) {
      const file = 'file' in written ? written.file : planFile;
      const how = shrunk.isMinimal ? 'nothing more can be left out' : 'the limit came first';
      terminal.write('', `Seed ${seed}, made smaller in ${count(shrunk.attempts, 'attempt')} (${how}):`);
      terminal.write(...tellPlan(shrunk.plan, answer.kind === 'played' ? answer.outcome.pushed : []));
      terminal.write('', ...tellAnswer(shrunk.plan, answer, file));
      if ('problem' in written) terminal.write(written.problem);
    },
    end(tally, took) {
      terminal.status('');
      if (tally.seeds < total)
        terminal.write('', `Ended early: ${tally.seeds} of ${count(total, 'seed')} were played.`);
      terminal.write('', ...tellTally(tally, took));
    },
  };
}

/** One JSON object a line: each seed, each failure made smaller, and the whole campaign. */
export function createMachineView(): CampaignView {
  let asked = 1;
  return {
    begin({ seeds, only }) {
      asked = only === undefined ? seeds : 1;
    },
    answer: ({ seed }, answer) => writeJson({ kind: 'seed', seed, ...detailOf(answer) }),
    ending: () => undefined,
    // Standard output is for the objects, and this takes minutes.
    beginShrinking: (seed) => void process.stderr.write(`${shrinkingText(seed)}\n`),
    shrinking: () => undefined,
    shrunk: ({ seed, answer, shrunk, written }) =>
      writeJson({ kind: 'shrunk', seed, ...written, ...shrunk, ...detailOf(answer) }),
    end: (tally, { playingMs, inAllMs }) => {
      const seconds = Number((playingMs / 1_000).toFixed(1));
      const secondsInAll = Number((inAllMs / 1_000).toFixed(1));
      const seedsPerSecond = Number((tally.seeds / (playingMs / 1_000)).toFixed(3));
      const endedEarly = tally.seeds < asked;
      const times = { seconds, secondsInAll, seedsPerSecond };
      writeJson({ kind: 'campaign', ...tally, asked, endedEarly, ...times, exitCode: tally.exitCode() });
    },
  };
}

function shrinkingText(seed: number): string {
  return `Making the world of seed ${seed} smaller …`;
}

function detailOf(answer: Answer): object {
  const failure = failureOf(answer) ?? null;
  if (answer.kind === 'crashed') return { failure, error: answer.error };
  const { strikes: _, ...outcome } = answer.outcome;
  return { failure, ...outcome, difference: answer.difference, cpuMs: Math.round(answer.cpuMs) };
}

function writeJson(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
