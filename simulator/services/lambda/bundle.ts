import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { compileFunction } from 'node:vm';
import { unzipSync } from 'fflate';

/** A function's code as it was packaged: its files by path, compiled on first use and shared by all environments. */
export interface Bundle {
  readonly sha256: string;
  has(path: string): boolean;
  text(path: string): string;
  /** The file as a function of `parameters`, which must be the same at each call. */
  compile(path: string, parameters: readonly string[]): Compiled;
}

type Compiled = (...args: unknown[]) => unknown;

const bundlesByHash = new Map<string, Bundle>();

/** By the archive's own bytes: many worlds are deployed from the same few, and to inflate them takes longer than to hash. */
const bundlesByArchive = new Map<string, Bundle>();

/** @param location a zip archive or a directory */
export function loadBundle(location: string): Bundle {
  return statSync(location).isDirectory() ? bundleOf(readDirectory(location)) : bundleOfZip(readFileSync(location));
}

/** Code that a template holds itself: CloudFormation makes `index.js` of it (`AWS::Lambda::Function Code`, ZipFile). */
export function inlineBundle(source: string): Bundle {
  return bundleOf(new Map([['index.js', Buffer.from(source)]]));
}

function bundleOfZip(archive: Buffer): Bundle {
  const sha256 = createHash('sha256').update(archive).digest('hex');
  const known = bundlesByArchive.get(sha256);
  if (known !== undefined) return known;
  const entries = Object.entries(unzipSync(archive)).filter(([name]) => !name.endsWith('/'));
  const bundle = bundleOf(new Map(entries.map(([name, bytes]) => [name, Buffer.from(bytes)])));
  bundlesByArchive.set(sha256, bundle);
  return bundle;
}

function readDirectory(root: string): Map<string, Buffer> {
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return new Map(paths.map((path) => [relative(root, path).split(sep).join('/'), readFileSync(path)]));
}

/** Several functions are often deployed from one archive: the same bytes are one bundle, compiled once. */
function bundleOf(files: ReadonlyMap<string, Buffer>): Bundle {
  const hash = createHash('sha256');
  for (const [path, bytes] of files) hash.update(path).update('\0').update(bytes);
  const sha256 = hash.digest('hex');
  const known = bundlesByHash.get(sha256);
  if (known !== undefined) return known;
  const bundle = createBundle(sha256, files);
  bundlesByHash.set(sha256, bundle);
  return bundle;
}

function createBundle(sha256: string, files: ReadonlyMap<string, Buffer>): Bundle {
  const compiled = new Map<string, Compiled>();
  const text = (path: string) => {
    const bytes = files.get(path);
    if (bytes === undefined) throw new Error(`The bundle has no file ${path}`);
    return bytes.toString('utf8');
  };
  return {
    sha256,
    has: (path) => files.has(path),
    text,
    compile(path, parameters) {
      const known = compiled.get(path);
      if (known !== undefined) return known;
      const filename = `/var/task/${path}`;
      const result: Compiled = compileFunction(redirectImports(text(path)), [...parameters], { filename }) as never;
      compiled.set(path, result);
      return result;
    },
  };
}

/** A dynamic `import()` in a CommonJS file would reach the real modules; it is turned to the sandbox's own. */
function redirectImports(source: string): string {
  return source.replace(/(?<![\w$.'"`])import\(/g, '__import(');
}
