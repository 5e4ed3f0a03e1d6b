import { createLambdaConsole } from './console.ts';
import type { SandboxHost } from './host.ts';
import { createProcess } from './process.ts';
import { refusal } from './refusals.ts';
import { createSeededCrypto, createSeededMath } from './seeded-crypto.ts';
import { createPerformance, createTimerFunctions, createVirtualDate } from './virtual-time.ts';

/** The names that sandboxed code finds replaced, in the order in which they are handed to it. */
export interface SandboxGlobals {
  /** By global name: what the code sees as free identifiers and as properties of `globalThis`. */
  readonly byName: Readonly<Record<string, unknown>>;
  readonly console: unknown;
  readonly process: unknown;
  readonly performance: unknown;
  readonly cryptoModule: unknown;
  readonly timers: Readonly<Record<string, unknown>>;
  readonly timerPromises: unknown;
}

/** Globals whose work ends in real time, or beyond the simulated world. */
const REFUSED = ['MessageChannel', 'BroadcastChannel', 'WebSocket', 'EventSource', 'Worker', 'CompressionStream'];

/**
 * Time, chance and everything that reaches outside, replaced. The rest of the language is the host's own realm, so
 * that built-in modules and `instanceof` work as they do in Node.
 */
export function createGlobals(host: SandboxHost): SandboxGlobals {
  const timers = createTimerFunctions(host.timers);
  const crypto = createSeededCrypto(host.random);
  const process = createProcess(host);
  const console = createLambdaConsole(host, process.stdout);
  const performance = createPerformance(() => host.now());
  const replaced: Record<string, unknown> = {
    Date: createVirtualDate(() => host.now()),
    Math: createSeededMath(host.random),
    ...timers.globals,
    process,
    console,
    crypto: crypto.web,
    performance,
    AbortSignal: createAbortSignal(timers.globals.setTimeout),
    navigator: undefined,
    fetch: () => Promise.reject(new TypeError('fetch failed')),
    ...Object.fromEntries(REFUSED.map((name) => [name, refusal(name)])),
  };
  const globalObject = Object.create(globalThis);
  for (const [name, value] of Object.entries({ ...replaced, globalThis: globalObject, global: globalObject })) {
    Object.defineProperty(globalObject, name, { value, writable: true, configurable: true });
  }
  return {
    byName: { ...replaced, globalThis: globalObject, global: globalObject },
    console,
    process,
    performance,
    cryptoModule: crypto.module,
    timers: timers.globals,
    timerPromises: timers.promises,
  };
}

/** `AbortSignal.timeout` counts virtual time. */
function createAbortSignal(setTimeout: (callback: () => void, delayMs: number) => unknown): typeof AbortSignal {
  const timeout = (delayMs: number) => {
    const controller = new AbortController();
    const reason = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
    setTimeout(() => controller.abort(reason), delayMs);
    return controller.signal;
  };
  return new Proxy(AbortSignal, {
    get: (target, key) => (key === 'timeout' ? timeout : Reflect.get(target, key)),
  });
}
