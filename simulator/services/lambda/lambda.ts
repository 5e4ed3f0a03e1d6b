import type { Kernel } from '../../kernel/kernel.ts';
import type { Credentials } from '../../wire/credentials.ts';
import type { WireRequest, WireResponse } from '../../wire/http.ts';
import type { FunctionInvoker, InvocationResult } from '../../wire/service.ts';
import { hasCapacity } from './concurrency.ts';
import { ExecutionEnvironment } from './environment.ts';
import { EnvironmentPool } from './environment-pool.ts';
import { functionArn, isProgram, type LambdaFunction } from './function.ts';
import { describeError } from './handler.ts';
import { parseLine } from './log-line.ts';
import { type InvocationOutcome, KILLED, limitResponse } from './outcome.ts';
import { neverRuns, type RunProgram } from './program.ts';
import { ProgramEnvironment } from './program-environment.ts';
import { NO_CHAIN, type RequestChain } from './request-chain.ts';

export interface LambdaOptions {
  readonly credentials: Credentials;
  /** The wire that functions call AWS through. */
  send(request: WireRequest): Promise<WireResponse>;
  /** The account's limit of concurrent executions. Default: 1,000; AWS gives new accounts 10. */
  readonly accountConcurrency?: number;
  /** How far the clock of a new environment is ahead of the world's, in milliseconds; default: not at all. Not of programs. */
  clockSkewMs?(functionName: string): number;
  /** Starts functions that are programs; without it none can be deployed. */
  readonly runProgram?: RunProgram;
}

/** What an execution log says of one invocation. */
export interface InvocationReport {
  readonly requestId: string;
  readonly lines: readonly string[];
  readonly durationMs: number;
  /** The stack of the error that the handler threw, if it did. */
  readonly stack: readonly string[];
}

export interface Lambda extends FunctionInvoker {
  /** @param report told when the invocation is over, unless it never began */
  invoke(
    functionArn: string,
    payload: unknown,
    report?: (of: InvocationReport) => void,
    chain?: RequestChain,
  ): Promise<InvocationResult>;
  /** What an invocation in progress is part of. */
  chainOf(requestId: string): RequestChain;
  deploy(fn: LambdaFunction): void;
  findFunction(arn: string): LambdaFunction | undefined;
  /** In the order of their names, as ListFunctions has them. */
  functions(): readonly LambdaFunction[];
  /**
   * Kills the execution environment that serves a request, at once: what it has not yet done does not happen, and the
   * invocation fails. False when no invocation of that id is in progress.
   */
  kill(requestId: string): boolean;
  /**
   * Changes a function's environment variables, as a deployment does: invocations under way go on with those that they
   * began with, later ones begin in new environments.
   */
  configure(arn: string, environment: Readonly<Record<string, string>>): void;
  /** Destroys all environments that are idle, as AWS does at a deployment or an update of its own. */
  recycle(): void;
}

export const COLD_START = { medianMs: 300, p99Ms: 1_200 };
export const DISPATCH = { medianMs: 4, p99Ms: 30 };

type Environment = ExecutionEnvironment | ProgramEnvironment;

interface InProgress {
  readonly chain: RequestChain;
  readonly lines: string[];
  environment: Environment | undefined;
}

interface Deployed {
  fn: LambdaFunction;
  pool: EnvironmentPool;
  running: number;
}

