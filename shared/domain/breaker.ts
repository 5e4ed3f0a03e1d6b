/**
 * The circuit breaker: when a large part of a cluster, or of one of its Availability Zones, is disconnected at once, the
 * cause lies elsewhere (the network, AWS), and alerts and repairs one by one would make it worse. Pure;
 * `shared/reviews/outages.ts` counts and records.
 */
import type { Policy } from '../config/settings.ts';

/** Instances of an Availability Zone, or of all of a cluster: how many there are, and how many are away. */
export interface Census {
  readonly away: number;
  readonly total: number;
}

export interface ClusterCensus extends Census {
  /** Those in which at least one is away. `total` is only known where it may matter. */
  readonly zones: ReadonlyMap<string, { readonly away: number; readonly total: number | undefined }>;
}

export type OutageDecision =
  | { readonly kind: 'none' }
  /** `zones`: those concerned, or all of the cluster. */
  | { readonly kind: 'open'; readonly zones: readonly string[] | 'all' }
  | { readonly kind: 'keep'; readonly zones: readonly string[] | 'all' }
  | { readonly kind: 'close' };

type Limits = Pick<Policy, 'outageSharePercent' | 'outageCountMin'>;

/** By share and by number: one of two instances is a half, and no outage. */
export function isTripped({ away, total }: Census, { outageSharePercent, outageCountMin }: Limits): boolean {
  return away >= outageCountMin && away * 100 >= outageSharePercent * total;
}

/**
 * An outage opens only when otherwise something would be said or done about one of its instances: agents come and go in
 * normal operation. It stays open for as long as as many are away.
 *
 * @param isStepDue whether it would, by zone
 */
export function decideOutage(
  isOpen: boolean,
  census: ClusterCensus,
  { policy, isStepDue }: { readonly policy: Limits; readonly isStepDue: (zone: string) => boolean },
): OutageDecision {
  const zones = trippedScope(census, policy);
  if (isOpen) return zones.length === 0 ? { kind: 'close' } : { kind: 'keep', zones };
  const concerned = zones === 'all' ? [...census.zones.keys()] : zones;
  return concerned.some(isStepDue) ? { kind: 'open', zones } : { kind: 'none' };
}

function trippedScope(census: ClusterCensus, policy: Limits): readonly string[] | 'all' {
  if (isTripped(census, policy)) return 'all';
  return [...census.zones].flatMap(([zone, { away, total }]) =>
    total !== undefined && isTripped({ away, total }, policy) ? [zone] : [],
  );
}
