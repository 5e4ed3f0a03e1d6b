import type { Invariant } from './invariant.ts';
import { isLeftover, type Repair, readRepair } from './repairs.ts';
import { type Terms, termsIn } from './terms.ts';

const HOUR_MS = 3_600_000;

interface Counted {
  readonly atMs: number;
  readonly what: string;
}

/** Who repairs too much has not understood what is wrong. What is tried again for the same absence counts once. */
export function repairsAreLimited(terms: Terms): Invariant {
  const counted = new Map<string, Counted[]>();
  return {
    name: 'No more instances of a cluster are repaired within an hour than its limit says',
    observe(fact, ledger, check) {
      const repair = readRepair(fact, ledger);
      const [registration] = repair?.registrations ?? [];
      if (repair === undefined || registration === undefined) return;
      const { cluster } = registration;
      const { repairsPerHourMax = Number.POSITIVE_INFINITY, actsWithinMs = 0 } = termsIn(terms, cluster, fact.atMs);
      const isNoRepair =
        repair.kind === 'deregister'
          ? isLeftover(registration, ledger, fact.atMs - actsWithinMs)
          : ledger.announcements.concern(repair.ec2InstanceId);
      if (isNoRepair) return;
      const what = describe(repair);
      // A repair is claimed first and made a little later, so two may lie closer together than their claims.
      const recent = (counted.get(cluster) ?? []).filter(({ atMs }) => fact.atMs - atMs < HOUR_MS - actsWithinMs);
      const isNew = !recent.some((earlier) => earlier.what === what);
      const all = isNew ? [...recent, { atMs: fact.atMs, what }] : recent;
      counted.set(cluster, all);
      check(all.length <= repairsPerHourMax, `${all.length} repairs in ${cluster} within an hour: ${told(all)}`, [
        repair.ec2InstanceId,
      ]);
    },
  };
}

function describe({ kind, ec2InstanceId }: Repair): string {
  return `${kind} ${ec2InstanceId}`;
}

function told(all: readonly Counted[]): string {
  return all.map(({ what }) => what).join(', ');
}
