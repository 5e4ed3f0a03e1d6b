import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { createCrew } from './campaign/crew.ts';
import { endWithReader } from './display/early-reader.ts';
import { table } from './display/table.ts';
import { createTerminal } from './display/terminal.ts';
import { count } from './display/text.ts';
import { interruption } from './interruption.ts';
import { InterruptedError, PackagingError, packageProduct } from './package.ts';
import { type Catch, findCatch } from './planted/catch.ts';
import { packageWith } from './planted/plant.ts';
import { type PlantedBug, PlantedBugError, readPlantedBugs } from './planted/planted-bug.ts';

const EXIT = { caught: 0, usage: 1, survived: 2, interrupted: 130 } as const;

interface Options {
  readonly seeds: number;
  readonly from: number;
  readonly workers: number;
  readonly list?: boolean;
  readonly json?: boolean;
}

const program = new Command('npm run planted --')
  .description(
    'Shows that the campaign catches bugs: puts each of the bugs that are kept as patches in test/planted-bugs into a copy ' +
      'of the product, packages it, and plays seeds until an invariant breaks that holds without the bug.',
  )
  .argument('[bugs...]', 'only these; all when none is named')
  .option('--seeds <number>', 'how many seeds to try for each', positive, 200)
  .option('--from <number>', 'the first seed', positive, 1)
  .option('--workers <number>', 'how many processes', positive, availableParallelism())
  .option('--list', 'only list the bugs, and what they break')
  .option('--json', 'one JSON object for each bug')
  .addHelpText(
    'after',
    '\nExit code: 0 all were caught, 1 wrong usage or a patch that no longer applies, 2 some were not, 130 interrupted.',
  )
  .showHelpAfterError('--help shows the options.');

function positive(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('A whole number from 1 on, of up to 15 digits.');
  return Number(text);
}

interface Result {
  readonly bug: PlantedBug;
  readonly caught: Catch | undefined;
}

async function run(names: readonly string[], { seeds, from, workers, list, json }: Options): Promise<number> {
  const terminal = createTerminal(process.stdout);
  const bugs = readPlantedBugs(names);
  if (list) {
    for (const { name, origin, breaks } of bugs) {
      if (json) terminal.write(JSON.stringify({ name, origin, breaks }));
      else terminal.write(name, `  ${origin}`, `  Breaks: ${breaks}`);
    }
    return EXIT.caught;
  }
  const signal = interruption();
  const sound = createCrew(await packageProduct(signal), 1);
  const results: Result[] = [];
  try {
    for (const bug of bugs) {
      if (signal.aborted) return EXIT.interrupted;
      terminal.status(json ? '' : `${bug.name}: packaging …`);
      const { packaged, remove } = await packageWith(bug, signal);
      const planted = createCrew(packaged, workers);
      try {
        const onPlayed = (played: number) =>
          terminal.status(json ? '' : `${bug.name}: ${count(played, 'seed')} of ${seeds} played …`);
        const caught = await findCatch({ planted, sound, from, seeds, signal, onPlayed });
        results.push({ bug, caught });
        terminal.write(json ? JSON.stringify(toJson({ bug, caught })) : tell({ bug, caught }));
      } finally {
        planted.close();
        remove();
      }
    }
  } finally {
    sound.close();
  }
  const survivors = results.filter(({ caught }) => caught === undefined);
  if (!json) terminal.write('', ...summary(results, terminal));
  return survivors.length === 0 ? EXIT.caught : EXIT.survived;
}

function tell({ bug, caught }: Result): string {
  if (caught === undefined) return `${bug.name}: NOT CAUGHT`;
  return `${bug.name}: caught by seed ${caught.seed}`;
}

function toJson({ bug: { name, origin, breaks }, caught }: Result): object {
  return { name, origin, breaks, caught: caught ?? null };
}

function summary(results: readonly Result[], { paint }: Pick<ReturnType<typeof createTerminal>, 'paint'>): string[] {
  const caught = results.filter((one) => one.caught !== undefined).length;
  return [
    ...table<Result>(
      [
        { title: 'bug', text: ({ bug }) => bug.name },
        { title: 'seeds', align: 'right', text: (one) => (one.caught === undefined ? '-' : String(one.caught.seeds)) },
        {
          title: 'caught by',
          text: (one) => one.caught?.failure.name ?? 'nothing',
          style: (one) => (one.caught === undefined ? 'bad' : undefined),
        },
      ],
      results,
      paint,
    ),
    '',
    `${caught} of ${count(results.length, 'bug')} caught.`,
  ];
}

endWithReader(EXIT.usage);
program.parse();
try {
  process.exitCode = await run(program.args, program.opts<Options>());
} catch (error) {
  const isTold = error instanceof PackagingError || error instanceof PlantedBugError;
  console.error(isTold ? error.message : error);
  process.exitCode = error instanceof InterruptedError ? EXIT.interrupted : EXIT.usage;
}
