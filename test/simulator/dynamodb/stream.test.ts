import { describe, expect, it } from 'vitest';
import type { StreamRecord } from '../../../simulator/services/dynamodb/stream.ts';
import { createQueue, createWorld, type Handler, type World } from '../messaging-world.ts';

const TableName = 'incidents';
const DAY_MS = 86_400_000;

/** A table with a stream, and a function that reads it. */
function setUp(mapping: Record<string, unknown> = {}, handler?: Handler): World {
  const world = createWorld(handler);
  const { streamArn } = createTable(world);
  createMapping(world, streamArn, mapping);
  return world;
}

function createTable(world: World, StreamViewType = 'NEW_AND_OLD_IMAGES'): { streamArn: string } {
  const provider = world.messaging.providers['AWS::DynamoDB::Table'];
  const table = provider?.create(
    {
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      StreamSpecification: { StreamViewType },
    },
    { logicalId: 'Table', stackName: 'stack' },
  );
  return { streamArn: table?.attributes.StreamArn ?? '' };
}

function createMapping(world: World, EventSourceArn: string, properties: Record<string, unknown>): void {
  world.create('AWS::Lambda::EventSourceMapping', {
    FunctionName: 'tell',
    EventSourceArn,
    StartingPosition: 'TRIM_HORIZON',
    ...properties,
  });
}

function put(world: World, id: string, version: number, rest: object = {}): void {
  world.call('dynamodb', 'PutItem', { TableName, Item: { id: { S: id }, version: { N: String(version) }, ...rest } });
}

function recordsOf(payload: unknown): StreamRecord[] {
  return (payload as { Records: StreamRecord[] }).Records;
}

/** `id` and version of each record of each invocation. */
function seen(world: World): string[][] {
  return world.invocations.map(({ payload }) => recordsOf(payload).map(nameOf));
}

function nameOf({ dynamodb }: StreamRecord): string {
  const { id, version } = dynamodb.NewImage as { id: { S: string }; version: { N: string } };
  return `${id.S}${version.N}`;
}

const failing = (isBad: (record: StreamRecord) => boolean): Handler => {
  return (payload) =>
    recordsOf(payload).some(isBad)
      ? { outcome: 'error', errorType: 'Error', errorMessage: 'no' }
      : { outcome: 'success', payload: undefined };
};

