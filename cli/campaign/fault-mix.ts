import type { Random } from '../../simulator/kernel/random.ts';

/** What breaks at a call of a function, each as the share of calls that it strikes; 0: never. */
export interface CallFaultMix {
  readonly throttled: number;
  readonly serverError: number;
  /** The connection breaks before the operation takes effect. */
  readonly lostBefore: number;
  /** The operation takes effect, and its answer never comes. */
  readonly lostAfter: number;
  readonly slow: number;
  /** The function is killed at the call: half of the time after its effect. */
  readonly killed: number;
  /** From this call on the function hears nothing from AWS, until its time is over. */
  readonly hung: number;
  /** A read of ECS or Auto Scaling answers what the same read answered some seconds ago; of reads that were made before. */
  readonly stale: number;
  /** A page of a list has one thing on it, and a token for the rest. */
  readonly shortPage: number;
  /** Right before a conditional write somebody else writes the same item, and changes nothing but its version. */
  readonly conflict: number;
}

/** What breaks at deliveries: each as the share of what it names. */
export interface DeliveryFaultMix {
  readonly eventLost: number;
  readonly eventDoubled: number;
  /** Late, and so out of order. */
  readonly eventLate: number;
  readonly sweepLost: number;
  readonly sweepLate: number;
  /** A message that a function works on is handed to another one. */
  readonly messageTwice: number;
  /** An execution environment's clock is off. */
  readonly clockSkew: number;
}

export interface FaultMix extends CallFaultMix, DeliveryFaultMix {}

/** The highest rates. A function has six attempts a call: what keeps failing beyond that is an outage, not a fault. */
const RATES_MAX: FaultMix = {
  throttled: 0.2,
  serverError: 0.1,
  lostBefore: 0.05,
  lostAfter: 0.05,
  slow: 0.05,
  killed: 0.01,
  hung: 0.002,
  stale: 0.3,
  shortPage: 0.5,
  conflict: 0.2,
  eventLost: 0.6,
  eventDoubled: 0.5,
  eventLate: 0.5,
  sweepLost: 0.2,
  sweepLate: 0.3,
  messageTwice: 0.2,
  clockSkew: 1,
};

/**
 * In so many of the worlds that have the kind it strikes always: no event comes, as when somebody has disabled the rules, or
 * every page of every list is short. What is found by luck in the others is found by the sweep in these, or never.
 */
const ALWAYS_CHANCE: Partial<FaultMix> = { eventLost: 0.2, shortPage: 0.5 };

/** Each kind is off in half of the worlds; a world in which everything breaks a little shows little. */
export function drawFaults(random: Random): FaultMix {
  const rate = (kind: FaultKind) => {
    const isOn = random.chance(0.5);
    // As often a tenth of a rate as all of it.
    const drawn = RATES_MAX[kind] * 10 ** -(2 * random.unit());
    if (!isOn) return 0;
    const isAlways = random.fork(`always/${kind}`).chance(ALWAYS_CHANCE[kind] ?? 0);
    return isAlways ? 1 : Number(drawn.toPrecision(2));
  };
  return Object.fromEntries(FAULT_KINDS.map((kind) => [kind, rate(kind)])) as unknown as FaultMix;
}

export type CallFaultKind = keyof CallFaultMix;
export type DeliveryFaultKind = keyof DeliveryFaultMix;
export type FaultKind = keyof FaultMix;

export const FAULT_KINDS = Object.keys(RATES_MAX) as readonly FaultKind[];
