import { describe, expect, it } from 'vitest';
import { createQueue, createWorld } from '../messaging-world.ts';
import {
  createMapping,
  createTable,
  DAY_MS,
  failing,
  nameOf,
  put,
  recordsOf,
  seen,
  setUp,
  TableName,
} from './stream-world.ts';

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
    expect(
      world.messaging.alarms.metrics.statistic(metric, 'Maximum', { fromMs: now - 120_000, toMs: now }),
    ).toBeGreaterThan(480_000);
  });
});
