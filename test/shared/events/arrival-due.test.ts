import { expect, test } from 'vitest';
import { arrivalDueMessage, isArrivalDue, parseArrivalDue } from '../../../shared/events/arrival-due.ts';
import { parseEnvelope } from '../../../shared/events/envelope.ts';
import { parsed, type RecordedEvent, recorded, withDetail, without } from './recorded.ts';

const nowMs = Date.UTC(2026, 10, 20, 9, 14, 33);
const action = {
  ec2InstanceId: 'i-0f3c8a1b2d4e5f607',
  groupName: 'shop-nodes',
  hookName: 'ebbtide-terminate',
  startedAtMs: nowMs - 2_000,
};
const message: RecordedEvent = JSON.parse(arrivalDueMessage({ action, missingSinceMs: nowMs }, nowMs));

test.each([
  ['with the token that its event told', { ...action, token: 'b7a5' }],
  ['without a token, as the sweep finds it', action],
])('reads back the action it was written for, %s', (_, written) => {
  const event = parseEnvelope(arrivalDueMessage({ action: written, missingSinceMs: nowMs }, nowMs));

  expect(isArrivalDue(event)).toBe(true);
  expect(parseArrivalDue(event)).toEqual({ kind: 'arrival-due', action: written, missingSinceMs: nowMs });
});

test.each(['action', 'missingSinceMs'])('is malformed without %s', (field) => {
  expect(() => parseArrivalDue(parsed({ ...message, detail: without(message.detail, field) }))).toThrow(
    `detail.${field} is absent`,
  );
});

test('tolerates what a later version may add', () => {
  expect(parseArrivalDue(parsed(withDetail(message, { attempt: 2 })))).toEqual(parseArrivalDue(parsed(message)));
});

test.each([
  ['events of AWS', recorded('terminate')],
  ['other messages of its own', { ...message, 'detail-type': 'Ebbtide Drain Due' }],
  ['events of other sources that look the same', { ...message, source: 'com.example' }],
])('is not taken for %s', (_what, other) => {
  expect(isArrivalDue(parsed(other))).toBe(false);
});
