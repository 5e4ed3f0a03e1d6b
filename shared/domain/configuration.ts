import type { ConfigurationIncident } from '../incidents/incident.ts';

export type ConfigurationDecision =
  | { readonly kind: 'none' }
  | { readonly kind: 'open' }
  /** Other problems than before: on-call hears of it only when there are more of them. */
  | { readonly kind: 'update'; readonly isWorse: boolean }
  | { readonly kind: 'close' };

/**
 * What to make of the problems of a cluster's tags.
 *
 * @param incident the cluster's last one, open or closed
 * @param problems as they are now; none for a cluster that is gone, or no longer looked after
 */
export function decideConfiguration(
  incident: ConfigurationIncident | undefined,
  problems: readonly string[],
): ConfigurationDecision {
  if (incident === undefined || incident.phase === 'closed') return { kind: problems.length === 0 ? 'none' : 'open' };
  if (problems.length === 0) return { kind: 'close' };
  const isSame = incident.problems.toSorted().join('\n') === problems.toSorted().join('\n');
  return isSame ? { kind: 'none' } : { kind: 'update', isWorse: problems.length > incident.problems.length };
}
