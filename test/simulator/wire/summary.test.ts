import { expect, test } from 'vitest';
import { summarise } from '../../../simulator/wire/summary.ts';

const many = (count: number) => Array.from({ length: count }, (_, index) => ({ index }));

test('long lists are replaced by their lengths, at the top and within items', () => {
  const output = { groups: [{ name: 'web', instances: many(21) }], tasks: many(4), token: 'a' };
  expect(summarise(output)).toEqual({
    groups: [{ name: 'web', instances: { items: 21 } }],
    tasks: { items: 4 },
    token: 'a',
  });
});

test('what is kept is a copy, dates and bytes too: later changes of the world do not reach it', () => {
  const output = { task: { tags: many(2), at: new Date(1_000), bytes: new Uint8Array([1]) }, none: null };
  const kept = summarise(output);
  expect(kept).toEqual(output);
  output.task.at.setTime(2_000);
  output.task.bytes[0] = 2;
  output.task.tags.push({ index: 9 });
  expect(kept).toEqual({ task: { tags: many(2), at: new Date(1_000), bytes: new Uint8Array([1]) }, none: null });
});

test('an output that is no structure stays what it is', () => {
  expect(summarise(undefined)).toBeUndefined();
  expect(summarise('text')).toBe('text');
});
