import type { Invariant } from './invariant.ts';

/** An alert's id is `<incident>#<state>`: what it tells its receivers, so that they can drop repeats. */
function incidentOf(id: string): string {
  return id.slice(0, id.lastIndexOf('#'));
}

export function alertsComeOnce(): Invariant {
  const sentIds = new Set<string>();
  const statesByIncident = new Map<string, string[]>();
  return {
    name: 'Each alert is sent once; an incident is opened and resolved at most once, in that order',
    observe(fact, _ledger, check) {
      if (fact.kind !== 'alert' || fact.id === '') return;
      const { id, state } = fact;
      const earlier = statesByIncident.get(incidentOf(id)) ?? [];
      check(!sentIds.has(id), `the alert ${id} was sent twice`, [id]);
      if (state === 'opened') check(!earlier.includes('opened'), `${id} opens what is open`, [id]);
      if (state === 'resolved') {
        const isOpen = earlier.includes('opened') && !earlier.includes('resolved');
        check(isOpen, `${id} resolves what is not open`, [id]);
      }
      sentIds.add(id);
      statesByIncident.set(incidentOf(id), [...earlier, state]);
    },
  };
}
