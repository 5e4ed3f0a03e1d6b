import { expect, test } from 'vitest';
import { alertsComeOnce } from '../../../simulator/invariants/alerts-come-once.ts';
import { HandMade, REQUEST } from './hand-made.ts';

const judge = (story: HandMade) => story.judge(alertsComeOnce());

test('An incident that is opened, escalated and resolved is as it ought to be', () => {
  const story = new HandMade()
    .alert('a#opened', 'opened')
    .alert('a#day-2', 'escalated')
    .alert('a#resolved', 'resolved');
  expect(judge(story).violations).toBe(0);
});

test('The same alert twice is caught', () => {
  const { violation } = judge(new HandMade().alert('a#day-2', 'escalated').alert('a#day-2', 'escalated'));
  expect(violation?.what).toBe('the alert a#day-2 was sent twice');
});

test('An incident that is opened twice under different ids is caught', () => {
  expect(judge(new HandMade().alert('a#opened', 'opened').alert('a#again', 'opened')).violations).toBe(1);
});

test('A resolution of what was never opened, or was resolved before, is caught', () => {
  expect(judge(new HandMade().alert('a#resolved', 'resolved')).violations).toBe(1);
  const twice = new HandMade().alert('a#opened', 'opened').alert('a#resolved', 'resolved').alert('a#over', 'resolved');
  expect(judge(twice).violations).toBe(1);
});

test('The same alert again is as it ought to be where the answer of its publishing was lost', () => {
  const lost = { effect: 'happens', answer: 'ECONNRESET' } as const;
  expect(judge(new HandMade().publishes('a#opened', 'opened', lost).publishes('a#opened', 'opened')).violations).toBe(
    0,
  );
});

test('The same alert again is as it ought to be where its function was killed after publishing, and only then', () => {
  const end = (phase: string) =>
    new HandMade()
      .publishes('a#opened', 'opened')
      .add('invocation', { function: 'ebbtide-prod-sweep', requestId: REQUEST, phase })
      .publishes('a#opened', 'opened');
  expect(judge(end('error')).violations).toBe(0);
  expect(judge(end('end')).violations).toBeGreaterThan(0);
});

test('A message that stands for several alerts opens and resolves each of them', () => {
  const one = new HandMade().alert('a#opened', 'opened').alert('b#opened', 'opened');
  expect(judge(one.flood(['a#resolved', 'b#resolved'], 'resolved'))).toMatchObject({ violations: 0 });
  const never = new HandMade().alert('a#opened', 'opened').flood(['a#resolved', 'b#resolved'], 'resolved');
  expect(judge(never).violation?.what).toBe('b#resolved resolves what is not open');
});
