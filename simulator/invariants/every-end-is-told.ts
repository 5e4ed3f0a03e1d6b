import type { Invariant } from './invariant.ts';
import type { Terms } from './terms.ts';

/** Tasks were lost: that alert is for a person to close, who has looked after them. */
const LEFT_TO_ON_CALL: ReadonlySet<string> = new Set(['deadline', 'lost contact', 'hook ended']);

/** Who was woken has to hear that it is over; otherwise somebody looks after what needs nobody any more. */
export function everyEndIsTold(terms: Terms): Invariant {
  /** By the part of an alert's id that its resolution has too. */
  const open = new Map<string, { closedAtMs: number }>();
  return {
    name: 'What on-call was told of as opened is told of as resolved, once Ebbtide has closed it',
    observe(fact, _ledger, check) {
      if (fact.kind === 'incident closed' && !LEFT_TO_ON_CALL.has(fact.outcome)) {
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
