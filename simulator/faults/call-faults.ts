import { AwsError } from '../wire/aws-error.ts';
import { throttled } from '../wire/budgets.ts';
import { ConnectionLost } from '../wire/http.ts';
import type { SimulatedService } from '../wire/service.ts';
import type { CallAttempt, Interception, ServedCall } from '../wire/wire.ts';
import type { FaultList, FaultTerms } from './fault.ts';

/**
 * `throttled`, `server-error`: the service's own errors, without effect. `lost-before`, `lost-after`: the connection
 * breaks before, or after, the operation took effect. `slow`: the answer comes late. `stale`: a read gives the answer
 * that the same request got before.
 */
export const CALL_FAULT_KINDS = ['throttled', 'server-error', 'lost-before', 'lost-after', 'slow', 'stale'] as const;
export type CallFaultKind = (typeof CALL_FAULT_KINDS)[number];

export const FAULT_CALLERS = ['functions', 'http', 'both'] as const;

export interface CallFault extends FaultTerms {
  readonly kind: CallFaultKind;
  /** Undefined: all services. */
  readonly service?: string | undefined;
  /** Undefined: all operations. */
  readonly operation?: string | undefined;
  /** Whose calls it strikes: those of deployed functions, or those that come over HTTP. */
  readonly caller: (typeof FAULT_CALLERS)[number];
  /** Of `slow`. */
  readonly delayMs: number;
}

/** Reads that AWS may answer from a copy that lags; DynamoDB has copies of its own in the simulator. */
const READS = /^(Describe|Get|List)/;
/** As long as a lagging copy is believed to lag; nothing is published. */
const STALE_MS_MAX = 60_000;
const ANSWERS_MAX = 10_000;

/** What is left of an answer, for a later read that is stale. */
interface EarlierAnswer {
  readonly output: unknown;
  readonly atMs: number;
}

/** Strikes API calls by the faults that are in force. */
export class CallFaults {
  readonly #faults: FaultList<CallFault>;
  readonly #services: () => readonly SimulatedService[];
  readonly #nowMs: () => number;
  readonly #answers = new Map<string, EarlierAnswer>();

  constructor(faults: FaultList<CallFault>, services: () => readonly SimulatedService[], nowMs: () => number) {
    this.#faults = faults;
    this.#services = services;
    this.#nowMs = nowMs;
  }

  intercept(attempt: CallAttempt): Interception | undefined {
    const struck = this.#faults.strike((fault) => this.#isMeant(fault, attempt));
    return struck && this.#interception(struck.settings, attempt);
  }

  /** Keeps what a stale read may answer later, while there is a fault that makes reads stale. */
  remember({ error, output, ...attempt }: ServedCall): void {
    if (error !== undefined || !this.#faults.inForce().some(({ settings }) => settings.kind === 'stale')) return;
    if (!isRead(attempt)) return;
    if (this.#answers.size >= ANSWERS_MAX) this.#answers.clear();
    this.#answers.set(keyOf(attempt), { output: structuredClone(output), atMs: this.#nowMs() });
  }

  #isMeant(fault: CallFault, attempt: CallAttempt): boolean {
    const { service, operation, caller } = attempt;
    if (fault.service !== undefined && fault.service !== service) return false;
    if (fault.operation !== undefined && fault.operation !== operation) return false;
    if (fault.caller !== 'both' && fault.caller !== (caller.kind === 'function' ? 'functions' : 'http')) return false;
    return fault.kind !== 'stale' || this.#earlierAnswer(attempt) !== undefined;
  }

  #earlierAnswer(attempt: CallAttempt): EarlierAnswer | undefined {
    const answer = isRead(attempt) ? this.#answers.get(keyOf(attempt)) : undefined;
    return answer !== undefined && this.#nowMs() - answer.atMs <= STALE_MS_MAX ? answer : undefined;
  }

  #interception(fault: CallFault, attempt: CallAttempt): Interception {
    switch (fault.kind) {
      case 'throttled':
        return { effect: 'none', answer: throttlingErrorOf(this.#services(), attempt.service) };
      case 'server-error':
        return { effect: 'none', answer: new AwsError('ServiceUnavailable', 'Try again later', { status: 503 }) };
      case 'lost-before':
        return { effect: 'none', answer: new ConnectionLost() };
      case 'lost-after':
        return { effect: 'happens', answer: new ConnectionLost() };
      case 'slow':
        return { effect: 'happens', extraLatencyMs: fault.delayMs };
      case 'stale':
        return { effect: 'happens', staleOutput: this.#earlierAnswer(attempt)?.output };
    }
  }
}

function isRead({ service, operation }: CallAttempt): boolean {
  return READS.test(operation) && service !== 'dynamodb';
}

function keyOf({ service, operation, input }: CallAttempt): string {
  return `${service}:${operation} ${JSON.stringify(input)}`;
}

/** DynamoDB and SQS have names of their own for it; the others, their protocol's. */
function throttlingErrorOf(services: readonly SimulatedService[], name: string): AwsError {
  if (name === 'dynamodb') {
    return new AwsError(
      'ProvisionedThroughputExceededException',
      'The level of configured provisioned throughput for the table was exceeded.',
    );
  }
  if (name === 'sqs') return new AwsError('RequestThrottled', 'Rate exceeded');
  const service = services.find((one) => one.name === name);
  return service === undefined ? new AwsError('ThrottlingException', 'Rate exceeded') : throttled(service);
}
