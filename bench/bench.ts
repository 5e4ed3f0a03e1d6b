import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { PackagingError, packagedIn } from '../cli/package.ts';
import { benchFunctions } from './functions.ts';
import { benchSimulator } from './simulator.ts';

const EXIT = { failed: 1, usage: 2 } as const;

const program = new Command('npm run bench --')
  .description(
    'Measures how long the bundles of the functions take to load, and an idle hour of a simulated fleet with Ebbtide in it. ' +
      'Needs what npm run package makes.',
  )
  .option('--instances <number>', 'of the simulated fleet, with four tasks each', positive, 1_000)
  .allowExcessArguments(false)
  .showHelpAfterError('--help shows the options.')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT.usage));

function positive(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('A whole number from 1 on, of up to 6 digits.');
  return Number(text);
}

const { instances } = program.parse().opts<{ readonly instances: number }>();
try {
  const packaged = packagedIn(path.resolve(import.meta.dirname, '..', '.serverless'));
  await benchFunctions(packaged);
  await benchSimulator(packaged, instances);
} catch (error) {
  console.error(error instanceof PackagingError ? error.message : error);
  process.exitCode = EXIT.failed;
}
