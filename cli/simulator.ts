#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { applyFleet } from '../simulator/fleet-document/apply.ts';
import { FleetDocumentError, parseFleetDocument } from '../simulator/fleet-document/parse.ts';
import type { RealTime } from '../simulator/serve/real-time.ts';
import { type SimulatorServer, serve } from '../simulator/serve/server.ts';
import { createSimulator, type Simulator } from '../simulator/simulator.ts';
import { type Control, sendControl } from './control.ts';

const EXIT = { usage: 2, failed: 3, interrupted: 130 } as const;
const DEFAULT_PORT = 4599;
const DEFAULT_SEED = 1;
/** Long enough for a fleet to come up before the present, so that the world and its clients have the same time. */
const HEAD_START_MS = 15 * 60_000;
/** What `list-events` and `trace` of the control API can look back on: a world that is served for days forgets the rest. */
const TRACE_ENTRIES_MAX = 10_000;

interface ServeOptions {
  readonly port: number;
  readonly fleet?: string;
  readonly template?: string;
  readonly speed: number;
  readonly stepped?: boolean;
  readonly seed: number;
}

class StartError extends Error {
  override readonly name = 'StartError';
}

const realTime: RealTime = {
  nowMs: () => performance.now(),
  wakeAfter: (delayMs, wake) => {
    const timer = setTimeout(wake, delayMs);
    return () => clearTimeout(timer);
  },
};

const program = new Command('npm run simulator --')
  .description('A simulated AWS account with a fleet of Amazon ECS in it, for any AWS client: see docs/simulator.md.')
  .showHelpAfterError('--help shows the options.')
  .configureHelp({ helpWidth: 100 })
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT.usage));

program
  .command('serve')
  .description('Serves the account over HTTP on loopback until it is interrupted.')
  .option('--port <number>', 'where to listen; 0: any free port', wholeNumber(65_535), DEFAULT_PORT)
  .option('--fleet <file>', 'the fleet: a YAML or JSON document (docs/fleet.schema.json)')
  .option('--template <file>', 'a packaged CloudFormation template, with its archives beside it, to deploy first')
  .option('--speed <number>', 'how many times as fast as real time', parseSpeed, 1)
  .option('--stepped', 'time goes on only as far as answers and the control API need')
  .option('--seed <number>', 'which world', wholeNumber(Number.MAX_SAFE_INTEGER), DEFAULT_SEED)
  .allowExcessArguments(false)
  .action(start);

program
  .command('control')
  .description('Pushes a served fleet about, as POST /_control/<command> does. Without a command: lists them.')
  .argument('[command]', 'such as scale-group')
  .argument('[field=value...]', 'such as group=web desired=5')
  .option('--url <address>', 'where the simulator is served', `http://127.0.0.1:${DEFAULT_PORT}`)
  .action(async (command: string | undefined, fields: string[], { url }: { readonly url: string }) => {
    const control: Control = { url, fields, ...(command === undefined ? {} : { command }) };
    const { text, isDone } = await sendControl(control);
    (isDone ? process.stdout : process.stderr).write(`${text}\n`);
    if (!isDone) process.exitCode = EXIT.failed;
  });

function wholeNumber(max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d{1,16}$/.test(text) || value > max) throw new InvalidArgumentError(`A whole number from 0 to ${max}.`);
    return value;
  };
}

function parseSpeed(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 100_000)) throw new InvalidArgumentError('A number above 0, up to 100000.');
  return value;
}

async function start(options: ServeOptions): Promise<void> {
  const fleet = options.fleet === undefined ? undefined : parseFleetDocument(read(options.fleet), options.fleet);
  const stepped = options.stepped === true;
  const simulator = createSimulator({
    seed: options.seed,
    ...(stepped ? {} : { startMs: Date.now() - HEAD_START_MS }),
  });
  simulator.kernel.trace.keepAtMost(TRACE_ENTRIES_MAX);
  if (options.template !== undefined) deploy(simulator, options.template);
  const missing = fleet === undefined ? [] : await applyFleet(simulator, fleet);
  for (const line of missing) process.stderr.write(`${line}\n`);
  if (!stepped) await simulator.runUntil(Math.max(simulator.kernel.clock.now(), Date.now()));
  const server = await serve(simulator, {
    port: options.port,
    pace: stepped ? { kind: 'stepped' } : { kind: 'real-time', speed: options.speed, realTime },
    onDefect: (error) => console.error('The simulator has a defect:', error),
  }).catch((error: unknown) => {
    throw new StartError(cannotListen(error, options.port), { cause: error });
  });
  closeOnSignals(server);
  const time = stepped ? 'stepped' : `${options.speed} times real time`;
  process.stdout.write(welcome(server.url, simulator, time));
}

/** Everything is checked before the port is taken; only then does anybody see a server. */
function deploy(simulator: Simulator, template: string): void {
  read(template);
  try {
    simulator.deploy({ templatePath: template, artifactsDirectory: path.dirname(path.resolve(template)) });
  } catch (error) {
    throw new StartError(`${template} cannot be deployed: ${messageOf(error)}`, { cause: error });
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new StartError(`${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function cannotListen(error: unknown, port: number): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return `Port ${port} is in use; --port chooses another, --port 0 any that is free.`;
  return `Port ${port} cannot be served: ${messageOf(error)}`;
}

function closeOnSignals(server: SimulatorServer): void {
  let isClosing = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (isClosing) process.exit(EXIT.interrupted);
      isClosing = true;
      void server.close().then(() => process.exit(0));
    });
  }
}

function welcome(url: string, { kernel: { clock, place } }: Simulator, time: string): string {
  return `Serving account ${place.accountId}, region ${place.region}, at ${url}
Virtual time: ${new Date(clock.now()).toISOString()}, ${time}

Any credentials will do:

  export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=${place.region}
  aws --endpoint-url ${url} ecs list-clusters

What to do to the fleet beside AWS calls: npm run simulator -- control --url ${url}
Ctrl-C ends it.
`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

try {
  await program.parseAsync();
} catch (error) {
  const isExpected = error instanceof StartError || error instanceof FleetDocumentError;
  console.error(isExpected ? error.message : error);
  process.exitCode = error instanceof FleetDocumentError ? EXIT.usage : EXIT.failed;
}
