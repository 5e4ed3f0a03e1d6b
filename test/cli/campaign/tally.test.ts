import { expect, test } from 'vitest';
import { EXIT, Tally } from '../../../cli/campaign/tally.ts';

test('a campaign without failures ends with 0, and a crash with 4', () => {
  const tally = new Tally();
  expect(tally.exitCode()).toBe(EXIT.held);

  tally.add(3, { kind: 'crashed', error: 'it is gone' });

  expect(tally.exitCode()).toBe(EXIT.crash);
  expect(tally.failures).toEqual([{ seed: 3, failure: 'crash' }]);
});

test('a broken invariant outweighs a crash', () => {
  const tally = new Tally();
  tally.add(3, { kind: 'crashed', error: 'it is gone' });
  tally.failures.push({ seed: 4, failure: 'safety' });
  expect(tally.exitCode()).toBe(EXIT.safety);
});
