import type { Kernel } from '../kernel/kernel.ts';
import { AwsError } from './aws-error.ts';
import { Budgets } from './budgets.ts';
import type { Credentials } from './credentials.ts';
import { ConnectionLost, type WireRequest, type WireResponse } from './http.ts';
import { type Exchange, readInput, speaking, writeError, writeOutput } from './protocol.ts';
import { restOperationOf } from './rest-json.ts';
import { type Route, routeOf } from './route.ts';
import type { Authorization, Call, Caller, Operation, SimulatedService } from './service.ts';
import { type OperationShapes, operationShapes } from './shape.ts';
import { summarise } from './summary.ts';
import { missingToken, unimplementedService, unknownOperation } from './unknown.ts';
import { validate } from './validation.ts';

export interface Wire {
  /**
   * Answers one API request. Takes virtual time.
   *
   * @throws ConnectionLost when an interception cuts the connection, or the sender is gone before the request is served
   */
  handle(request: WireRequest): Promise<WireResponse>;
}

export interface WireOptions {
  readonly credentials: Credentials;
  /** Throws `AwsError` when the caller may not do this. */
  authorize(service: SimulatedService, operation: string, call: Call, authorization: Authorization): void;
  /** How long an answer takes. Default: 25 ms in the median, 120 ms for one in a hundred. */
  readonly latency?: { readonly medianMs: number; readonly p99Ms: number };
  /** Asked about every call that a service is about to serve; a fault injector answers in its place. */
  intercept?(attempt: CallAttempt): Interception | undefined;
  /** Told about every call at the instant of its effect, with the full output. */
  onCall?(served: ServedCall): void;
  /** Told about errors that are the simulator's own defects. The caller gets a 500. */
  onDefect(error: unknown): void;
}

