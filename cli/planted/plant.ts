import { execFile } from 'node:child_process';
import { cpSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { packageIn, temporaryDirectory } from '../package.ts';
import type { Packaged } from '../story/play.ts';
import { type PlantedBug, PlantedBugError } from './planted-bug.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..');

/** What the package is made of. */
const PRODUCT = ['serverless.yml', 'functions', 'shared', 'infra'];

/**
 * Packages a copy of the product with the bug in it, in a directory of its own.
 *
 * @throws PlantedBugError when the patch no longer applies; PackagingError
 */
export async function packageWith(
  bug: PlantedBug,
  signal: AbortSignal,
): Promise<{ readonly packaged: Packaged; remove(): void }> {
  const directory = temporaryDirectory('ebbtide-planted-');
  const remove = () => rmSync(directory, { recursive: true, force: true });
  try {
    for (const part of PRODUCT) cpSync(path.join(ROOT, part), path.join(directory, part), { recursive: true });
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(directory, 'node_modules'));
    await apply(bug, directory);
    return { packaged: await packageIn(directory, signal), remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Whether the patches still fit: checked in a copy, without changing it. @throws PlantedBugError */
export async function checkPatch(bug: PlantedBug): Promise<void> {
  await git(bug, ROOT, ['apply', '--check']);
}

async function apply(bug: PlantedBug, directory: string): Promise<void> {
  await git(bug, directory, ['apply']);
}

async function git({ name, file }: PlantedBug, cwd: string, args: readonly string[]): Promise<void> {
  // A directory of its own is in no repository, whatever lies around it.
  const env = { ...process.env, GIT_CEILING_DIRECTORIES: path.dirname(cwd) };
  try {
    await promisify(execFile)('git', [...args, file], { cwd, env });
  } catch (error) {
    const { stderr = '' } = error as { readonly stderr?: string };
    const why = stderr.trim() || String(error);
    throw new PlantedBugError(`${name} does not apply to the product as it is now: ${why}`, { cause: error });
  }
}
