import { expect, test } from 'vitest';
import { CALLS_MAX, callsAreBounded } from '../../../simulator/invariants/calls-are-bounded.ts';
import { EC2, HandMade, INSTANCE } from './hand-made.ts';

/** One cluster, one group, one instance that came into service long ago. */
const CALM = CALLS_MAX.each + CALLS_MAX.cluster + CALLS_MAX.group;
const calls = (story: HandMade, count: number, error?: { code: string; message: string }) => {
  for (let made = 0; made < count; made++) story.call('DescribeAutoScalingGroups', {}, error);
  return story.swept().judge(callsAreBounded());
};
const calm = () => new HandMade().inService(EC2, INSTANCE).after(20);

test('As many calls as a calm fleet may cost are as they ought to be, and one more is caught', () => {
  expect(calls(calm(), CALM)).toMatchObject({ checks: 1, violations: 0 });
  expect(calls(calm(), CALM + 1).violation?.what).toContain(`made ${CALM + 1} calls for 0 instances`);
});

test('An instance in trouble may cost more', () => {
  expect(calls(calm().away(EC2, INSTANCE).after(60), CALM + CALLS_MAX.trouble).violations).toBe(0);
});

test('An instance that a launch hook holds is in trouble for as long as it does', () => {
  const state = ['lifecycle state Pending:Wait', { group: 'shop' }] as const;
  const held = () =>
    new HandMade()
      .inService(EC2, INSTANCE)
      .world(EC2, ...state)
      .after(20);
  expect(calls(held(), CALM + CALLS_MAX.trouble).violations).toBe(0);
  expect(calls(held(), CALM + CALLS_MAX.trouble + 1).violations).toBe(1);
});

test('What AWS throttles is called again, and does not count', () => {
  expect(calls(calm(), CALM + 50, { code: 'ThrottlingException', message: 'Rate exceeded' }).violations).toBe(0);
});
