import type { Random } from '../../../kernel/random.ts';
import type { WireRequest, WireResponse } from '../../../wire/http.ts';
import type { EnvironmentTimers } from '../timers.ts';

/** All that sandboxed code can reach of the world outside. */
export interface SandboxHost {
  /** The virtual clock, in epoch milliseconds. */
  now(): number;
  readonly random: Random;
  readonly timers: EnvironmentTimers;
  /** The environment variables, and nothing of the real process. */
  readonly env: Record<string, string>;
  /** What the code writes to standard output or error, as one log event. */
  log(text: string): void;
  /** The request that is being served, or undefined during initialisation. */
  requestId(): string | undefined;
  /** `process.exit` was called, or an exception reached the top. */
  crash(error: unknown): void;
  /** Sends a request and hands the answer to one of the callbacks, at once or after the environment is thawed. */
  send(
    request: Omit<WireRequest, 'isAbandoned'>,
    onAnswer: (answer: WireResponse) => void,
    onError: (error: Error) => void,
  ): void;
}
