import { expect, test } from 'vitest';
import { whatIsHeldDrains } from '../../../simulator/invariants/what-is-held-drains.ts';
import { EC2, HandMade, INSTANCE, TERMS, TWIN } from './hand-made.ts';

const judge = (story: HandMade, terms = TERMS) => story.judge(whatIsHeldDrains(terms));
const held = () => new HandMade().registered().held();

test('An instance that drains soon after its hook began is as it ought to be', () => {
  expect(judge(held().after(1).world(INSTANCE, 'draining').after(60))).toMatchObject({ checks: 1, violations: 0 });
});

test('One that stays ACTIVE is caught, though it is let go in the end', () => {
  const what = `${EC2} is held by a hook and ACTIVE since 2026-01-05T08:00:00.000Z`;
  expect(judge(held().after(6)).violation?.what).toBe(what);
  const ended = held().after(6).world(EC2, 'lifecycle action ended', { hook: 'ebbtide-terminate', by: {} });
  expect(judge(ended).violations).toBe(1);
});

test('An agent that registers once more while its instance drains is caught, if nobody drains that registration', () => {
  const again = () => held().world(INSTANCE, 'draining').after(5).registered(TWIN);
  expect(judge(again().after(6)).violation?.what).toContain('since 2026-01-05T08:05');
  expect(judge(again().after(1).world(TWIN, 'draining').after(5)).violations).toBe(0);
});

test('What others hold, what is away, and what is only observed need not drain', () => {
  expect(judge(new HandMade().registered().held('backup').after(60)).checks).toBe(0);
  expect(judge(held().world(INSTANCE, 'agent disconnected').after(60)).violations).toBe(0);
  expect(judge(held().after(60), { ...TERMS, role: 'observes' }).checks).toBe(0);
});
