import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { endSweepTurn, recallGroup, rememberGroup, takeSweepTurn } from '../../../shared/incidents/items.ts';
import { clusterArn, MINUTE_MS, T0 } from '../fleet.ts';
import { openTable, type TestTable } from '../test-table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await openTable();
});
afterAll(() => table.close());

describe("the sweep's turn", () => {
  beforeEach(async () => {
    for (const holder of ['first', 'second']) await endSweepTurn(table, holder);
  });
  const take = (holder: string, nowMs = T0) => takeSweepTurn(table, { holder, nowMs, untilMs: nowMs + 50_000 });

  test('is had by one holder at a time', async () => {
    const taken = await Promise.all(['first', 'second', 'third', 'fourth'].map((holder) => take(holder)));
    expect(taken.filter(Boolean)).toHaveLength(1);
    for (const holder of ['third', 'fourth']) await endSweepTurn(table, holder);
  });

  test('passes on when it is given back', async () => {
    expect(await take('first')).toBe(true);
    expect(await take('second')).toBe(false);
    await endSweepTurn(table, 'first');
    expect(await take('second')).toBe(true);
  });

  test('passes on when its holder has died, at the time that it could have had', async () => {
    expect(await take('first')).toBe(true);
    expect(await take('second', T0 + 49_999)).toBe(false);
    expect(await take('second', T0 + 50_000)).toBe(true);
  });

  test('is not taken from somebody else by giving it back', async () => {
    expect(await take('first')).toBe(true);
    await endSweepTurn(table, 'second');
    expect(await take('second')).toBe(false);
  });

  test('stays with its holder when the SDK asks again because the answer was lost', async () => {
    expect(await take('first')).toBe(true);
    expect(await take('first')).toBe(true);
  });
});

describe('what is remembered of a group', () => {
  const hook = {
    name: 'ebbtide-terminate',
    groupName: 'shop-nodes',
    transition: 'autoscaling:EC2_INSTANCE_TERMINATING',
    heartbeatTimeoutSeconds: 300,
    globalTimeoutSeconds: 30_000,
    defaultResult: 'ABANDON',
  };
  const memory = {
    clusterArn,
    hooks: [hook],
    clusterTags: { tags: { 'ebbtide:mode': 'observe' }, readAtMs: T0 },
    readAtMs: T0,
  };

  test('is recalled for an hour', async () => {
    await rememberGroup(table, 'shop-nodes', memory);
    expect(await recallGroup(table, 'shop-nodes', T0 + 60 * MINUTE_MS - 1)).toMatchObject(memory);
    expect(await recallGroup(table, 'shop-nodes', T0 + 60 * MINUTE_MS)).toBeUndefined();
  });

  test('is nothing for a group that was never seen', async () => {
    expect(await recallGroup(table, 'unseen', T0)).toBeUndefined();
  });
});