export interface CallAttempt {
  readonly service: string;
  readonly operation: string;
  readonly caller: Caller;
  readonly requestId: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface ServedCall extends CallAttempt {
  readonly output: unknown;
  readonly error: AwsError | undefined;
}

/** What a fault does to a call. */
export interface Interception {
  /** Whether the operation takes effect all the same. */
  readonly effect: 'none' | 'happens';
  /** What the operation is asked instead of what the caller has asked: a smaller page. */
  readonly input?: Readonly<Record<string, unknown>>;
  /** What the caller gets instead of the operation's own answer. */
  readonly answer?: AwsError | ConnectionLost;
  /** What a read gives instead of the operation's own output, when that is no error. */
  readonly staleOutput?: unknown;
  /** Added before the answer. */
  readonly extraLatencyMs?: number;
}

type Outcome = { readonly output: unknown } | { readonly error: AwsError };

/** What the caller gets. */
type Seen = { readonly output: unknown } | { readonly error: AwsError | ConnectionLost };

interface Served {
  readonly exchange: Exchange;
  readonly call: Call;
  readonly operation: Operation;
  readonly shapes: OperationShapes;
}

export const DEFAULT_LATENCY = { medianMs: 25, p99Ms: 120 };

/** The one entrance to all simulated services: what AWS's endpoints are in the real world. */
export function createWire(kernel: Kernel, services: readonly SimulatedService[], options: WireOptions): Wire {
  const servicesByName = new Map(services.map((service) => [service.name, service]));
  if (servicesByName.size !== services.length) throw new Error('Two simulated services have the same name');
  const budgets = new Budgets(kernel.clock, services);
  const random = kernel.random.fork('wire');
  const latency = options.latency ?? DEFAULT_LATENCY;

  function serviceFor(route: Route): SimulatedService {
    const service = servicesByName.get(route.serviceName ?? '');
    return (service && speaking(service, route)) ?? unimplementedService(route);
  }

  async function handle(request: WireRequest): Promise<WireResponse> {
    const route = routeOf(request);
    const latencyMs = random.latencyMs(latency.medianMs, latency.p99Ms);
    // The effect happens somewhere on the way: a client that gives up does not know whether it did.
    const effectAfterMs = Math.round(latencyMs * random.unit());
    const service = serviceFor(route);
    const operation = service.protocol === 'restJson1' ? restOperationOf(service, request) : route.operation;
    const exchange: Exchange = { service, operation: operation ?? '', request, requestId: random.uuid() };
    await kernel.clock.sleep(effectAfterMs);
    if (request.isAbandoned?.() === true) throw new ConnectionLost();
    const response = await answer(exchange, route, latencyMs);
    await kernel.clock.sleep(latencyMs - effectAfterMs);
    return { ...response, headers: { ...response.headers, date: new Date(kernel.clock.now()).toUTCString() } };
  }

  async function answer(exchange: Exchange, route: Route, latencyMs: number): Promise<WireResponse> {
    try {
      const served = admit(exchange, route);
      if (!('error' in served)) return await serve(served, latencyMs);
      refuse(exchange, served.error, latencyMs);
      return writeError(exchange, served.error);
    } catch (error) {
      if (error instanceof ConnectionLost) throw error;
      options.onDefect(error);
      return writeError(exchange, new AwsError('InternalFailure', 'The simulator failed', { status: 500 }));
    }
  }

  /** Finds out who calls what. */
  function admit(exchange: Exchange, route: Route): Served | { error: AwsError } {
    const { service, requestId, request } = exchange;
    const operation = service.operations[exchange.operation];
    const shapes = operationShapes(service.schemas, exchange.operation);
    if (operation === undefined || shapes === undefined) return { error: unknownOperation(exchange) };
    if (route.accessKeyId === undefined) return { error: missingToken(service) };
    const caller = options.credentials.callerOf(route.accessKeyId);
    return { exchange, shapes, operation, call: { caller, requestId, endpoint: request.endpoint } };
  }

  async function serve(served: Served, latencyMs: number): Promise<WireResponse> {
    const { exchange, shapes } = served;
    const parsed = parse(served);
    if ('error' in parsed) {
      record(served, latencyMs, {}, parsed);
      return writeError(exchange, parsed.error);
    }
    const attempt = attemptOf(served, parsed.output as Record<string, unknown>);
    const fault = options.intercept?.(attempt);
    const input = fault?.input ?? attempt.input;
    const outcome: Outcome | undefined = fault?.effect === 'none' ? undefined : await run(served, input);
    const seen = seenOutcome(outcome, fault);
    const extraMs = fault?.extraLatencyMs ?? 0;
    record(served, latencyMs + extraMs, attempt.input, outcome, fault);
    if (extraMs > 0) await kernel.clock.sleep(extraMs);
    if (seen === undefined) throw new ConnectionLost();
    if (!('error' in seen)) return writeOutput(exchange, shapes, seen.output);
    if (seen.error instanceof ConnectionLost) throw seen.error;
    return writeError(exchange, seen.error);
  }

  function parse({ exchange, shapes }: Served): Outcome {
    return attemptTo(() => {
      const input = readInput(exchange, shapes);
      validate(exchange.service, exchange.operation, shapes.input, input);
      return input;
    });
  }

  /** The budget is spent before permissions are looked at: refused calls count too. */
  async function run(
    { exchange, call, operation }: Served,
    input: Readonly<Record<string, unknown>>,
  ): Promise<Outcome> {
    const { service } = exchange;
    const started = attemptTo(() => {
      budgets.spend(service, exchange.operation);
      for (const authorization of [operation.authorize(input, call)].flat()) {
        options.authorize(service, exchange.operation, call, authorization);
      }
      return operation.run(input, call);
    });
    if ('error' in started) return started;
    try {
      return { output: await started.output };
    } catch (error) {
      if (error instanceof AwsError) return { error };
      throw error;
    }
  }

  /** A call that never reached an operation. */
  function refuse({ service, operation, requestId }: Exchange, { code, message }: AwsError, latencyMs: number): void {
    const error = { code, message };
    kernel.trace.add('call', { service: service.name, operation, requestId, error, latencyMs });
  }

  function record(
    served: Served,
    latencyMs: number,
    input: Readonly<Record<string, unknown>>,
    outcome: Outcome | undefined,
    fault?: Interception,
  ): void {
    const attempt = attemptOf(served, input);
    const error = outcome !== undefined && 'error' in outcome ? outcome.error : undefined;
    const output = outcome !== undefined && 'output' in outcome ? outcome.output : undefined;
    kernel.trace.add('call', {
      ...attempt,
      ...(output === undefined ? {} : { output: summarise(output) }),
      ...(error === undefined ? {} : { error: { code: error.code, message: error.message } }),
      ...(fault === undefined ? {} : { fault: describeFault(fault) }),
      latencyMs,
    });
    if (outcome !== undefined) options.onCall?.({ ...attempt, output, error });
  }

  return { handle };
}

function attemptOf({ exchange, call }: Served, input: Readonly<Record<string, unknown>>): CallAttempt {
  const { service, operation, requestId } = exchange;
  return { service: service.name, operation, caller: call.caller, requestId, input };
}

/** What the caller gets of it; undefined where nothing happened and nothing is said. */
function seenOutcome(outcome: Outcome | undefined, fault: Interception | undefined): Seen | undefined {
  if (fault?.answer !== undefined) return { error: fault.answer };
  const isStale = fault?.staleOutput !== undefined && outcome !== undefined && 'output' in outcome;
  return isStale ? { output: fault.staleOutput } : outcome;
}

function describeFault({ effect, input, answer, staleOutput, extraLatencyMs }: Interception): Record<string, unknown> {
  return {
    effect,
    ...(answer === undefined ? {} : { answer: answer.code }),
    ...(staleOutput === undefined ? {} : { isStale: true }),
    ...(input === undefined ? {} : { isInputChanged: true }),
    ...(extraLatencyMs === undefined ? {} : { extraLatencyMs }),
  };
}

function attemptTo<T>(action: () => T): { readonly output: T } | { readonly error: AwsError } {
  try {
    return { output: action() };
  } catch (error) {
    if (error instanceof AwsError) return { error };
    throw error;
  }
}
