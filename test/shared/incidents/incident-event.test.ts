import { describe, expect, test } from 'vitest';
import type { Incident } from '../../../shared/incidents/incident.ts';
import { changesOf } from '../../../shared/incidents/incident-event.ts';
import { disconnection, drain, T0 } from '../fleet.ts';

const away = (changes: object = {}): Incident => ({ ...disconnection(), phase: 'suspected', version: 1, ...changes });
const closed = { phase: 'closed', closedAtMs: T0 + 1_000, version: 9 } as const;

function told(before: Incident | undefined, after: Incident): string[] {
  return changesOf(before, after).map(({ change }) => change);
}

describe('what is told of an incident', () => {
  test.each([
    ['a drain that begins', undefined, drain(), ['opened']],
    ['a drain’s heartbeat', drain(), drain({ version: 2, lostContact: { atMs: T0, versions: 3 } }), []],
    ['an alert that waits to be sent', drain(), drain({ version: 2, outboxAtMs: T0 }), []],
    ['a drain that stands still', drain(), drain({ version: 2, stalledAtMs: T0 }), ['changed']],
    ['a drain that is over', drain(), drain({ ...closed, outcome: 'drained' }), ['closed']],
    ['what is cleared up after the end', drain(closed), drain({ ...closed, version: 10, outboxAtMs: T0 }), []],
    ['a second drain in the place of the first', drain(closed), drain({ openedAtMs: T0 + 5_000 }), ['opened']],
    ['a suspicion', undefined, away(), []],
    ['a suspicion that comes to nothing', away(), away({ ...closed, outcome: 'momentary' }), []],
    ['a suspicion that on-call hears of', away(), away({ phase: 'alerted' }), ['opened']],
    ['a ghost that is cleaned up', away(), away({ ...closed, outcome: 'deregistered: ghost' }), ['opened', 'closed']],
    ['an agent that is back', away({ phase: 'alerted' }), away({ ...closed, outcome: 'reconnected' }), ['closed']],
  ])('%s', (_, before, after, changes) => {
    expect(told(before, after)).toEqual(changes);
  });

  test('has the fields that are new, the revision of the record, and the same id all along', () => {
    const [opened] = changesOf(undefined, drain());
    const [over] = changesOf(drain(), drain({ ...closed, outcome: 'drained' }));
    expect(over).toMatchObject({ revision: 9, changed: ['state', 'phase', 'outcome', 'closedAt'] });
    expect(over?.incident.id).toBe(opened?.incident.id);
  });

  test('has nothing of tokens, heartbeats or alerts', () => {
    const text = JSON.stringify(changesOf(undefined, drain()));
    expect(text).not.toMatch(/token|heartbeat|outbox|AtMs/i);
  });
});
