import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decideDisconnection } from '../../../shared/domain/disconnection.ts';
import type { DisconnectionIncident } from '../../../shared/incidents/incident.ts';
import { disconnection, MINUTE_MS, policy, T0 } from '../fleet.ts';
import { anyObservation } from './observations.ts';

const THRESHOLD_MS = Number(policy.disconnectedAlertMinutes) * MINUTE_MS;

/** What the reviews make of the incident, and what on-call hears. */
function apply(
  incident: DisconnectionIncident | undefined,
  decision: ReturnType<typeof decideDisconnection>,
  nowMs: number,
): { readonly incident: DisconnectionIncident | undefined; readonly said: 'opened' | 'resolved' | undefined } {
  const isAlerted = incident?.phase === 'alerted';
  const ended = incident && { ...incident, phase: 'closed' as const, closedAtMs: nowMs };
  switch (decision.kind) {
    case 'suspect': {
      const { sinceMs, instanceVersion } = decision;
      return { incident: disconnection({ sinceMs, instanceVersion }), said: undefined };
    }
    case 'alert':
      return { incident: incident && { ...incident, phase: 'alerted' }, said: 'opened' };
    case 'away again': {
      const { atMs: awayAgainAtMs, instanceVersion } = decision;
      return { incident: incident && { ...incident, awayAgainAtMs, instanceVersion }, said: undefined };
    }
    case 'forget':
      return { incident: ended, said: undefined };
    case 'resolve':
      return { incident: ended, said: 'resolved' };
    case 'deregister':
      return { incident: ended, said: isAlerted ? 'resolved' : undefined };
    case 'restart':
    case 'replace':
    case 'wait':
      return { incident, said: undefined };
  }
}

test('over any sequence of looks on-call hears of each absence once, and of its end once', () => {
  const look = fc.tuple(anyObservation, fc.integer({ min: 1_000, max: 6 * MINUTE_MS }));
  fc.assert(
    fc.property(fc.array(look, { minLength: 5, maxLength: 60 }), (looks) => {
      let incident: DisconnectionIncident | undefined;
      let nowMs = T0;
      let isTold = false;
      let awayMs = 0;
      for (const [observation, afterMs] of looks) {
        nowMs += afterMs;
        awayMs += afterMs;
        // An event tells of what has just been: never of what lies before the last time that the agent was seen.
        const event = observation.event && {
          atMs: nowMs - Math.min(awayMs, afterMs),
          version: observation.event.version,
        };
        const decision = decideDisconnection(incident, { ...observation, event }, { policy, nowMs });
        if (observation.instance?.agentConnected !== false) awayMs = 0;
        const next = apply(incident, decision, nowMs);
        if (next.said === 'opened') {
          expect(isTold, 'told again').toBe(false);
          expect(awayMs, 'told too early').toBeGreaterThanOrEqual(THRESHOLD_MS);
          expect(next.incident, 'told without a record').toBeDefined();
          isTold = true;
        }
        if (next.said === 'resolved') {
          expect(isTold, 'resolved what nobody was told of').toBe(true);
          isTold = false;
        }
        incident = next.incident;
        expect(incident?.phase === 'alerted', 'the record says who was told').toBe(isTold);
      }
    }),
    { numRuns: 2_000 },
  );
});
