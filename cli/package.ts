import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
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
    throw new PackagingError(`Packaging failed.\n${stdout}${stderr}`.trim(), { cause: error });
  }
  return packagedIn(path.join(ROOT, '.serverless'));
}

export class PackagingError extends Error {
  override readonly name = 'PackagingError';
}
