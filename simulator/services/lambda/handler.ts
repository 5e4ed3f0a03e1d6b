import type { BundledFunction } from './function.ts';
import { resolveFile } from './sandbox/loader.ts';

export type Handler = (event: unknown, context: object, callback?: Callback) => unknown;
type Callback = (error?: unknown, result?: unknown) => void;

/** An error as Lambda's runtime reports it. */
export class RuntimeError extends Error {
  constructor(type: string, message: string) {
    super(message);
    this.name = type;
  }
}

/**
 * Loads the function's module and finds its handler. Error types are those of Lambda's Node.js runtime interface client.
 *
 * @throws whatever the module throws while it loads, or `RuntimeError`
 */
export function findHandler(fn: BundledFunction, load: (path: string) => unknown): Handler {
  const dot = fn.handler.lastIndexOf('.');
  const module = fn.handler.slice(0, dot);
  const path = resolveFile(fn.bundle, module);
  if (path === undefined) {
    const isEsm = fn.bundle.has(`${module}.mjs`);
    throw new RuntimeError(
      'Runtime.ImportModuleError',
      isEsm
        ? `The simulator runs CommonJS bundles; ${module}.mjs is an ES module`
        : `Error: Cannot find module '${module}'`,
    );
  }
  const exports = load(path) as Record<string, unknown>;
  const handler = exports[fn.handler.slice(dot + 1)];
  if (typeof handler !== 'function') {
    throw new RuntimeError('Runtime.HandlerNotFound', `${fn.handler} is undefined or not exported`);
  }
  // Lambda Developer Guide, "Define Lambda function handler in Node.js": callbacks ended with Node.js 22.
  if (handler.length >= 3 && !['nodejs18.x', 'nodejs20.x', 'nodejs22.x'].includes(fn.runtime)) {
    throw new RuntimeError(
      'Runtime.CallbackHandlerDeprecated',
      `AWS Lambda has removed support for callback-based function handlers starting with Node.js 24`,
    );
  }
  return handler as Handler;
}

/** Runs a handler of either style; resolves with its result. */
export function callHandler(handler: Handler, event: unknown, context: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    if (handler.length < 3) {
      resolve(handler(event, context));
      return;
    }
    const callback: Callback = (error, result) => {
      if (error === undefined || error === null) resolve(result);
      else reject(error);
    };
    const returned = handler(event, context, callback);
    if (returned instanceof Promise) returned.then(resolve, reject);
  });
}

/** An error as an invocation's result shows it. Strings may be thrown as well. */
export function describeError(error: unknown): { errorType: string; errorMessage: string; stack: readonly string[] } {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), stack: [] };
  // Frames of the host would show the machine that the simulator runs on.
  const stack = (error.stack ?? '').split('\n').filter((line) => line.includes('/var/task/'));
  return { errorType: error.name, errorMessage: error.message, stack: stack.map((line) => line.trim()) };
}
