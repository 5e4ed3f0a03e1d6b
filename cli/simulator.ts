#!/usr/bin/env node
import { Command, Option } from 'commander';
import { FleetDocumentError } from '../simulator/fleet-document/parse.ts';
import type { SimulatorServer } from '../simulator/serve/server.ts';
import type { Simulator } from '../simulator/simulator.ts';
import { type Control, sendControl } from './control.ts';
import { collect, existingPath, parseProgram, parseSpeed, type ServeOptions, wholeNumber } from './serve/options.ts';
import { StartError, start } from './serve/start.ts';

const EXIT = { usage: 2, failed: 3, interrupted: 130 } as const;
const DEFAULT_PORT = 4599;
const DEFAULT_SEED = 1;

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
  .option('--functions <file>', 'functions of your own: a YAML or JSON document (docs/functions.schema.json)')
  .option('--template <file>', 'a CloudFormation, SAM or Serverless template to deploy, with its code beside it')
  .addOption(repeatable('--parameter <name=value>', 'a parameter of the template', String))
  .addOption(repeatable('--code <name=path>', "where a function's code lies", existingPath))
  .addOption(repeatable('--function <name=target>', 'what runs for a function: an address or a command', parseProgram))
  .addOption(
    repeatable(
      '--existing <name=id>',
      'what stands for a resource of the template, such as a group of the fleet',
      String,
    ),
  )
  .option('--skip-unmodelled', 'leaves out resources of the template that the simulator does not have')
  .option('--speed <number>', 'how many times as fast as real time', parseSpeed, 1)
  .addOption(new Option('--stepped', 'time goes on only as far as answers and the control API need').conflicts('speed'))
  .option('--seed <number>', 'which world', wholeNumber(Number.MAX_SAFE_INTEGER), DEFAULT_SEED)
  .allowExcessArguments(false)
  .action(serveUntilInterrupted);

program
  .command('control')
  .description('Pushes a served fleet about, as POST /_control/<command> does. Without a command: lists them.')
  .argument('[command]', 'such as scale-group')
  .argument('[field=value...]', 'such as group=web desired=5')
  .option('--url <address>', 'where the simulator is served', `http://127.0.0.1:${DEFAULT_PORT}`)
  .action(async (command: string | undefined, fields: string[], { url }: { readonly url: string }) => {
    const control: Control = { url, fields, ...(command === undefined ? {} : { command }) };
    const { text, outcome } = await sendControl(control);
    (outcome === 'done' ? process.stdout : process.stderr).write(`${text}\n`);
    if (outcome !== 'done') process.exitCode = EXIT[outcome];
  });

function repeatable<T>(flags: string, description: string, read: (text: string) => T): Option {
  return new Option(flags, `${description}; repeatable`).argParser(collect(read)).default(new Map(), 'none');
}

/** What only a template gives a meaning: without one it would be a slip of the pen, and without effect. */
const OF_TEMPLATES = ['parameter', 'code', 'function', 'existing', 'skipUnmodelled'];

async function serveUntilInterrupted(options: ServeOptions, command: Command): Promise<void> {
  const isIdle = (option: Option) =>
    OF_TEMPLATES.includes(option.attributeName()) && command.getOptionValueSource(option.attributeName()) === 'cli';
  const idle = options.template === undefined ? command.options.filter(isIdle) : [];
  if (idle.length > 0) command.error(`error: ${idle.map(({ long }) => `${long} needs --template`).join('; ')}`);
  const { simulator, server } = await start(options);
  closeOnSignals(server);
  const time = options.stepped === true ? 'stepped' : `${options.speed} times real time`;
  process.stdout.write(welcome(server.url, simulator, time));
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

try {
  await program.parseAsync();
} catch (error) {
  const isExpected = error instanceof StartError || error instanceof FleetDocumentError;
  console.error(isExpected ? error.message : error);
  process.exitCode = error instanceof FleetDocumentError ? EXIT.usage : EXIT.failed;
}
