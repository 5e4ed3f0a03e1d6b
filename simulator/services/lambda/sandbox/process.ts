import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import type { SandboxHost } from './host.ts';

/** How Lambda reports a process that ends by itself (Lambda Developer Guide, "Troubleshoot invocation issues"). */
export class RuntimeExit extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Runtime.ExitError';
  }
}

/** A `process` with the function's environment and nothing of the real one's. */
export function createProcess(host: SandboxHost) {
  const startedAtMs = host.now();
  const elapsedNs = () => BigInt(host.now() - startedAtMs) * 1_000_000n;
  const hrtime = (previous: readonly [number, number] = [0, 0]) => {
    const ns = elapsedNs() - BigInt(previous[0]) * 1_000_000_000n - BigInt(previous[1]);
    return [Number(ns / 1_000_000_000n), Number(ns % 1_000_000_000n)];
  };
  const exit = (code = 0): never => {
    const error = new RuntimeExit(
      `Runtime exited ${code === 0 ? 'without providing a reason' : `with error: exit status ${code}`}`,
    );
    host.crash(error);
    throw error;
  };
  return Object.assign(new EventEmitter(), {
    env: host.env,
    argv: ['/var/lang/bin/node', '/var/runtime/index.mjs'],
    execArgv: [],
    execPath: '/var/lang/bin/node',
    title: 'node',
    pid: 2,
    ppid: 1,
    platform: 'linux',
    arch: 'x64',
    version: process.version,
    versions: process.versions,
    release: process.release,
    features: process.features,
    config: {},
    exitCode: undefined,
    stdout: createOutput(host),
    stderr: createOutput(host),
    nextTick: (callback: (...args: unknown[]) => void, ...args: unknown[]) => process.nextTick(callback, ...args),
    hrtime: Object.assign(hrtime, { bigint: elapsedNs }),
    uptime: () => (host.now() - startedAtMs) / 1000,
    cwd: () => '/var/task',
    umask: () => 0o22,
    memoryUsage: Object.assign(() => ({ ...MEMORY }), { rss: () => MEMORY.rss }),
    cpuUsage: () => ({ user: 0, system: 0 }),
    emitWarning: (warning: string | Error) =>
      host.log(`Warning: ${warning instanceof Error ? warning.message : warning}`),
    exit,
    abort: () => exit(134),
  });
}

/** Real figures would differ from run to run. */
const MEMORY = {
  rss: 90_000_000,
  heapTotal: 40_000_000,
  heapUsed: 30_000_000,
  external: 2_000_000,
  arrayBuffers: 100_000,
};

function createOutput(host: SandboxHost): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, callback) {
      host.log(chunk.toString().replace(/\n$/, ''));
      callback();
    },
  });
}
