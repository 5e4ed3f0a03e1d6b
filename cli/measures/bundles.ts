import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import { temporaryDirectory } from '../package.ts';

/** A function as it was deployed. */
export interface DeployedFunction {
  readonly name: string;
  /** Its archive. */
  readonly archivePath: string;
  /** `functions/sweep.handler` */
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface BundleMeasure {
  readonly functionName: string;
  /** The code as Node reads it. */
  readonly bytes: number;
  /** The archive that is uploaded. */
  readonly archiveBytes: number;
  /**
   * From `require` to the handler, in a fresh process on this machine: the best of three, as others slow it down.
   * Infinity: it does not load, and its invocations tell why.
   */
  readonly loadMs: number;
}

const LOADS = 3;
const LOAD =
  'const from = performance.now(); require(process.argv[1]); console.log(performance.now() - from); process.exit()';

/** Measures each bundle outside the simulator: real time, real Node, the environment that the stack gives it. */
export async function measureBundles(functions: readonly DeployedFunction[]): Promise<BundleMeasure[]> {
  const directory = temporaryDirectory('ebbtide-bundles-');
  const measures: BundleMeasure[] = [];
  // One after the other: they would slow each other down.
  for (const fn of functions) measures.push(await measureBundle(fn, path.join(directory, fn.name)));
  return measures;
}

async function measureBundle(fn: DeployedFunction, directory: string): Promise<BundleMeasure> {
  const files = Object.entries(unzipSync(readFileSync(fn.archivePath)));
  for (const [name, bytes] of files) {
    await mkdir(path.dirname(path.join(directory, name)), { recursive: true });
    await writeFile(path.join(directory, name), bytes);
  }
  const module = path.join(directory, `${fn.handler.slice(0, fn.handler.lastIndexOf('.'))}.js`);
  const times: number[] = [];
  for (let load = 0; load < LOADS; load++) {
    times.push(await loadTimeMs(module, fn.environment).catch(() => Number.POSITIVE_INFINITY));
  }
  return {
    functionName: fn.name,
    bytes: files.reduce((sum, [, bytes]) => sum + bytes.length, 0),
    archiveBytes: statSync(fn.archivePath).size,
    loadMs: Math.round(Math.min(...times)),
  };
}

export async function loadTimeMs(module: string, environment: Readonly<Record<string, string>>): Promise<number> {
  const env = { ...environment, AWS_REGION: 'eu-central-1' };
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', LOAD, module], { env });
  return Number(stdout.trim().split('\n').at(-1));
}
