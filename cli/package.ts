import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Packaged } from './story/play.ts';

const ROOT = path.resolve(import.meta.dirname, '..');

/** Where `package` leaves the template and the archives. */
export function packagedIn(directory: string): Packaged {
  return {
    templatePath: path.join(directory, 'cloudformation-template-update-stack.json'),
    artifactsDirectory: directory,
  };
}

/**
 * Packages the product as `deploy` would, with its default parameters; needs neither credentials nor network.
 *
 * @throws PackagingError with what osls said
 */
export async function packageProduct(signal: AbortSignal): Promise<Packaged> {
  const osls = path.join(ROOT, 'node_modules', 'osls', 'bin', 'serverless.js');
  try {
    await promisify(execFile)(process.execPath, [osls, 'package'], { cwd: ROOT, signal });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new PackagingError(`${stdout}${stderr}`.trim(), { cause: error });
  }
  return packagedIn(path.join(ROOT, '.serverless'));
}

export class PackagingError extends Error {
  override readonly name = 'PackagingError';
}
