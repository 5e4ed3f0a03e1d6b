import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { createCrew, playAll } from './campaign/crew.ts';
import { drawPlan, type Plan } from './campaign/plan.ts';
import { PlanError, readPlan } from './campaign/plan-file.ts';
import { FailedWorlds } from './campaign/shrink/each-failure.ts';
import { EXIT, Tally } from './campaign/tally.ts';
import { createMachineView, createPersonView } from './campaign/view.ts';
import { endWithReader } from './display/early-reader.ts';
import { interruption } from './interruption.ts';
import { InterruptedError, PackagingError, packagedIn, packageProduct } from './package.ts';

interface Options {
  readonly seeds: number;
  readonly from: number;
  readonly seed?: number;
  readonly plan?: string;
  readonly minutes?: number;
  readonly workers: number;
  readonly shrink: boolean;
  readonly shrinkAttempts: number;
  readonly json?: boolean;
  readonly packaged?: string;
}

/** Virtual time that making one failure smaller may take. */
const SHRINK_HOURS_MAX = 1_000;

/** A timer of Node that is set for longer fires at once: these are 24 days. */
const TIMER_MS_MAX = 2 ** 31 - 1;

const program = new Command('npm run campaign --')
  .description(
    'Packages Ebbtide and runs it in simulated AWS accounts in which things break: each seed draws a fleet, settings, ' +
      'what happens to the fleet, and faults. Says which invariants were broken, by which seed, and by what part of it.',
  )
  .option('--seeds <number>', 'how many worlds', positive, 100)
  .option('--from <number>', 'the first seed', whole, 1)
  .addOption(new Option('--seed <number>', 'only this world').argParser(whole).conflicts(['seeds', 'from', 'plan']))
  .addOption(
    new Option(
      '--plan <file>',
      'only the world of this plan, as a failure that was made smaller has left it',
    ).conflicts(['seeds', 'from']),
  )
  .option('--minutes <number>', 'begin no further world after so many minutes', aboveZero)
  .option('--workers <number>', 'how many processes', positive, availableParallelism())
  .option('--no-shrink', 'do not search for smaller worlds that fail in the same way')
  .addOption(
    new Option('--shrink-attempts <number>', 'how many smaller worlds to try for each way to fail')
      .argParser(whole)
      .default(300)
      .conflicts('shrink'),
  )
  .option('--json', 'one JSON object for each seed and each smaller world, and one for all in the end')
  .option('--packaged <directory>', 'what was packaged there before, instead of packaging first')
  .allowExcessArguments(false)
  .addHelpText(
    'after',
    `
Exit code: 0 all held, 1 wrong usage or not packaged, 2 an invariant was broken, 3 something was still waiting
after everything had healed, 4 a world could not be played, 5 a seed did not give the same trace twice, 130 interrupted
twice, or while packaging. The first Ctrl-C lets the worlds that have begun come to their end.
docs/campaign.md tells more.`,
  )
  .showHelpAfterError('--help shows the options.');

function whole(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('A whole number of up to 15 digits.');
  return Number(text);
}

function positive(text: string): number {
  if (whole(text) < 1) throw new InvalidArgumentError('A whole number from 1 on.');
  return whole(text);
}

function aboveZero(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('A number above 0.');
  return value;
}

function* plansOf({ seeds, from }: Options, only: Plan | undefined): Generator<Plan> {
  if (only !== undefined) yield only;
  else for (let next = from; next < from + seeds; next++) yield drawPlan(next);
}

async function run(options: Options): Promise<void> {
  const interrupted = interruption();
  const timeIsUp = new AbortController();
  const view = options.json ? createMachineView() : createPersonView();
  const ending = AbortSignal.any([interrupted, timeIsUp.signal]);
  const given = options.plan === undefined ? undefined : readPlan(options.plan);
  const packaged = options.packaged ? packagedIn(options.packaged) : await packageProduct(interrupted);
  ending.addEventListener('abort', () => view.ending());
  const { minutes } = options;
  const timer =
    minutes === undefined ? undefined : setTimeout(() => timeIsUp.abort(), Math.min(minutes * 60_000, TIMER_MS_MAX));
  const tally = new Tally();
  const failed = new FailedWorlds();
  const crew = createCrew(packaged, options.workers);
  const only = given ?? (options.seed === undefined ? undefined : drawPlan(options.seed));
  view.begin({ seeds: options.seeds, from: options.from, only, file: options.plan });
  const beganAtMs = performance.now();
  const passedMs = () => performance.now() - beganAtMs;
  try {
    await playAll(crew, {
      plans: plansOf(options, only),
      signal: ending,
      onAnswer(plan, answer) {
        tally.add(plan, answer);
        failed.add(plan, answer);
        view.answer(plan, answer, { tally, ms: passedMs() });
      },
    });
    const playingMs = passedMs();
    const limits = { attempts: options.shrinkAttempts, hours: SHRINK_HOURS_MAX };
    if (options.shrink) await failed.shrink(crew, view, limits, interrupted);
    view.end(tally, { playingMs, inAllMs: options.shrink ? passedMs() : playingMs });
  } finally {
    crew.close();
    if (timer) clearTimeout(timer);
  }
  process.exitCode = tally.exitCode();
}

endWithReader(EXIT.usage);
program.parse();
try {
  await run(program.opts<Options>());
} catch (error) {
  const isTold = error instanceof PackagingError || error instanceof PlanError;
  console.error(isTold ? error.message : error);
  process.exitCode = error instanceof InterruptedError ? EXIT.interrupted : EXIT.usage;
}
