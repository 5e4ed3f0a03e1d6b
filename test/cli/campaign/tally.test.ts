import { expect, test } from 'vitest';
import { drawPlan } from '../../../cli/campaign/plan.ts';
import { EXIT, Tally } from '../../../cli/campaign/tally.ts';

test('a campaign without failures ends with 0, and a crash with 4', () => {
  const tally = new Tally();
  expect(tally.exitCode()).toBe(EXIT.held);

  tally.add(drawPlan(3), { kind: 'crashed', error: 'it is gone' });

  expect(tally.exitCode()).toBe(EXIT.crash);
  expect(tally.failures).toEqual([{ seed: 3, kind: 'crash', name: 'it is gone' }]);
});

test('a broken invariant outweighs a crash', () => {
  const tally = new Tally();
  tally.add(drawPlan(3), { kind: 'crashed', error: 'it is gone' });
  tally.failures.push({ seed: 4, kind: 'safety', name: 'a hook is late' });
  expect(tally.exitCode()).toBe(EXIT.safety);
});
