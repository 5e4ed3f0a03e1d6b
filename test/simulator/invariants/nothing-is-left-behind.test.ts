import { expect, test } from 'vitest';
import { nothingIsLeftBehind } from '../../../simulator/invariants/nothing-is-left-behind.ts';
import { HandMade } from './hand-made.ts';

const QUEUE = 'ebbtide-prod-task';

test('Empty queues are as they ought to be', () => {
  const verdict = new HandMade().judge(nothingIsLeftBehind(), [{ name: QUEUE, messages: 0 }]);
  expect(verdict).toMatchObject({ checks: 1, violations: 0 });
});

test('A message that is left in a queue is caught', () => {
  const verdict = new HandMade().judge(nothingIsLeftBehind(), [{ name: QUEUE, messages: 2 }]);
  expect(verdict.violation?.what).toBe('ebbtide-prod-task holds 2 messages');
});

test('A dead letter is caught, with its reason', () => {
  const story = new HandMade().add('dead-letter', { queue: 'dead', body: '{}', attributes: { reason: 'malformed' } });
  expect(story.judge(nothingIsLeftBehind()).violation?.what).toContain('malformed');
});

test('An event that cannot be delivered is caught', () => {
  const story = new HandMade().world('rule', 'delivery failed', {
    target: QUEUE,
    code: 'NO_PERMISSIONS',
    message: 'no',
  });
  expect(story.judge(nothingIsLeftBehind()).violation?.what).toBe('ebbtide-prod-task: NO_PERMISSIONS: no');
});
