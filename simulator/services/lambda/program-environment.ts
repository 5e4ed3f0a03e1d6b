import { type EnvironmentOptions, type HandlerOutcome, traceIdOf } from './environment.ts';
import { programVariables } from './environment-variables.ts';
import type { ProgramFunction } from './function.ts';
import type { RunningProgram, RunProgram } from './program.ts';

export interface ProgramEnvironmentOptions
  extends Pick<EnvironmentOptions, 'kernel' | 'id' | 'accessKeyId' | 'log' | 'onDestroyed'> {
  readonly fn: ProgramFunction;
  readonly run: RunProgram;
}

/** The execution environment of one invocation of a program: it is never used again. */
export class ProgramEnvironment {
  readonly id: string;
  readonly #options: ProgramEnvironmentOptions;
  #invocation: { readonly requestId: string; readonly finish: (outcome: HandlerOutcome) => void } | undefined;
  #running: RunningProgram | undefined;
  #isDestroyed = false;

  constructor(options: ProgramEnvironmentOptions) {
    this.#options = options;
    this.id = options.id;
  }

  get requestId(): string | undefined {
    return this.#invocation?.requestId;
  }

  get isDestroyed(): boolean {
    return this.#isDestroyed;
  }

  /** The program loads itself. */
  initialise(): void {}

  invoke(event: unknown, requestId: string): Promise<HandlerOutcome> {
    const { fn, run, log } = this.#options;
    return new Promise((finish) => {
      this.#invocation = { requestId, finish };
      const traceId = traceIdOf(requestId);
      this.#running = run(
        {
          target: fn.program,
          functionName: fn.name,
          functionArn: fn.arn,
          requestId,
          traceId,
          payload: JSON.stringify(event),
          timeoutMs: fn.timeoutMs,
          environment: { ...programVariables(this.#options), _X_AMZN_TRACE_ID: traceId },
        },
        { log: (line) => log(requestId, line), finish: (outcome) => this.destroy(outcome) },
      );
    });
  }

  /** Ends everything. An invocation in progress ends with `outcome`. */
  destroy(outcome?: HandlerOutcome): void {
    if (this.#isDestroyed) return;
    this.#isDestroyed = true;
    this.#running?.kill();
    this.#options.onDestroyed();
    const invocation = this.#invocation;
    this.#invocation = undefined;
    if (outcome !== undefined) invocation?.finish(outcome);
  }
}
