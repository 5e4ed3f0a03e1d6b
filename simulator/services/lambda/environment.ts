import type { Kernel } from '../../kernel/kernel.ts';
import type { Random } from '../../kernel/random.ts';
import { ConnectionLost, type WireRequest, type WireResponse } from '../../wire/http.ts';
import { environmentVariables } from './environment-variables.ts';
import type { BundledFunction } from './function.ts';
import { callHandler, describeError, findHandler, type Handler } from './handler.ts';
import { createGlobals } from './sandbox/globals.ts';
import type { SandboxHost } from './sandbox/host.ts';
import { createLoader } from './sandbox/loader.ts';
import { createModules } from './sandbox/modules.ts';
import { EnvironmentTimers } from './timers.ts';

export type HandlerOutcome =
  | { readonly outcome: 'success'; readonly payload: unknown }
  | {
      readonly outcome: 'error';
      readonly errorType: string;
      readonly errorMessage: string;
      readonly stack: readonly string[];
    };

export interface EnvironmentOptions {
  readonly kernel: Kernel;
  readonly fn: BundledFunction;
  /** Unique among all environments of the world. */
  readonly id: string;
  readonly accessKeyId: string;
  readonly random: Random;
  /** How far its clock is ahead of the world's, in milliseconds; default: not at all. */
  readonly clockSkewMs?: number;
  send(request: WireRequest): Promise<WireResponse>;
  log(requestId: string | undefined, text: string): void;
  onDestroyed(): void;
}

interface Invocation {
  readonly requestId: string;
  readonly finish: (outcome: HandlerOutcome) => void;
}

/**
 * One execution environment: the module instances, timers and open requests of one sandbox. It serves one invocation
 * at a time, is frozen in between, and when it is destroyed nothing that it started has any further effect.
 */
export class ExecutionEnvironment {
  readonly id: string;
  readonly startedAtMs: number;
  readonly #options: EnvironmentOptions;
  readonly #timers: EnvironmentTimers;
  readonly #variables: Record<string, string>;
  #state: 'running' | 'frozen' | 'destroyed' = 'running';
  #handler: Handler | undefined;
  #invocation: Invocation | undefined;
  /** What arrived while the environment was frozen. */
  #arrivals: (() => void)[] = [];

  constructor(options: EnvironmentOptions) {
    this.#options = options;
    this.id = options.id;
    this.startedAtMs = options.kernel.clock.now();
    this.#timers = new EnvironmentTimers(options.kernel.clock, (error) => this.#crash(error));
    this.#variables = environmentVariables(options);
  }

  get requestId(): string | undefined {
    return this.#invocation?.requestId;
  }

  get isDestroyed(): boolean {
    return this.#state === 'destroyed';
  }

