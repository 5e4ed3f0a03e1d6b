import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Alert } from '../../../shared/alerts/alert.ts';
import { mergeFloods } from '../../../shared/alerts/floods.ts';

function unsent(index: number, changes: Partial<Alert> = {}) {
  const alert: Alert = {
    id: `drain#${index}#1#release`,
    kind: 'drain',
    state: 'opened',
    severity: 'warning',
    cluster: 'shop',
    subject: `[shop] Drain of i-${index} reached its deadline`,
    body: `What: drain ${index}`,
    ...changes,
  };
  return { incidentId: `drain#${index}`, alert };
}

const many = (count: number, changes: Partial<Alert> = {}) =>
  Array.from({ length: count }, (_, index) => unsent(index, changes));

describe('alerts of one moment', () => {
  test('go one by one while they are few', () => {
    expect(mergeFloods(many(4)).map(({ message }) => message)).toEqual(many(4).map(({ alert }) => alert));
  });

  test('are one message with the count and each one’s line when they are many', () => {
    const [flood, ...others] = mergeFloods(many(8));
    expect(others).toEqual([]);
    expect(flood?.message.subject).toBe('[shop] 8 alerts at once: drain opened');
    for (const { alert } of many(8)) expect(flood?.message.body).toContain(alert.subject);
    expect(flood?.message.body).toContain('What: drain 0');
    expect(flood?.of).toHaveLength(8);
  });

  test('are as severe together as the worst of them', () => {
    const alerts = [...many(5), unsent(9, { severity: 'critical' })];
    expect(mergeFloods(alerts)[0]?.message.severity).toBe('critical');
  });

  test('of another kind, another state or another cluster are other news', () => {
    const alerts = [
      ...many(5),
      ...many(5, { kind: 'disconnection' }),
      ...many(5, { state: 'resolved' }),
      ...many(5, { cluster: 'bank' }),
    ];
    expect(mergeFloods(alerts).map(({ message }) => `${message.kind} ${message.state} ${message.cluster}`)).toEqual([
      'drain opened shop',
      'disconnection opened shop',
      'drain opened bank',
      'drain resolved shop',
    ]);
  });

  test('are told in the order in which an incident goes through them, whichever came first', () => {
    const alerts = [unsent(1, { state: 'resolved' }), unsent(2, { state: 'escalated' }), unsent(2), unsent(1)];
    expect(mergeFloods(alerts).map(({ message }) => message.state)).toEqual([
      'opened',
      'opened',
      'escalated',
      'resolved',
    ]);
  });

  test('are counted where there are too many to name', () => {
    const [flood] = mergeFloods(many(100));
    expect(flood?.message.body).toContain('and 60 more');
    expect(flood?.message.body.length).toBeLessThan(8_000);
  });

  test('are several messages where one could not carry the ids of all', () => {
    const floods = mergeFloods(many(450));
    expect(floods.map(({ of }) => of.length)).toEqual([200, 200, 50]);
    expect(new Set(floods.map(({ message }) => message.id)).size).toBe(3);
  });

  test('are each told by exactly one message, whatever there is', () => {
    const alerts = fc.array(
      fc.record({
        kind: fc.constantFrom('drain' as const, 'disconnection' as const),
        state: fc.constantFrom('opened' as const, 'resolved' as const),
        cluster: fc.constantFrom('shop', 'bank'),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(alerts, (list) => {
        const given = list.map((changes, index) => unsent(index, changes));
        const told = mergeFloods(given).flatMap(({ of }) => of);
        expect(told.toSorted((a, b) => (a.incidentId < b.incidentId ? -1 : 1))).toEqual(
          given.toSorted((a, b) => (a.incidentId < b.incidentId ? -1 : 1)),
        );
      }),
    );
  });
});
