import { describe, expect, test } from 'vitest';
import { checkPatch } from '../../../cli/planted/plant.ts';
import { PlantedBugError, readPlantedBugs } from '../../../cli/planted/planted-bug.ts';

const bugs = readPlantedBugs();

describe('the planted bugs', () => {
  test('are many, each with where it comes from and what it breaks', () => {
    expect(bugs.length).toBeGreaterThanOrEqual(25);
    for (const { origin, breaks } of bugs) for (const text of [origin, breaks]) expect(text).toMatch(/^\S.{20,}\.$/);
  });

  test.each(bugs)('$name still applies to the product', async (bug) => {
    await checkPatch(bug);
  });

  test('are chosen by name, and a name that is none is told with those that are', () => {
    expect(readPlantedBugs(['breaker-off-by-one']).map(({ name }) => name)).toEqual(['breaker-off-by-one']);
    expect(() => readPlantedBugs(['breaker-off-by-two'])).toThrow(PlantedBugError);
    expect(() => readPlantedBugs(['breaker-off-by-two'])).toThrow(
      /breaker-off-by-two\. There are: .*breaker-off-by-one/,
    );
  });

  test('that no longer fit are refused with the reason', async () => {
    const [bug] = readPlantedBugs(['breaker-off-by-one']);
    if (bug === undefined) throw new Error('There is no such bug');
    const elsewhere = { ...bug, file: new URL('../../docs/behaviour.test.ts', import.meta.url).pathname };
    await expect(checkPatch(elsewhere)).rejects.toThrow(
      /breaker-off-by-one does not apply to the product as it is now: \S/,
    );
  });
});
