import { expect, test } from 'vitest';
import { isArriving } from '../../../shared/domain/lifecycle.ts';

test.each([
  ['Pending:Wait', true],
  ['Warmed:Pending:Wait', true],
  ['Pending', false],
  ['Pending:Proceed', false],
  ['Warmed:Pending', false],
  ['InService', false],
  ['Terminating:Wait', false],
  ['Warmed:Terminating:Wait', false],
])('a launch hook may hold what is in the state %s: %s', (state, may) => {
  expect(isArriving(state)).toBe(may);
});
