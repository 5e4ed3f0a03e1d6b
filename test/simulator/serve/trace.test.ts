import { expect, test } from 'vitest';
import { Trace } from '../../../simulator/kernel/trace.ts';

test('the trace of a served world keeps the latest entries and no more than twice as many as it is told to', () => {
  const trace = new Trace(() => 0);
  trace.keepAtMost(10);
  for (let index = 0; index < 105; index++) {
    trace.add('note', { index });
    expect(trace.entries.length).toBeLessThan(20);
  }
  expect(trace.entries.at(-1)).toMatchObject({ index: 104 });
  expect(trace.entries.length).toBeGreaterThanOrEqual(10);
});
