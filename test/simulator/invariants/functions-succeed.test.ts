import { expect, test } from 'vitest';
import { functionsSucceed } from '../../../simulator/invariants/functions-succeed.ts';
import { HandMade } from './hand-made.ts';

const SWEEP = { function: 'ebbtide-prod-sweep', requestId: 'r' };

test('An invocation that ends is as it ought to be', () => {
  const story = new HandMade()
    .add('invocation', { ...SWEEP, phase: 'start' })
    .add('invocation', { ...SWEEP, phase: 'end' });
  expect(story.judge(functionsSucceed())).toMatchObject({ checks: 1, violations: 0 });
});

test('An invocation that throws is caught, with its error', () => {
  const error = { ...SWEEP, phase: 'error', errorType: 'TypeError', errorMessage: 'x is undefined' };
  expect(new HandMade().add('invocation', error).judge(functionsSucceed()).violation?.what).toBe(
    'ebbtide-prod-sweep: TypeError: x is undefined',
  );
});

test('An invocation that runs out of time is caught', () => {
  const timeout = { ...SWEEP, phase: 'timeout', errorMessage: 'Task timed out after 50.00 seconds' };
  expect(new HandMade().add('invocation', timeout).judge(functionsSucceed()).violations).toBe(1);
});
