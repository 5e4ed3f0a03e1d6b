import { describe, expect, it } from 'vitest';
import { createWorld } from '../messaging-world.ts';
import { createMapping, createTable, DAY_MS, put, recordsOf, seen, setUp, TableName } from './stream-world.ts';

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
