import type { TraceEntry } from '../../../simulator/kernel/trace.ts';
import { failureOf } from '../failure.ts';
import type { Plan } from '../plan.ts';
import type { Difference } from '../play-twice.ts';
import type { Answer } from '../worker.ts';
import { tellEntry } from './entry-text.ts';

const DIFFERENCE_LENGTH_MAX = 2_000;

/**
 * What went wrong in a world, the trace around it, and how to see it again.
 *
 * @param file where the plan is, if it is not the one that its seed draws
 */
export function tellAnswer(plan: Plan, answer: Answer, file?: string): string[] {
  const replay = file === undefined ? `--seed ${plan.seed}` : `--plan ${file}`;
  return [
    `Seed ${plan.seed}: ${failureOf(answer)?.kind ?? 'all held'}`,
    ...(answer.kind === 'crashed' ? [answer.error] : tellPlayed(answer)),
    `Again: npm run campaign -- ${replay}`,
  ];
}

function tellPlayed({ outcome: { broken, pending }, difference }: Extract<Answer, { kind: 'played' }>): string[] {
  return [
    ...broken.flatMap(({ name, at, what, excerpt }) => [
      `broken: ${name}`,
      `${at.slice(11, 23)}  ${what}`,
      ...indented(excerpt),
    ]),
    ...pending.flatMap(({ what, why, excerpt }) => [`pending: ${what}: ${why}`, ...indented(excerpt)]),
    ...(difference === undefined ? [] : tellDifference(difference)),
  ];
}

function indented(entries: readonly TraceEntry[]): string[] {
  return entries.map((entry) => `    ${tellEntry(entry)}`);
}

function tellDifference({ index, first, second }: Difference): string[] {
  const told = (entry = 'the trace was over') => `    ${entry.slice(0, DIFFERENCE_LENGTH_MAX)}`;
  return [`played twice, entry ${index} of the trace differs:`, told(first), told(second)];
}
