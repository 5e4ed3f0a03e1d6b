import { BatchWriteItemCommand, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { condition, item, parameters } from './arbitraries.ts';
import { type BothClients, contractTable, openBoth } from './both-clients.ts';

const TableName = 'scanned';
const SEED = 20_260_105;
let both: BothClients;

beforeAll(async () => {
  both = await openBoth(
    contractTable(TableName, {
      KeySchema: [{ AttributeName: 'gk', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['a'] },
    }),
  );
  // More partitions than the generated items have, so that a page can end between two.
  const puts = Array.from({ length: 25 }, (_, at) => ({
    PutRequest: { Item: { pk: { S: `p${at}` }, sk: { N: '1' } } },
  }));
  await both.compare(() => new BatchWriteItemCommand({ RequestItems: { [TableName]: puts } }));
});

afterAll(() => both.close());

interface Page {
  readonly Items?: readonly object[];
  readonly Count?: number;
  readonly ScannedCount?: number;
  readonly LastEvaluatedKey?: object;
  readonly error?: string;
}

/** Reads to the end. Where pages end is each engine's own affair: partitions have no published order. */
async function readAll(of: 'simulator' | 'dynalite', input: object): Promise<unknown> {
  const items: string[] = [];
  let [scanned, start] = [0, undefined as object | undefined];
  do {
    const page = (await both.compare(() => new ScanCommand({ ...input, ExclusiveStartKey: start } as never)))[
      of
    ] as Page;
    if (page.error !== undefined) return page;
    items.push(...(page.Items ?? []).map((one) => JSON.stringify(one)));
    scanned += page.ScannedCount ?? 0;
    start = page.LastEvaluatedKey && structuredClone(page.LastEvaluatedKey);
  } while (start !== undefined);
  return { items: items.sort(), scanned };
}

async function expectSame(input: object): Promise<void> {
  expect(await readAll('simulator', input)).toEqual(await readAll('dynalite', input));
}

describe('A scan gives the same items as dynalite', () => {
  it('filtered, projected, page by page, of the table and of its index', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(item, { maxLength: 4 }),
        fc.record({
          IndexName: fc.constantFrom('byGk', undefined),
          filter: fc.option(condition, { nil: undefined }),
          Limit: fc.option(fc.integer({ min: 1, max: 7 }), { nil: undefined }),
        }),
        async (items, { IndexName, filter, Limit }) => {
          for (const Item of items) await both.compare(() => new PutItemCommand({ TableName, Item }));
          await expectSame({
            TableName,
            ...(IndexName && { IndexName }),
            ...(Limit !== undefined && { Limit }),
            ...(filter && { FilterExpression: filter.text }),
            ...parameters(filter),
          });
        },
      ),
      { seed: SEED, numRuns: 40 },
    );
  }, 60_000);

  it.each([
    [{ Select: 'COUNT' }],
    [{ Select: 'ALL_ATTRIBUTES' }],
    [{ Select: 'SPECIFIC_ATTRIBUTES', ProjectionExpression: 'pk' }],
    [{ Select: 'ALL_PROJECTED_ATTRIBUTES', IndexName: 'byGk' }],
    [{ Select: 'ALL_ATTRIBUTES', IndexName: 'byGk' }],
    [{ IndexName: 'none' }],
    [{ ProjectionExpression: 'pk, a' }],
    [{ FilterExpression: 'pk = :p', ExpressionAttributeValues: { ':p': { S: 'p3' } } }],
    [{ FilterExpression: 'pk =' }],
    [{ Segment: 1 }],
    [{ TotalSegments: 2 }],
    [{ Segment: 2, TotalSegments: 2 }],
    [{ ExclusiveStartKey: { pk: { S: 'p1' } } }],
    [{ ExclusiveStartKey: { pk: { S: 'p1' }, sk: { S: '1' } } }],
    [{ TableName: 'nowhere' }],
  ])('or the same error: %j', async (input) => {
    await expectSame({ TableName, ...input });
  });

  /** "Scan", API reference; dynalite lets them pass. */
  it.each([
    [{ Select: 'SPECIFIC_ATTRIBUTES' }],
    [{ Select: 'COUNT', ProjectionExpression: 'pk' }],
    [{ Select: 'ALL_PROJECTED_ATTRIBUTES' }],
    [{ IndexName: 'byGk', ConsistentRead: true }],
    [{ Segment: 0 }],
  ])('and refuses what the documentation refuses: %j', async (input) => {
    expect(await readAll('simulator', { TableName, ...input })).toEqual({ error: 'ValidationException' });
  });

  it('segments of a parallel scan have every item once', async () => {
    const whole = (await readAll('simulator', { TableName })) as { items: string[] };
    const parts: string[] = [];
    for (const Segment of [0, 1, 2]) {
      const input = { TableName, Segment, TotalSegments: 3, Limit: 4 };
      const part = (await readAll('simulator', input)) as { items: string[] };
      expect(part.items.length).toBeGreaterThan(0);
      parts.push(...part.items);
    }
    expect(parts.sort()).toEqual(whole.items);
  });
});
