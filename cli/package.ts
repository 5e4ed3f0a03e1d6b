import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Packaged } from './story/play.ts';

const ROOT = path.resolve(import.meta.dirname, '..');

/**
 * What `package` has left in a directory: the template and the archives.
 *
 * @throws PackagingError when there is nothing
 */
export function packagedIn(directory: string): Packaged {
  const templatePath = path.join(directory, 'cloudformation-template-update-stack.json');
  if (!existsSync(templatePath)) throw new PackagingError(`There is no ${templatePath}; npm run package makes it.`);
  return { templatePath, artifactsDirectory: directory };
}

/**
 * Packages the product as `deploy` would, with its default parameters; needs neither credentials nor network. In a
 * directory of its own, which is removed when the process ends: osls clears what lies beside `serverless.yml` first, and
 * two at once would disturb each other.
 *
 * @throws PackagingError
 */
export async function packageProduct(signal: AbortSignal): Promise<Packaged> {
  const directory = temporaryDirectory('ebbtide-');
  copyFileSync(path.join(ROOT, 'serverless.yml'), path.join(directory, 'serverless.yml'));
  for (const part of ['infra', 'node_modules']) symlinkSync(path.join(ROOT, part), path.join(directory, part));
  return packageIn(directory, signal);
}

/**
 * A new directory, which is removed when the process ends.
 *
 * @throws PackagingError
 */
export function temporaryDirectory(prefix: string): string {
  try {
    const directory = mkdtempSync(path.join(tmpdir(), prefix));
    process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
    return directory;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PackagingError(`No directory can be made in ${tmpdir()}, where TMPDIR says: ${reason}`, { cause: error });
  }
}

/**
 * Packages what lies in a directory: `serverless.yml`, and beside it the product and `node_modules`.
 *
 * @throws PackagingError with what osls said
 */
export async function packageIn(directory: string, signal: AbortSignal): Promise<Packaged> {
  const osls = path.join(ROOT, 'node_modules', 'osls', 'bin', 'serverless.js');
  const packaging = promisify(execFile)(process.execPath, [osls, 'package'], {
    cwd: directory,
    signal,
    killSignal: 'SIGKILL',
  });
  const ended = new Promise((resolve) => packaging.child.once('exit', resolve));
  try {
    await packaging;
  } catch (error) {
    if (signal.aborted) {
      // Until then it writes into the directory that is about to be removed.
      await ended;
      throw new InterruptedError('Interrupted while packaging.', { cause: error });
    }
    const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new PackagingError(`Packaging failed.\n${stdout}${stderr}`.trim(), { cause: error });
  }
  return packagedIn(path.join(directory, '.serverless'));
}

export class PackagingError extends Error {
  override readonly name: string = 'PackagingError';
}

/** Somebody ended it. */
export class InterruptedError extends PackagingError {
  override readonly name = 'InterruptedError';
}