export function createLambda(kernel: Kernel, options: LambdaOptions): Lambda {
  const random = kernel.random.fork('lambda');
  const deployed = new Map<string, Deployed>();
  const inProgress = new Map<string, InProgress>();
  const accountConcurrency = options.accountConcurrency ?? 1_000;
  let environmentCount = 0;

  function deploy(fn: LambdaFunction): void {
    if (deployed.has(fn.arn)) throw new Error(`Function already exist: ${fn.name}`);
    if (isProgram(fn) && options.runProgram === undefined)
      throw new Error(`Nothing here runs the program of ${fn.name}`);
    deployed.set(fn.arn, { fn, pool: new EnvironmentPool(kernel.clock, random.fork(`pool/${fn.name}`)), running: 0 });
  }

  async function invoke(
    arn: string,
    payload: unknown,
    report?: (of: InvocationReport) => void,
    chain: RequestChain = NO_CHAIN,
  ): Promise<InvocationResult> {
    const target = deployed.get(functionArn(kernel.place, arn));
    if (target === undefined) {
      const errorMessage = `Function not found: ${arn}`;
      return { outcome: 'error', errorType: 'ResourceNotFoundException', errorMessage };
    }
    const requestId = random.uuid();
    const about = { function: target.fn.name, requestId };
    if (!hasCapacity(target, deployed.values(), accountConcurrency)) {
      kernel.trace.add('invocation', { ...about, phase: 'throttle' });
      return { outcome: 'throttled' };
    }
    target.running++;
    inProgress.set(requestId, { chain, lines: [], environment: undefined });
    try {
      return await execute(target, payload, requestId, report);
    } finally {
      target.running--;
      inProgress.delete(requestId);
    }
  }

  async function execute(
    target: Deployed,
    payload: unknown,
    requestId: string,
    report: ((of: InvocationReport) => void) | undefined,
  ): Promise<InvocationResult> {
    const event = JSON.parse(JSON.stringify(payload ?? null));
    await kernel.clock.sleep(random.latencyMs(DISPATCH.medianMs, DISPATCH.p99Ms));
    // Those of this moment: a deployment while it starts must not find it among the environments of its own.
    const { fn, pool } = target;
    const warm = pool.take();
    const environment = warm ?? create(fn);
    const own = inProgress.get(requestId);
    if (own !== undefined) own.environment = environment;
    const about = { function: fn.name, requestId };
    const coldStart = warm === undefined;
    // A program takes its own time to start.
    const initMs = coldStart && !isProgram(fn) ? random.latencyMs(COLD_START.medianMs, COLD_START.p99Ms) : 0;
    if (initMs > 0) await kernel.clock.sleep(initMs);
    const begin = { environment: environment.id, coldStart, initMs, ...(isProgram(fn) && { event }) };
    kernel.trace.add('invocation', { ...about, phase: 'start', ...begin });
    const startedAtMs = kernel.clock.now();
    const outcome = limitResponse(await initialiseAndRun({ fn, pool }, environment, { coldStart, event, requestId }));
    const durationMs = kernel.clock.now() - startedAtMs;
    const stack = outcome.outcome === 'error' ? outcome.stack : [];
    report?.({ requestId, lines: own?.lines ?? [], durationMs, stack });
    if (outcome.outcome === 'success') {
      const result = isProgram(fn) ? { result: outcome.payload } : {};
      kernel.trace.add('invocation', { ...about, phase: 'end', durationMs, ...result });
      return { outcome: 'success', payload: outcome.payload };
    }
    if (outcome.outcome === 'timeout') {
      kernel.trace.add('invocation', { ...about, phase: 'timeout', durationMs, errorMessage: outcome.errorMessage });
      return outcome;
    }
    const { errorType, errorMessage } = outcome;
    kernel.trace.add('invocation', { ...about, phase: 'error', durationMs, errorType, errorMessage, stack });
    return { outcome: 'error', errorType, errorMessage };
  }

  async function initialiseAndRun(
    { fn, pool }: Pick<Deployed, 'fn' | 'pool'>,
    environment: Environment,
    { coldStart, event, requestId }: { coldStart: boolean; event: unknown; requestId: string },
  ): Promise<InvocationOutcome> {
    if (environment.isDestroyed) return KILLED;
    try {
      if (coldStart) environment.initialise();
    } catch (error) {
      environment.destroy();
      return { outcome: 'error', ...describeError(error) };
    }
    const deadlineMs = kernel.clock.now() + fn.timeoutMs;
    let timeoutMessage: string | undefined;
    const timer = kernel.clock.at(deadlineMs, () => {
      const at = new Date(deadlineMs).toISOString();
      timeoutMessage = `${at} ${requestId} Task timed out after ${(fn.timeoutMs / 1000).toFixed(2)} seconds`;
      environment.destroy(KILLED);
    });
    const outcome = await environment.invoke(event, requestId, deadlineMs);
    timer.cancel();
    if (timeoutMessage !== undefined) return { outcome: 'timeout', errorMessage: timeoutMessage };
    if (environment.isDestroyed || environment instanceof ProgramEnvironment) return outcome;
    environment.freeze();
    pool.give(environment);
    return outcome;
  }

  function create(fn: LambdaFunction): Environment {
    const serial = environmentCount++;
    const own = random.fork(`environment/${serial}`);
    const accessKeyId = `ASIA${own.hex(16).toUpperCase()}`;
    const common = {
      kernel,
      id: own.hex(32),
      accessKeyId,
      random: own,
      log(requestId: string | undefined, text: string) {
        inProgress.get(requestId ?? '')?.lines.push(text);
        kernel.trace.add('log', { function: fn.name, requestId, line: parseLine(text) });
      },
      onDestroyed: () => options.credentials.revoke(accessKeyId),
    };
    const environment: Environment = isProgram(fn)
      ? new ProgramEnvironment({ ...common, fn, run: options.runProgram ?? neverRuns })
      : new ExecutionEnvironment({
          ...common,
          fn,
          send: options.send,
          clockSkewMs: options.clockSkewMs?.(fn.name) ?? 0,
        });
    options.credentials.issue(accessKeyId, () => ({
      kind: 'function',
      functionName: fn.name,
      roleArn: fn.roleArn,
      requestId: environment.requestId ?? '',
    }));
    return environment;
  }

  return {
    invoke,
    deploy,
    findFunction: (arn) => deployed.get(functionArn(kernel.place, arn))?.fn,
    functions: () => [...deployed.values()].map(({ fn }) => fn).sort((a, b) => (a.name < b.name ? -1 : 1)),
    chainOf: (requestId) => inProgress.get(requestId)?.chain ?? NO_CHAIN,
    kill(requestId) {
      const environment = inProgress.get(requestId)?.environment;
      if (environment === undefined) return false;
      environment.destroy(KILLED);
      return true;
    },
    configure(arn, environment) {
      const target = deployed.get(functionArn(kernel.place, arn));
      if (target === undefined) throw new Error(`Function not found: ${arn}`);
      target.fn = { ...target.fn, environment };
      // Who is busy gives itself back to the pool that it came from, which nobody takes from any more.
      target.pool.clear();
      target.pool = new EnvironmentPool(kernel.clock, random.fork(`pool/${target.fn.name}/${environmentCount}`));
    },
    recycle() {
      for (const { pool } of deployed.values()) pool.clear();
    },
  };
}
