import { Command, InvalidArgumentError } from 'commander';
import { endWithReader } from './display/early-reader.ts';
import { showReport } from './display/report-view.ts';
import { createStoryView } from './display/story-view.ts';
import { createTerminal, type Terminal } from './display/terminal.ts';
import { clockTime, duration, wrap } from './display/text.ts';
import { interruption } from './interruption.ts';
import { measureBundles } from './measures/bundles.ts';
import { InterruptedError, PackagingError, packagedIn, packageProduct } from './package.ts';
import { makeReport } from './report.ts';
import { deployedFunctions, type Performance, play } from './story/play.ts';

const EXIT = { broken: 1, usage: 2, failed: 3, interrupted: 130 } as const;
const DEFAULT_SEED = 1;

interface Options {
  readonly seed: number;
  readonly json?: boolean;
  readonly packaged?: string;
}

const program = new Command('npm start --')
  .description(
    'Packages Ebbtide, deploys it into a simulated AWS account and plays some hours of a fleet there in virtual time: ' +
      'drains, agents that go away, repairs. In the end it shows what was measured, and whether all invariants held.',
  )
  .option(
    '--seed <number>',
    'which world: the same seed is the same story, byte for byte, but for measured times',
    parseSeed,
    DEFAULT_SEED,
  )
  .option('--json', 'the whole timeline for machines, instead of the story for people')
  .option(
    '--packaged <directory>',
    'play what was packaged there before, by the default parameters, instead of packaging first',
  )
  .allowExcessArguments(false)
  .addHelpText(
    'after',
    `
With --json (npm start --silent -- --json) each line is a JSON object: at, the
instant (ISO 8601), kind, and fields of its own:
  event         an event, as the bus received it
  call          an API call: service, operation, caller, input, answer
  invocation    a function begins or ends
  log           a line of a function: what it decided and did, and why
  notification  an alert, or an alarm of CloudWatch
  dead-letter   a message that could not be handled
  world         what happens to the fleet
  note          what the story does
  report        the last line: drains, alerts, calls, invariants, bundles, time

Exit code: 0 all invariants held, 1 one was broken, 2 wrong usage, 3 the story
could not be played, 130 interrupted.
Colours: NO_COLOR and FORCE_COLOR are respected.`,
  )
  .showHelpAfterError('--help shows the options.')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT.usage));

function parseSeed(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('A seed is a whole number of up to 15 digits.');
  return Number(text);
}

async function start({ seed, json = false, packaged }: Options, terminal: Terminal): Promise<void> {
  const interrupted = interruption();
  if (!json) terminal.write(terminal.paint('strong', `Ebbtide, in a simulated AWS account. Seed ${seed}.`));

  terminal.status('Packaging …');
  const packaging =
    packaged === undefined ? await timed(() => packageProduct(interrupted)) : { result: packagedIn(packaged), ms: 0 };
  if (!json) {
    const how = packaged === undefined ? `Packaged in ${duration(packaging.ms)}` : `Packaged before, in ${packaged}`;
    const what = 'Deployed: the template and the bundles that a real deployment would upload.';
    terminal.write(...wrap(`${how}. ${what}`, terminal.width));
  }
  let virtualNowMs: number | undefined;
  interrupted.addEventListener('abort', () => {
    const when = virtualNowMs === undefined ? '' : ` at ${clockTime(virtualNowMs)} of virtual time`;
    terminal.write(`Interrupted${when}.`);
    process.exit(EXIT.interrupted);
  });
  const audience = json ? machineAudience() : personAudience(terminal);
  const onTime = (nowMs: number) => {
    virtualNowMs = nowMs;
    audience.onTime?.(nowMs);
  };
  const story = await timed(() => play({ ...packaging.result, ...audience, seed, onTime }));
  terminal.status('Measuring the bundles …');
  const bundles = await measureBundles(deployedFunctions(story.result, packaging.result));
  const report = makeReport({ seed, played: story.result, bundles, packagingMs: packaging.ms, storyMs: story.ms });
  terminal.status('');
  if (json) writeJson({ at: new Date(story.result.endedAtMs).toISOString(), kind: 'report', ...report });
  else showReport(terminal, report);
  if (report.invariants.some(({ violation }) => violation !== undefined)) process.exitCode = EXIT.broken;
}

type Audience = Pick<Performance, 'onEntry' | 'onMoment' | 'onTime'>;

function personAudience(terminal: Terminal): Audience {
  const view = createStoryView(terminal);
  return { onEntry: view.entry, onMoment: view.moment, onTime: view.time };
}

function machineAudience(): Audience {
  return { onEntry: writeJson };
}

function writeJson(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

async function timed<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly ms: number }> {
  const fromMs = performance.now();
  const result = await work();
  return { result, ms: performance.now() - fromMs };
}

endWithReader(EXIT.failed);
program.parse();
const options = program.opts<Options>();
// People see the story on standard output; machines have that to themselves, and progress goes beside it.
const terminal = createTerminal(options.json ? process.stderr : process.stdout);
try {
  await start(options, terminal);
} catch (error) {
  terminal.status('');
  console.error(error instanceof PackagingError ? error.message : error);
  process.exitCode = error instanceof InterruptedError ? EXIT.interrupted : EXIT.failed;
}
