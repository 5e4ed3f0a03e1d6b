import { readFact } from '../../simulator/invariants/facts.ts';
import { Random } from '../../simulator/kernel/random.ts';
import type { Tables } from '../../simulator/services/dynamodb/operations.ts';
import type { DeliveryFault, EventEnvelope } from '../../simulator/services/event-bridge/bus.ts';
import type { RepeatedDelivery } from '../../simulator/services/sqs/event-source-mapping.ts';
import { AwsError } from '../../simulator/wire/aws-error.ts';
import { ConnectionLost } from '../../simulator/wire/http.ts';
import type { CallAttempt, Interception, ServedCall } from '../../simulator/wire/wire.ts';
import type { CallFaultKind, DeliveryFaultKind, FaultKind } from './fault-mix.ts';
import type { FaultPlan } from './plan.ts';
import { canBeStale, StaleReads } from './stale-reads.ts';
import { createStrikes, type Strike } from './strikes.ts';
import { writeAsTwin } from './twin-writes.ts';

export interface Faults {
  intercept(attempt: CallAttempt): Interception | undefined;
  /** Told of each call that was served. */
  onCall(served: ServedCall): void;
  readonly deliveryFault: DeliveryFault;
  readonly repeatedDelivery: RepeatedDelivery;
  /** How far the clock of a new execution environment is ahead, in milliseconds. */
  clockSkewMs(functionName: string): number;
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
  tables(): Tables;
}

interface StruckCall {
  readonly attempt: CallAttempt;
  /** Of the function's invocation. */
  readonly requestId: string;
  /** Of this strike alone. */
  readonly random: Random;
  readonly surroundings: FaultSurroundings;
  readonly staleReads: StaleReads;
  /** Invocations that hear nothing any more. */
  readonly hung: Set<string>;
}

const SLOW_MS = { medianMs: 2_000, p99Ms: 12_000 };
const LATE_MS = { medianMs: 20_000, p99Ms: 600_000 };
/** Of the second copy of an event: long after what it tells of is over. */
const AGAIN_MS = { medianMs: 30_000, p99Ms: 1_800_000 };
const SWEEP_LATE_MS = { medianMs: 10_000, p99Ms: 50_000 };
/** Lambda keeps its clocks by the Amazon Time Sync Service; what it promises about them is not published. */
export const CLOCK_SKEW_MS_MAX = 2_000;
/** Longer than any function may run, and than any client waits. */
const NEVER_MS = 3_600_000;
/** While the first receiver still works on it. */
const AGAIN_WITHIN_MS = 3_000;

/** The error by which each service says that it was asked too often; where it is another than ECS's. */
const THROTTLED: Readonly<Record<string, string>> = {
  autoscaling: 'Throttling',
  dynamodb: 'ProvisionedThroughputExceededException',
  ec2: 'RequestLimitExceeded',
  sns: 'Throttling',
  sqs: 'RequestThrottled',
};

/** What each list that pages calls the size of its pages. Any page may be shorter than that (the services' API references). */
const PAGE_SIZE: Readonly<Record<string, string>> = {
  'ecs:ListClusters': 'maxResults',
  'ecs:ListContainerInstances': 'maxResults',
  'ecs:ListTasks': 'maxResults',
  'autoscaling:DescribeAutoScalingGroups': 'MaxRecords',
  'autoscaling:DescribeAutoScalingInstances': 'MaxRecords',
  'autoscaling:DescribeWarmPool': 'MaxRecords',
  'dynamodb:Query': 'Limit',
};

function pageSizeOf({ service, operation }: CallAttempt): string | undefined {
  return PAGE_SIZE[`${service}:${operation}`];
}

