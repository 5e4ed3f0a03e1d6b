import { Random } from '../../simulator/kernel/random.ts';
import type { DeliveryFault, EventEnvelope } from '../../simulator/services/event-bridge/bus.ts';
import { AwsError } from '../../simulator/wire/aws-error.ts';
import { ConnectionLost } from '../../simulator/wire/http.ts';
import type { CallAttempt, Interception } from '../../simulator/wire/wire.ts';
import type { CallFaultKind, DeliveryFaultKind, FaultKind } from './fault-mix.ts';
import type { FaultPlan } from './plan.ts';
import { createStrikes, type Strike } from './strikes.ts';

export interface Faults {
  intercept(attempt: CallAttempt): Interception | undefined;
  readonly deliveryFault: DeliveryFault;
  /** All that have struck so far. */
  readonly strikes: readonly Strike[];
  /** How often each kind struck. */
  counts(): Record<FaultKind, number>;
  heal(): void;
}

export interface FaultSurroundings {
  readonly seed: number;
  now(): number;
  /** Ends the execution environment that serves a request. */
  kill(requestId: string): void;
}

interface StruckCall {
  readonly service: string;
  readonly requestId: string;
  /** Of this strike alone. */
  readonly random: Random;
  kill(requestId: string): void;
}

const SLOW_MS = { medianMs: 2_000, p99Ms: 12_000 };
const LATE_MS = { medianMs: 20_000, p99Ms: 600_000 };

/** The error by which each service says that it was asked too often; where it is another than ECS's. */
const THROTTLED: Readonly<Record<string, string>> = {
  autoscaling: 'Throttling',
  dynamodb: 'ProvisionedThroughputExceededException',
  ec2: 'RequestLimitExceeded',
  sns: 'Throttling',
  sqs: 'RequestThrottled',
};

/** What each kind does to a call. The first that strikes is the one that does. */
const CALL_FAULTS: Readonly<Record<CallFaultKind, (call: StruckCall) => Interception>> = {
  killed({ kill, requestId, random }) {
    kill(requestId);
    return { effect: random.chance(0.5) ? 'happens' : 'none', answer: new ConnectionLost() };
  },
  throttled: ({ service }) => ({
    effect: 'none',
    answer: new AwsError(THROTTLED[service] ?? 'ThrottlingException', 'Rate exceeded'),
  }),
  serverError: () => ({
    effect: 'none',
    answer: new AwsError('ServiceUnavailable', 'Try again later', { status: 503 }),
  }),
  lostBefore: () => ({ effect: 'none', answer: new ConnectionLost() }),
  lostAfter: () => ({ effect: 'happens', answer: new ConnectionLost() }),
  slow: ({ random }) => ({
    effect: 'happens',
    extraLatencyMs: random.latencyMs(SLOW_MS.medianMs, SLOW_MS.p99Ms),
  }),
};

const CALL_FAULT_KINDS = Object.keys(CALL_FAULTS) as readonly CallFaultKind[];

export function createFaults(plan: FaultPlan, { seed, now, kill }: FaultSurroundings): Faults {
  const { strike, ...strikes } = createStrikes(plan, { random: new Random(seed, 'campaign/faults'), now });

  function strikeDelivery(kind: DeliveryFaultKind, event: EventEnvelope, copy = ''): Random | undefined {
    return strike([kind], `${event['detail-type']}${copy}`)?.random;
  }

  return {
    ...strikes,
    intercept({ service, operation, caller }) {
      if (caller.kind !== 'function') return undefined;
      const { requestId, functionName } = caller;
      const struck = strike(CALL_FAULT_KINDS, `${functionName} ${service}:${operation}`);
      return struck && CALL_FAULTS[struck.kind]({ service, requestId, random: struck.random, kill });
    },
    deliveryFault({ event }) {
      // A schedule is no event that anybody lost; a sweep that never comes is another experiment.
      if (event.source === 'aws.events') return [0];
      const delayMs = (copy?: string) =>
        strikeDelivery('eventLate', event, copy)?.latencyMs(LATE_MS.medianMs, LATE_MS.p99Ms) ?? 0;
      if (strikeDelivery('eventLost', event)) return [];
      return strikeDelivery('eventDoubled', event) ? [delayMs(), delayMs(', again')] : [delayMs()];
    },
  };
}
