import type { Invariant } from './invariant.ts';
import type { Terms } from './terms.ts';

/** Who was woken has to hear that it is over; otherwise somebody looks after what needs nobody any more. */
export function everyEndIsTold(terms: Terms): Invariant {
  /** By the part of an alert's id that its resolution has too. */
  const open = new Map<string, { closedAtMs: number }>();
  return {
    name: 'What on-call was told of as opened is told of as resolved, once Ebbtide has closed it',
    observe(fact, _ledger, check) {
      if (fact.kind === 'incident closed' && !isLeftToOnCall(fact)) {
        const alert = open.get(inAlerts(fact.incident));
        if (alert !== undefined) alert.closedAtMs = fact.atMs;
      }
      if (fact.kind !== 'alert') return;
      for (const id of fact.ids.map(withoutState)) {
        if (fact.state === 'resolved' && open.delete(id)) check(true, '', []);
        if (fact.state === 'opened') open.set(id, { closedAtMs: Number.POSITIVE_INFINITY });
      }
    },
    conclude({ atMs }, ledger, check) {
      for (const [id, { closedAtMs }] of open) {
        const isLate = atMs - closedAtMs > ledger.tellsWithinMs(terms, atMs);
        check(!isLate, `nobody was told of the end of ${id}, which was closed ${iso(closedAtMs)}`, [id]);
      }
    },
  };
}

/** A drain that was not waited for to its end may have lost tasks: who has looked after them closes the alert. */
function isLeftToOnCall({ incident, outcome }: { readonly incident: string; readonly outcome: string }): boolean {
  return incident.startsWith('drain#') && outcome !== 'drained';
}

/** Events have the instant of an incident's opening in its name; alerts have the same one in epoch milliseconds. */
function inAlerts(incident: string): string {
  const at = incident.lastIndexOf('#');
  return `${incident.slice(0, at)}#${Date.parse(incident.slice(at + 1))}`;
}

/** `<incident>#<since>` of `<incident>#<since>#<state>`. */
function withoutState(id: string): string {
  return id.slice(0, id.lastIndexOf('#'));
}

function iso(ms: number): string {
  return Number.isFinite(ms) ? new Date(ms).toISOString() : 'never';
}