/** What each kind does to a call; undefined: nothing, as it is. The first that strikes is the one that does. */
const CALL_FAULTS: Readonly<Record<CallFaultKind, (call: StruckCall) => Interception | undefined>> = {
  killed({ surroundings, requestId, random }) {
    surroundings.kill(requestId);
    return { effect: random.chance(0.5) ? 'happens' : 'none', answer: new ConnectionLost() };
  },
  hung({ hung, requestId, random }) {
    hung.add(requestId);
    return silence(random.chance(0.5));
  },
  throttled: ({ attempt: { service } }) => ({
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
  stale: ({ attempt, staleReads }) => staleReads.answer(attempt),
  shortPage({ attempt }) {
    const pageSize = pageSizeOf(attempt);
    return pageSize === undefined ? undefined : { effect: 'happens', input: { ...attempt.input, [pageSize]: 1 } };
  },
  conflict({ attempt, surroundings }) {
    writeAsTwin(attempt, surroundings.tables());
    return undefined;
  },
};

/** No answer for as long as anybody waits. What never answers may have happened all the same. */
function silence(happens: boolean): Interception {
  return happens
    ? { effect: 'happens', extraLatencyMs: NEVER_MS }
    : { effect: 'none', answer: new ConnectionLost(), extraLatencyMs: NEVER_MS };
}

/** Kinds that some calls alone can meet. */
function canMeet(attempt: CallAttempt, kind: CallFaultKind): boolean {
  const { operation, input } = attempt;
  if (kind === 'stale') return canBeStale(attempt);
  if (kind === 'shortPage') return pageSizeOf(attempt) !== undefined;
  if (kind === 'conflict') return operation === 'PutItem' && input.ConditionExpression !== undefined;
  return true;
}

/** Strikes deliveries by both: what one of them loses is lost, what both delay is late by both, and copies are copied. */
export function strikeByBoth(one: DeliveryFault, other: DeliveryFault): DeliveryFault {
  return (delivery) => {
    const furtherMs = other(delivery);
    return one(delivery).flatMap((delayMs) => furtherMs.map((moreMs) => delayMs + moreMs));
  };
}

const CALL_FAULT_KINDS = Object.keys(CALL_FAULTS) as readonly CallFaultKind[];

export function createFaults(plan: FaultPlan, surroundings: FaultSurroundings): Faults {
  const { seed, now } = surroundings;
  const { strike, ...strikes } = createStrikes(plan, { random: new Random(seed, 'campaign/faults'), now });
  const staleReads = new StaleReads(now);
  const hung = new Set<string>();

  function strikeDelivery(kind: DeliveryFaultKind, event: EventEnvelope): Random | undefined {
    return strike([kind], event['detail-type'])?.random;
  }

  return {
    ...strikes,
    intercept(attempt) {
      const { service, operation, caller } = attempt;
      if (caller.kind !== 'function') return undefined;
      const { requestId, functionName } = caller;
      if (hung.has(requestId)) return silence(false);
      const kinds = CALL_FAULT_KINDS.filter((kind) => canMeet(attempt, kind));
      const struck = strike(kinds, `${functionName} ${service}:${operation}`);
      if (struck === undefined) return undefined;
      const { kind, random } = struck;
      return CALL_FAULTS[kind]({ attempt, requestId, random, surroundings, staleReads, hung });
    },
    onCall: (served) => {
      if (strikes.kinds.has('stale')) staleReads.remember(served);
    },
    repeatedDelivery: (queueName) => strike(['messageTwice'], queueName)?.random.integer(0, AGAIN_WITHIN_MS),
    clockSkewMs: (functionName) =>
      strike(['clockSkew'], functionName)?.random.integer(-CLOCK_SKEW_MS_MAX, CLOCK_SKEW_MS_MAX) ?? 0,
    deliveryFault({ event }) {
      if (event.source === 'aws.events') {
        if (strikeDelivery('sweepLost', event)) return [];
        return [strikeDelivery('sweepLate', event)?.latencyMs(SWEEP_LATE_MS.medianMs, SWEEP_LATE_MS.p99Ms) ?? 0];
      }
      // Whether what nobody can read is kept can be judged only where it arrives.
      if (readFact({ at: '', kind: 'event', event })?.kind === 'unreadable event') return [0];
      if (strikeDelivery('eventLost', event)) return [];
      const again = strikeDelivery('eventDoubled', event)?.latencyMs(AGAIN_MS.medianMs, AGAIN_MS.p99Ms) ?? [];
      return [strikeDelivery('eventLate', event)?.latencyMs(LATE_MS.medianMs, LATE_MS.p99Ms) ?? 0].concat(again);
    },
  };
}
