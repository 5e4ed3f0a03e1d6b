import { execFile, spawn } from 'node:child_process';
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '..', '..');

export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  /** Beside the variables of this process. */
  readonly environment?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** Runs a command line of `cli/` as a process of its own. */
export function run(file: string, args: readonly string[], surroundings: Surroundings = {}): Promise<Ended> {
  const { environment = {}, cwd = ROOT } = surroundings;
  const options = { env: { ...process.env, ...environment }, cwd, maxBuffer: 2 ** 26 };
  return new Promise((resolve) => {
    execFile(process.execPath, [path.join(ROOT, 'cli', file), ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : null, stdout, stderr });
    });
  });
}

export interface Started {
  interrupt(signal?: NodeJS.Signals): void;
  /** Resolves as soon as standard output has these words. */
  says(words: string): Promise<void>;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null; readonly stdout: string }>;
}

/** Starts one, to interrupt it. */
export function start(file: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Started {
  const env = { ...process.env, ...environment };
  const child = spawn(process.execPath, [path.join(ROOT, 'cli', file), ...args], { env, cwd: ROOT });
  let stdout = '';
  const waiting = new Set<() => void>();
  child.stdout.on('data', (data: Buffer) => {
    stdout += data;
    for (const look of waiting) look();
  });
  const ended = new Promise<Awaited<Started['ended']>>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, stdout }));
  });
  return {
    interrupt: (signal = 'SIGINT') => void child.kill(signal),
    ended,
    says: (words) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!stdout.includes(words)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
        void ended.then(() => reject(new Error(`It ended without saying ${words}:\n${stdout}`)));
      }),
  };
}
