import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { playAll } from './campaign/crew.ts';
import { drawPlan, type Plan } from './campaign/plan.ts';
import { EXIT, Tally } from './campaign/tally.ts';
import { createMachineView, createPersonView } from './campaign/view.ts';
import { PackagingError, packagedIn, packageProduct } from './package.ts';

interface Options {
  readonly seeds: number;
  readonly from: number;
  readonly seed?: number;
  readonly minutes?: number;
  readonly workers: number;
  readonly json?: boolean;
  readonly packaged?: string;
}

const program = new Command('npm run campaign --')
  .description(
    'Packages Ebbtide and runs it in simulated AWS accounts in which things break: each seed draws a fleet, settings, ' +
      'what happens to the fleet, and faults. Says which invariants were broken, and by which seed.',
  )
  .option('--seeds <number>', 'how many worlds', whole, 100)
  .option('--from <number>', 'the first seed', whole, 1)
  .option('--seed <number>', 'only this world', whole)
  .option('--minutes <number>', 'begin no further world after so many minutes', whole)
  .option('--workers <number>', 'how many processes', whole, availableParallelism())
  .option('--json', 'one JSON object for each seed, and one for all in the end')
  .option('--packaged <directory>', 'what was packaged there before, instead of packaging first')
  .allowExcessArguments(false)
  .addHelpText(
    'after',
    `
Exit code: 0 all held, 1 wrong usage or not packaged, 2 an invariant was broken, 3 something was still waiting
after everything had healed, 4 a world could not be played, 5 a seed did not give the same trace twice.`,
  )
  .showHelpAfterError('--help shows the options.');

function whole(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('A whole number of up to 15 digits.');
  return Number(text);
}

function* plansOf({ seeds, from, seed }: Options): Generator<Plan> {
  if (seed !== undefined) yield drawPlan(seed);
  else for (let next = from; next < from + seeds; next++) yield drawPlan(next);
}

async function run(options: Options): Promise<void> {
  const stopped = new AbortController();
  process.once('SIGINT', () => stopped.abort());
  const view = options.json ? createMachineView() : createPersonView();
  const packaged = options.packaged ? packagedIn(options.packaged) : await packageProduct(stopped.signal);
  const timer = options.minutes && setTimeout(() => stopped.abort(), options.minutes * 60_000);
  const tally = new Tally();
  view.begin(options);
  await playAll({
    ...packaged,
    plans: plansOf(options),
    workers: options.seed === undefined ? options.workers : 1,
    signal: stopped.signal,
    onAnswer: ({ seed }, answer) => {
      tally.add(seed, answer);
      view.answer(seed, answer, tally);
    },
  });
  if (timer) clearTimeout(timer);
  view.end(tally);
  process.exitCode = tally.exitCode();
}

program.parse();
try {
  await run(program.opts<Options>());
} catch (error) {
  console.error(error instanceof PackagingError ? error.message : error);
  process.exitCode = EXIT.usage;
}
