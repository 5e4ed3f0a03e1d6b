import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Metafile } from 'esbuild';
import { inject } from 'vitest';

/** What `osls package` made: the very files that `deploy` would upload. */
export interface Packaged {
  readonly template: Template;
  readonly templateFile: string;
  /** By function name, as in `serverless.yml`. */
  readonly archiveFiles: Readonly<Record<string, string>>;
  /** By function name: esbuild's account of what is in the bundle. */
  readonly metafiles: Readonly<Record<string, Metafile>>;
}

export interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
}

export interface TemplateResource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}

export interface PackagingOptions {
  /** As `--param` takes them: `name=value`. */
  readonly parameters?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const root = path.resolve(import.meta.dirname, '..');

/** Packages with the default parameters; only once in a run of the tests, however many files and workers ask. */
export async function packageOnce(): Promise<Packaged> {
  const directory = path.join(inject('runDirectory'), 'defaults');
  const outcomeFile = `${directory}.outcome`;
  if (claim(`${directory}.claim`)) {
    const error = await packageInto(directory).then(
      () => '',
      (reason: unknown) => String(reason),
    );
    writeFileSync(`${outcomeFile}.part`, error);
    renameSync(`${outcomeFile}.part`, outcomeFile);
  }
  while (!existsSync(outcomeFile)) await setTimeout(50);
  const error = readFileSync(outcomeFile, 'utf8');
  if (error !== '') throw new Error(error);
  return readPackage(directory);
}

/**
 * Packages into a directory of its own: osls writes beside `serverless.yml`, and two at the same place would disturb
 * each other. Credentials, region and network are not needed, and the environment has none.
 *
 * @param directory must not exist yet
 * @throws with the output of osls when it fails
 */
export async function packageInto(directory: string, options: PackagingOptions = {}): Promise<Packaged> {
  mkdirSync(directory);
  copyFileSync(path.join(root, 'serverless.yml'), path.join(directory, 'serverless.yml'));
  for (const part of ['infra', 'node_modules']) symlinkSync(path.join(root, part), path.join(directory, part));
  const osls = path.join(root, 'node_modules', 'osls', 'bin', 'serverless.js');
  const parameters = (options.parameters ?? []).flatMap((parameter) => ['--param', parameter]);
  await promisify(execFile)(process.execPath, [osls, 'package', ...parameters], {
    cwd: directory,
    env: { PATH: process.env.PATH, HOME: directory, ...options.environment },
  }).catch((error: { stdout: string; stderr: string }) => {
    throw new Error(`osls package failed:\n${error.stdout}${error.stderr}`);
  });
  return readPackage(directory);
}

function readPackage(directory: string): Packaged {
  const output = path.join(directory, '.serverless');
  const templateFile = path.join(output, 'cloudformation-template-update-stack.json');
  const state = readJson(path.join(output, 'serverless-state.json')) as { service: { functions: object } };
  const names = Object.keys(state.service.functions);
  return {
    template: readJson(templateFile) as Template,
    templateFile,
    archiveFiles: Object.fromEntries(names.map((name) => [name, path.join(output, `${name}.zip`)])),
    metafiles: Object.fromEntries(
      names.map((name) => [name, readJson(path.join(directory, '.build', 'meta', `${name}.json`)) as Metafile]),
    ),
  };
}

/** Making a directory is atomic: exactly one caller makes it. */
function claim(directory: string): boolean {
  try {
    mkdirSync(directory);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