describe('A stream of a table', () => {
  it('tells of an item that is new, changed and deleted, with both images', async () => {
    const world = setUp();
    put(world, 'a', 1);
    put(world, 'a', 2);
    world.call('dynamodb', 'DeleteItem', { TableName, Key: { id: { S: 'a' } } });
    await world.kernel.clock.runFor(5_000);

    const records = world.invocations.flatMap(({ payload }) => recordsOf(payload));
    expect(records.map(({ eventName }) => eventName)).toEqual(['INSERT', 'MODIFY', 'REMOVE']);
    expect(records[1]).toMatchObject({
      eventSource: 'aws:dynamodb',
      eventVersion: '1.1',
      dynamodb: {
        Keys: { id: { S: 'a' } },
        OldImage: { id: { S: 'a' }, version: { N: '1' } },
        NewImage: { id: { S: 'a' }, version: { N: '2' } },
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
    });
    expect(records[2]?.dynamodb).not.toHaveProperty('NewImage');
    const numbers = records.map(({ dynamodb }) => dynamodb.SequenceNumber);
    expect(numbers).toEqual(numbers.toSorted());
    expect(new Set(numbers).size).toBe(3);
  });

  it('says nothing of a write that changes nothing', async () => {
    const world = setUp();
    put(world, 'a', 1);
    put(world, 'a', 1);
    await world.kernel.clock.runFor(5_000);
    expect(seen(world)).toEqual([['a1']]);
  });

  it('says when it was time to live that deleted', async () => {
    const world = setUp();
    put(world, 'a', 1, { expiresAt: { N: String(Math.floor(world.kernel.clock.now() / 1_000) + 60) } });
    await world.kernel.clock.runFor(4 * DAY_MS);
    const records = world.invocations.flatMap(({ payload }) => recordsOf(payload));
    expect(records.map(({ eventName, userIdentity }) => [eventName, userIdentity?.principalId])).toEqual([
      ['INSERT', undefined],
      ['REMOVE', 'dynamodb.amazonaws.com'],
    ]);
  });

  it('shows only the images that its view has', async () => {
    const world = createWorld();
    const { streamArn } = createTable(world, 'OLD_IMAGE');
    createMapping(world, streamArn, {});
    put(world, 'a', 1);
    put(world, 'a', 2);
    await world.kernel.clock.runFor(5_000);
    const records = world.invocations.flatMap(({ payload }) => recordsOf(payload));
    expect(records.map(({ dynamodb }) => [dynamodb.OldImage !== undefined, dynamodb.NewImage])).toEqual([
      [false, undefined],
      [true, undefined],
    ]);
  });

  it('gives what it has kept to a mapping that begins at its horizon, and not to one that begins with the latest', async () => {
    const world = createWorld();
    const { streamArn } = createTable(world);
    put(world, 'a', 1);
    createMapping(world, streamArn, { StartingPosition: 'LATEST', FunctionName: 'latest' });
    createMapping(world, streamArn, { StartingPosition: 'TRIM_HORIZON', FunctionName: 'horizon' });
    await world.kernel.clock.runFor(5_000);
    expect(world.invocations.map(({ functionArn }) => functionArn.split(':').at(-1))).toEqual(['horizon']);
  });
});

describe('An event source mapping of a stream', () => {
  it('collects for its window, up to its batch size', async () => {
    const world = setUp({ BatchSize: 2, MaximumBatchingWindowInSeconds: 5 });
    const start = world.kernel.clock.now();
    for (const version of [1, 2, 3]) put(world, 'a', version);
    await world.kernel.clock.runFor(20_000);
    expect(seen(world)).toEqual([['a1', 'a2'], ['a3']]);
    const [first, second] = world.invocations.map(({ at }) => at - start);
    expect(first).toBeLessThan(1_000);
    expect(second).toBeGreaterThanOrEqual(5_000);
  });

  it('passes over records that its filters leave out', async () => {
    const Pattern = JSON.stringify({ dynamodb: { NewImage: { kind: { S: [{ exists: true }] } } } });
    const world = setUp({ FilterCriteria: { Filters: [{ Pattern }] } });
    put(world, 'a', 1);
    put(world, 'b', 1, { kind: { S: 'drain' } });
    world.call('dynamodb', 'DeleteItem', { TableName, Key: { id: { S: 'b' } } });
    await world.kernel.clock.runFor(5_000);
    expect(seen(world)).toEqual([['b1']]);
  });

  it('tries a batch again until it succeeds, and hands over nothing of the shard before that', async () => {
    let failures = 5;
    const world = setUp({}, () =>
      failures-- > 0
        ? { outcome: 'error', errorType: 'Error', errorMessage: 'not yet' }
        : { outcome: 'success', payload: undefined },
    );
    put(world, 'a', 1);
    await world.kernel.clock.runFor(2_000);
    put(world, 'a', 2);
    await world.kernel.clock.runFor(120_000);
    expect(seen(world)).toEqual([['a1'], ['a1'], ['a1'], ['a1'], ['a1'], ['a1'], ['a2']]);
  });

  it('does not let one item’s trouble hold up those of other shards', async () => {
    const world = setUp(
      {},
      failing((record) => nameOf(record) === 'a1'),
    );
    const others = ['b', 'c', 'd', 'e', 'f', 'g'];
    for (const id of ['a', ...others]) put(world, id, 1);
    await world.kernel.clock.runFor(60_000);
    const alone = seen(world).filter((batch) => !batch.includes('a1'));
    expect(alone.flat().length).toBeGreaterThan(0);
  });

  it('goes on from the lowest sequence number that the function names', async () => {
    let isFirst = true;
    const world = setUp({ FunctionResponseTypes: ['ReportBatchItemFailures'] }, (payload) => {
      const named = recordsOf(payload).filter(() => isFirst);
      isFirst = false;
      const batchItemFailures = [named[2], named[1]].flatMap((record) =>
        record === undefined ? [] : [{ itemIdentifier: record.dynamodb.SequenceNumber }],
      );
      return { outcome: 'success', payload: { batchItemFailures } };
    });
    for (const version of [1, 2, 3, 4]) put(world, 'a', version);
    await world.kernel.clock.runFor(30_000);
    expect(seen(world)).toEqual([
      ['a1', 'a2', 'a3', 'a4'],
      ['a2', 'a3', 'a4'],
    ]);
  });

  it('halves a failing batch until the bad record is alone, and gives that one up after its retries', async () => {
    const world = createWorld(failing((record) => nameOf(record) === 'a3'));
    const { streamArn } = createTable(world);
    const queue = createQueue(world, {}, 'failed');
    createMapping(world, streamArn, {
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 2,
      DestinationConfig: { OnFailure: { Destination: queue.arn } },
    });
    for (const version of [1, 2, 3, 4]) put(world, 'a', version);
    await world.kernel.clock.runFor(600_000);

    expect(seen(world)).toEqual([['a1', 'a2', 'a3', 'a4'], ['a1', 'a2'], ['a3', 'a4'], ['a3'], ['a3'], ['a3'], ['a4']]);
    const [letter, ...more] = world.traced('dead-letter').map(({ body }) => JSON.parse(String(body)));
    expect(more).toEqual([]);
    expect(letter).toMatchObject({
      requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 3 },
      DDBStreamBatchInfo: { batchSize: 1, streamArn },
    });
    expect(JSON.stringify(letter)).not.toContain('version":{');
  });

  it('gives up records that are too old, and those that the stream has forgotten without a word', async () => {
    const world = createWorld(failing(() => true));
    const { streamArn } = createTable(world);
    const queue = createQueue(world, {}, 'failed');
    const DestinationConfig = { OnFailure: { Destination: queue.arn } };
    createMapping(world, streamArn, { FunctionName: 'limited', MaximumRecordAgeInSeconds: 3_600, DestinationConfig });
    createMapping(world, streamArn, { FunctionName: 'unlimited', DestinationConfig });
    put(world, 'a', 1);
    await world.kernel.clock.runFor(2 * DAY_MS);

    const letters = world.traced('dead-letter').map(({ body }) => JSON.parse(String(body)).requestContext);
    expect(letters).toEqual([expect.objectContaining({ condition: 'RecordAgeExceeded' })]);
    expect(letters[0]?.functionArn).toMatch(/limited$/);
    const lastOf = (name: string) =>
      world.invocations.findLast(({ functionArn }) => functionArn.endsWith(`:${name}`))?.at;
    const start = Date.UTC(2026, 0, 5, 8);
    expect((lastOf('limited') ?? 0) - start).toBeLessThanOrEqual(3_600_000);
    expect((lastOf('unlimited') ?? 0) - start).toBeGreaterThan(DAY_MS - 120_000);
    expect((lastOf('unlimited') ?? 0) - start).toBeLessThanOrEqual(DAY_MS);
  });

  it('does not count it as an attempt when the function could not be called', async () => {
    let throttles = 4;
    const world = setUp({ MaximumRetryAttempts: 0 }, () =>
      throttles-- > 0 ? { outcome: 'throttled' } : { outcome: 'success', payload: undefined },
    );
    put(world, 'a', 1);
    await world.kernel.clock.runFor(60_000);
    expect(seen(world)).toHaveLength(5);
  });

  it('is refused where the role may not read the stream, or not send to the destination', () => {
    for (const denied of ['dynamodb:GetRecords', 'sqs:SendMessage']) {
      const roleAllows = (_function: string, action: string) => action !== denied;
      const world = createWorld(undefined, { functions: { roleAllows } });
      const { streamArn } = createTable(world);
      const queue = createQueue(world);
      const DestinationConfig = { OnFailure: { Destination: queue.arn } };
      expect(() => createMapping(world, streamArn, { DestinationConfig })).toThrow(/role/);
    }
  });

  it('publishes how old the records are that it hands over', async () => {
    const world = setUp(
      {},
      failing(() => true),
    );
    put(world, 'a', 1);
    await world.kernel.clock.runFor(600_000);
    const metric = { namespace: 'AWS/Lambda', name: 'IteratorAge', dimensions: { FunctionName: 'tell' } };
    const now = world.kernel.clock.now();
    expect(world.messaging.alarms.metrics.statistic(metric, 'Maximum', now - 120_000, now)).toBeGreaterThan(480_000);
  });
});
