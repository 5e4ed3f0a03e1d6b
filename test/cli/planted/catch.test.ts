import { describe, expect, test } from 'vitest';
import type { Crew } from '../../../cli/campaign/crew.ts';
import type { Answer } from '../../../cli/campaign/worker.ts';
import { findCatch } from '../../../cli/planted/catch.ts';

/** A crew that crashes, in so many words, at the seeds that are named. */
function crew(errors: Readonly<Record<number, string>>): Crew & { readonly played: number[] } {
  const played: number[] = [];
  const held = { broken: [], pending: [] } as unknown as Extract<Answer, { kind: 'played' }>['outcome'];
  return {
    workers: 1,
    played,
    async play({ seed }) {
      played.push(seed);
      const error = errors[seed];
      return error === undefined ? { kind: 'played', outcome: held, cpuMs: 0 } : { kind: 'crashed', error };
    },
    close: () => undefined,
  };
}

const net = { from: 5, seeds: 10, signal: new AbortController().signal };

describe('a planted bug', () => {
  test('is caught by the first seed that fails with it and holds without', async () => {
    const planted = crew({ 7: 'broken', 9: 'broken' });
    expect(await findCatch({ ...net, planted, sound: crew({}) })).toEqual({
      seed: 7,
      failure: { kind: 'crash', name: 'broken' },
      seeds: 3,
    });
    expect(planted.played.at(-1)).toBeLessThanOrEqual(8);
  });

  test('is not caught by a seed that fails in the same way without it', async () => {
    const caught = await findCatch({
      ...net,
      planted: crew({ 6: 'broken', 8: 'broken' }),
      sound: crew({ 6: 'broken', 8: 'another way' }),
    });
    expect(caught?.seed).toBe(8);
  });

  test('that no seed shows is not caught', async () => {
    const planted = crew({ 4: 'before', 15: 'after' });
    expect(await findCatch({ ...net, planted, sound: crew({}) })).toBeUndefined();
    expect(planted.played).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
  });
});
