import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drainDueMessage, parseDrainDue } from '../../../shared/events/drain-due.ts';
import { parseEnvelope } from '../../../shared/events/envelope.ts';
import { parsed, type RecordedEvent, recorded, valuesOfOtherTypes, withDetail, without } from './recorded.ts';

const nowMs = Date.UTC(2026, 10, 20, 9, 14, 33);
const message: RecordedEvent = JSON.parse(drainDueMessage('drain#i-0f3c8a1b2d4e5f607', nowMs));

test('reads back whatever incident it was written for, with the time it was written at', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.nat({ max: 4_000_000_000_000 }), (incidentId, atMs) => {
      const event = parseEnvelope(drainDueMessage(incidentId, atMs));

      expect(event.timeMs).toBe(atMs);
      expect(parseDrainDue(event)).toEqual({ kind: 'drain-due', incidentId });
    }),
  );
});

test('does not name a drain without an incident', () => {
  expect(() => parseDrainDue(parsed({ ...message, detail: without(message.detail, 'incidentId') }))).toThrow(
    'detail.incidentId is absent, expected string',
  );
  expect(() => parseDrainDue(parsed(withDetail(message, { incidentId: '' })))).toThrow('detail.incidentId is ""');
  for (const incidentId of valuesOfOtherTypes('text')) {
    expect(() => parseDrainDue(parsed(withDetail(message, { incidentId })))).toThrow(
      `detail.incidentId is ${JSON.stringify(incidentId)}, expected string`,
    );
  }
});

test('tolerates what a later version may add', () => {
  expect(parseDrainDue(parsed(withDetail(message, { attempt: 2 })))).toEqual(parseDrainDue(parsed(message)));
});

test.each([
  ['events of AWS', recorded('terminate')],
  ['other events of its own', { ...message, 'detail-type': 'Ebbtide Incident Opened' }],
  ['events of other sources that look the same', { ...message, source: 'com.example' }],
])('ignores %s', (_what, ignored) => {
  expect(parseDrainDue(parsed(ignored))).toMatchObject({ kind: 'ignored' });
});
