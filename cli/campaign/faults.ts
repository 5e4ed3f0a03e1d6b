import type { Random } from '../../simulator/kernel/random.ts';
import type { DeliveryFault } from '../../simulator/services/event-bridge/bus.ts';
import { AwsError } from '../../simulator/wire/aws-error.ts';
import { ConnectionLost } from '../../simulator/wire/http.ts';
import type { CallAttempt, Interception } from '../../simulator/wire/wire.ts';
import { FAULT_KINDS, type FaultKind, type FaultMix } from './fault-mix.ts';

export interface Faults {
  intercept(attempt: CallAttempt): Interception | undefined;
  readonly deliveryFault: DeliveryFault;
  /** How often each kind struck. */
  readonly counts: Record<FaultKind, number>;
  heal(): void;
}

export interface FaultSurroundings {
  readonly random: Random;
  /** Ends the execution environment that serves a request. */
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

/**
 * Nothing but this event tells of a return to the warm pool: DescribeAutoScalingGroups, which the sweep reads, leaves out
 * what is in the pool or on its way there. So it is not lost here, and losing it is a limitation that the campaign found.
 */
function announcesWarmPool({ detail }: { readonly detail: unknown }): boolean {
  return (detail as { readonly Destination?: string }).Destination === 'WarmPool';
}

export function createFaults(mix: FaultMix, { random, kill }: FaultSurroundings): Faults {
  const counts = Object.fromEntries(FAULT_KINDS.map((kind) => [kind, 0])) as Record<FaultKind, number>;
  const calls = random.fork('calls');
  const deliveries = random.fork('deliveries');
  let isHealed = false;

  function strikes(source: Random, kind: FaultKind): boolean {
    // Drawn even where nothing comes of it, so that a rate changes nothing but its own kind.
    const isStruck = source.chance(mix[kind]);
    if (!isStruck || isHealed) return false;
    counts[kind]++;
    return true;
  }

  return {
    counts,
    heal: () => {
      isHealed = true;
    },
    intercept({ service, caller }) {
      if (caller.kind !== 'function') return undefined;
      if (strikes(calls, 'killed')) {
        kill(caller.requestId);
        return { effect: calls.chance(0.5) ? 'happens' : 'none', answer: new ConnectionLost() };
      }
      if (strikes(calls, 'throttled')) {
        return { effect: 'none', answer: new AwsError(THROTTLED[service] ?? 'ThrottlingException', 'Rate exceeded') };
      }
      if (strikes(calls, 'serverError')) {
        return { effect: 'none', answer: new AwsError('ServiceUnavailable', 'Try again later', { status: 503 }) };
      }
      if (strikes(calls, 'lostBefore')) return { effect: 'none', answer: new ConnectionLost() };
      if (strikes(calls, 'lostAfter')) return { effect: 'happens', answer: new ConnectionLost() };
      if (!strikes(calls, 'slow')) return undefined;
      return { effect: 'happens', extraLatencyMs: calls.latencyMs(SLOW_MS.medianMs, SLOW_MS.p99Ms) };
    },
    deliveryFault({ event }) {
      // A schedule is no event that anybody lost; a sweep that never comes is another experiment.
      if (event.source === 'aws.events' || announcesWarmPool(event)) return [0];
      const delayMs = () =>
        strikes(deliveries, 'eventLate') ? deliveries.latencyMs(LATE_MS.medianMs, LATE_MS.p99Ms) : 0;
      if (strikes(deliveries, 'eventLost')) return [];
      return strikes(deliveries, 'eventDoubled') ? [delayMs(), delayMs()] : [delayMs()];
    },
  };
}