  /** Loads the code. Throws what the code throws. */
  initialise(): void {
    const host = this.#host();
    const globals = createGlobals(host);
    const load = createLoader(this.#options.fn.bundle, createModules(host, globals), globals);
    this.#handler = findHandler(this.#options.fn, load);
  }

  /** Thaws the environment and runs the handler. Resolves when the handler is done, or the environment destroyed. */
  async invoke(event: unknown, requestId: string, deadlineMs: number): Promise<HandlerOutcome> {
    const handler = this.#handler;
    if (handler === undefined) throw new Error('The environment is not initialised');
    const done = new Promise<HandlerOutcome>((finish) => {
      this.#invocation = { requestId, finish };
    });
    this.#variables._X_AMZN_TRACE_ID = traceIdOf(requestId);
    this.#thaw();
    // What was left over from the invocation before may have crashed the process.
    if (this.isDestroyed) return done;
    callHandler(handler, event, this.#context(requestId, deadlineMs))
      .then((result): HandlerOutcome => ({ outcome: 'success', payload: asJson(result) }))
      .catch((error): HandlerOutcome => ({ outcome: 'error', ...describeError(error) }))
      .then((outcome) => this.#finish(requestId, outcome));
    return done;
  }

  freeze(): void {
    if (this.#state !== 'running') return;
    this.#state = 'frozen';
    this.#timers.freeze();
  }

  /** Ends everything. An invocation in progress ends with `outcome`. */
  destroy(outcome?: HandlerOutcome): void {
    if (this.#state === 'destroyed') return;
    this.#state = 'destroyed';
    this.#options.onDestroyed();
    this.#timers.clearAll();
    this.#arrivals = [];
    this.#handler = undefined;
    const invocation = this.#invocation;
    this.#invocation = undefined;
    if (outcome !== undefined) invocation?.finish(outcome);
  }

  #thaw(): void {
    this.#state = 'running';
    this.#timers.thaw();
    const arrivals = this.#arrivals;
    this.#arrivals = [];
    for (const arrive of arrivals) this.#guard(arrive);
  }

  #finish(requestId: string, outcome: HandlerOutcome): void {
    if (this.#invocation?.requestId !== requestId) return;
    const { finish } = this.#invocation;
    this.#invocation = undefined;
    finish(outcome);
  }

  #crash(error: unknown): void {
    const { errorType, errorMessage, stack } = describeError(error);
    const isExit = errorType === 'Runtime.ExitError';
    this.destroy({ outcome: 'error', errorType: isExit ? errorType : 'Runtime.UnhandledError', errorMessage, stack });
  }

  #host(): SandboxHost {
    const { kernel, random, log, clockSkewMs = 0 } = this.#options;
    return {
      now: () => kernel.clock.now() + clockSkewMs,
      random,
      timers: this.#timers,
      env: this.#variables,
      log: (text) => {
        if (!this.isDestroyed) log(this.requestId, text);
      },
      requestId: () => this.requestId,
      crash: (error) => this.#crash(error),
      send: (request, onAnswer, onError) => this.#send(request, onAnswer, onError),
    };
  }

  #send(
    request: Omit<WireRequest, 'isAbandoned'>,
    onAnswer: (answer: WireResponse) => void,
    onError: (error: Error) => void,
  ): void {
    if (this.isDestroyed) return;
    if (!/\.(amazonaws\.com|api\.aws)$/.test(request.host)) {
      const error = new Error(`getaddrinfo ENOTFOUND ${request.host}`);
      process.nextTick(onError, Object.assign(error, { code: 'ENOTFOUND', syscall: 'getaddrinfo' }));
      return;
    }
    this.#options.send({ ...request, isAbandoned: () => this.isDestroyed }).then(
      (answer) => this.#receive(() => onAnswer(answer)),
      (error: unknown) => this.#receive(() => onError(error instanceof Error ? error : new ConnectionLost())),
    );
  }

  #receive(arrive: () => void): void {
    if (this.#state === 'frozen') this.#arrivals.push(arrive);
    else if (this.#state === 'running') this.#guard(arrive);
  }

  #guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#crash(error);
    }
  }

  /** Lambda Developer Guide, "Using the Lambda context object to retrieve Node.js function information". */
  #context(awsRequestId: string, deadlineMs: number): object {
    const { fn, kernel } = this.#options;
    return {
      awsRequestId,
      callbackWaitsForEmptyEventLoop: true,
      functionName: fn.name,
      functionVersion: '$LATEST',
      invokedFunctionArn: fn.arn,
      memoryLimitInMB: String(fn.memoryMb),
      logGroupName: fn.logGroupName,
      logStreamName: this.#variables.AWS_LAMBDA_LOG_STREAM_NAME,
      getRemainingTimeInMillis: () => Math.max(0, deadlineMs - kernel.clock.now()),
    };
  }
}

/** The tracing header of an invocation that X-Ray does not sample. */
export function traceIdOf(requestId: string): string {
  return `Root=1-${requestId.slice(0, 8)}-${requestId.replaceAll('-', '').slice(8)};Sampled=0`;
}

/** A result crosses a process boundary as JSON. */
function asJson(result: unknown): unknown {
  const text = JSON.stringify(result);
  return text === undefined ? null : JSON.parse(text);
}
