import type { HandlerOutcome } from '../../services/lambda/environment.ts';
import type { ProgramInvocation, ProgramObserver, RunningProgram } from '../../services/lambda/program.ts';
import type { RealTime } from '../real-time.ts';
import { runCommand } from './command.ts';
import { post } from './http.ts';

/** What programs find around them: all that is the machine's is handed in. */
export interface ProgramSurroundings {
  readonly realTime: RealTime;
  /** The machine's wall clock in epoch milliseconds, which programs read too. */
  epochMs(): number;
  /** The environment variables that commands inherit, beside those of their function. */
  readonly hostEnvironment: Readonly<Record<string, string | undefined>>;
}

/** One invocation as a runner sees it. */
export interface ProgramStart extends ProgramInvocation {
  /** Where the simulated account is served. */
  readonly endpoint: string;
  /** On the machine's wall clock, whatever the virtual one says: the program can look at no other. */
  readonly deadlineMs: number;
  readonly hostEnvironment: Readonly<Record<string, string | undefined>>;
}

/** Starts something real. `finish` is called at most once, from outside of the world; never after `kill`. */
export type ProgramRunner = (start: ProgramStart, observer: ProgramObserver) => RunningProgram;

/** The server in whose world the programs run. */
export interface ProgramHost {
  readonly endpoint: string;
  /** Brings something into the world. */
  enter(work: () => void): Promise<void>;
  /** Told just before the first of several programs counts as running, and just before the last does no more. */
  onBusy(isBusy: boolean): void;
}

/**
 * The programs that run now, for the functions of a served world. They are real: they take real time, and call the
 * server while they run.
 */
export class Programs {
  readonly surroundings: ProgramSurroundings;
  readonly #running = new Set<RunningProgram>();
  #host: ProgramHost | undefined;

  constructor(surroundings: ProgramSurroundings) {
    this.surroundings = surroundings;
  }

  get isBusy(): boolean {
    return this.#running.size > 0;
  }

  serveBy(host: ProgramHost): void {
    this.#host = host;
  }

  readonly run = (invocation: ProgramInvocation, observer: ProgramObserver): RunningProgram => {
    const host = this.#host;
    if (host === undefined) throw new Error(`${invocation.functionName} is invoked before the account is served`);
    let program: RunningProgram | undefined;
    let isOver = false;
    const over = () => {
      isOver = true;
      if (this.#running.size === 1) host.onBusy(false);
      this.#running.delete(handle);
    };
    const handle: RunningProgram = {
      kill: () => {
        if (isOver) return;
        program?.kill();
        over();
      },
    };
    // The program counts as running until the world has its result: time must not jump in between.
    const arrive = (outcome: HandlerOutcome) =>
      host.enter(() => {
        if (isOver) return;
        over();
        observer.finish(outcome);
      });
    if (!this.isBusy) host.onBusy(true);
    this.#running.add(handle);
    const { epochMs, hostEnvironment } = this.surroundings;
    const deadlineMs = epochMs() + invocation.timeoutMs;
    const start: ProgramStart = { ...invocation, endpoint: host.endpoint, deadlineMs, hostEnvironment };
    const runner = invocation.target.kind === 'http' ? post : runCommand;
    program = runner(start, {
      log: (line) => {
        if (!isOver) observer.log(line);
      },
      finish: (outcome) => void arrive(outcome),
    });
    return handle;
  };

  /** Kills all that run: nobody waits for them any more. */
  close(): void {
    for (const handle of [...this.#running]) handle.kill();
  }
}
