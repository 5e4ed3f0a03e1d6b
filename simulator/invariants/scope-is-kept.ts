import { clustersTouched, isFleetChange } from './fleet-change.ts';
import type { Invariant } from './invariant.ts';
import { type Terms, termsIn } from './terms.ts';

/**
 * An instance that is registered in several clusters may be changed for the sake of any of them; one in no cluster is
 * none's.
 */
export function scopeIsKept(terms: Terms): Invariant {
  return {
    name: 'Nothing is changed in clusters that are not looked after, or that are only observed',
    observe(fact, ledger, check) {
      if (!isFleetChange(fact)) return;
      const roles = clustersTouched(fact, ledger).map((name) => ({ name, ...roleIn(terms, name, fact.atMs) }));
      if (roles.length === 0) return;
      const told = roles.map(
        ({ name, role }) => `${name}, which Ebbtide ${role === 'observes' ? 'only observes' : role}`,
      );
      const isMeant = roles.some(({ role }) => role === 'acts');
      check(isMeant, `${fact.functionName} called ${fact.operation} in ${told.join(' and ')}`, [
        fact.operation,
        ...roles.map(({ name }) => name),
      ]);
    },
  };
}

function roleIn(terms: Terms, cluster: string, atMs: number) {
  return { role: termsIn(terms, cluster, atMs).role ?? 'acts' };
}
