import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstOf, minimizeList } from '../../../../cli/campaign/shrink/minimize.ts';

const passesOf =
  <T>(passes: (kept: readonly T[]) => boolean) =>
  (candidates: readonly (readonly T[])[]) =>
    firstOf(candidates, 2, async (kept) => passes(kept));

test('finds exactly the items that a failure needs, wherever they are in the list', async () => {
  const lists = fc.uniqueArray(fc.integer(), { maxLength: 60 });
  const cases = lists.chain((items) => fc.record({ items: fc.constant(items), needed: fc.subarray(items) }));
  await fc.assert(
    fc.asyncProperty(cases, async ({ items, needed }) => {
      const fails = (kept: readonly number[]) => needed.every((one) => kept.includes(one));
      expect(await minimizeList(items, passesOf(fails))).toEqual(needed);
    }),
  );
});

test('of a failure that one of several items is enough for, it leaves one', async () => {
  const fails = (kept: readonly number[]) => kept.some((one) => one % 7 === 0);
  const kept = await minimizeList([...Array(50).keys()], passesOf(fails));
  expect(kept).toHaveLength(1);
});

test('a few needed items among a thousand are found in a few hundred attempts', async () => {
  let attempts = 0;
  const kept = await minimizeList(
    [...Array(1_000).keys()],
    passesOf((some) => {
      attempts++;
      return [17, 500, 911].every((one) => some.includes(one));
    }),
  );
  expect(kept).toEqual([17, 500, 911]);
  expect(attempts).toBeLessThan(300);
});

test('the first candidate in their order wins, not the quickest', async () => {
  const delays = [5, 1];
  const found = await firstOf(delays, 2, async (turns) => {
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    return true;
  });
  expect(found).toBe(5);
});
