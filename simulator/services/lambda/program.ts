import type { HandlerOutcome } from './environment.ts';

/** Where a function's program is. */
export type ProgramTarget =
  /** The event is posted there, and the answer's body is the result. */
  | { readonly kind: 'http'; readonly url: string }
  /** Started for each invocation, in `directory`: the event on its standard input, the result on its standard output. */
  | { readonly kind: 'command'; readonly argv: readonly string[]; readonly directory: string };

export interface ProgramInvocation {
  readonly target: ProgramTarget;
  readonly functionName: string;
  readonly functionArn: string;
  readonly requestId: string;
  readonly traceId: string;
  /** The event, as JSON. */
  readonly payload: string;
  readonly timeoutMs: number;
  readonly environment: Readonly<Record<string, string>>;
}

export interface ProgramObserver {
  /** A line that the program logged. */
  log(line: string): void;
  /** Called once, within the running world; never after `kill`. */
  finish(outcome: HandlerOutcome): void;
}

export interface RunningProgram {
  /** Ends it at once, whatever it does. Harmless when it is over. */
  kill(): void;
}

/** Starts the program of one invocation. Handed in by whoever has real processes and connections. */
export type RunProgram = (invocation: ProgramInvocation, observer: ProgramObserver) => RunningProgram;

/** Where no programs are run, none can have been deployed. */
export const neverRuns: RunProgram = () => {
  throw new Error('A program was deployed where nothing runs it');
};
