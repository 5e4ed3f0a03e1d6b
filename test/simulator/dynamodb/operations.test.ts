import { describe, expect, test } from 'vitest';
import { refusal } from '../refusal.ts';
import { type ServedWorld, serveWorld } from '../serve/served-world.ts';

const EMPTY = 'clusters: [{ name: prod }]';
const HOUR = 3_600;
const TableName = 'incidents';
const definition = {
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
};
const arnOf = (name: string) => `arn:aws:dynamodb:eu-central-1:111122223333:table/${name}`;

async function put({ call }: ServedWorld, ...ids: string[]): Promise<void> {
  for (const S of ids) await call('dynamodb', 'PutItem', { TableName, Item: { id: { S }, n: { N: '1' } } });
}

describe('A table', () => {
  test('is counted anew every six hours', async () => {
    const world = await serveWorld(EMPTY);
    const describeTable = async () => (await world.call('dynamodb', 'DescribeTable', { TableName })).Table;
    await put(world, 'a', 'b');
    expect(await describeTable()).toMatchObject({ ItemCount: 0, TableSizeBytes: 0 });
    await world.control('advance', { seconds: 6 * HOUR });
    expect(await describeTable()).toMatchObject({ ItemCount: 2, TableSizeBytes: expect.any(Number) });
    await put(world, 'c');
    expect(await describeTable()).toMatchObject({ ItemCount: 2 });
  });

  test('has a stream and tags when they are asked for, and is protected from deletion', async () => {
    const { call, control } = await serveWorld(EMPTY);
    const { TableDescription } = await call<{ TableDescription: Record<string, unknown> }>('dynamodb', 'CreateTable', {
      ...definition,
      TableName: 'kept',
      DeletionProtectionEnabled: true,
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      Tags: [{ Key: 'team', Value: 'platform' }],
    });
    expect(TableDescription).toMatchObject({
      DeletionProtectionEnabled: true,
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      LatestStreamArn: expect.stringContaining(`${arnOf('kept')}/stream/`),
    });
    const ResourceArn = arnOf('kept');
    await call('dynamodb', 'TagResource', { ResourceArn, Tags: [{ Key: 'stage', Value: 'prod' }] });
    await call('dynamodb', 'UntagResource', { ResourceArn, TagKeys: ['team'] });
    expect(await call('dynamodb', 'ListTagsOfResource', { ResourceArn })).toEqual({
      Tags: [{ Key: 'stage', Value: 'prod' }],
    });
    await control('advance', { seconds: 60 });
    expect(await refusal(call('dynamodb', 'DeleteTable', { TableName: 'kept' }))).toContain(
      'currently protected against deletion',
    );
  });

  test.each([
    [{ LocalSecondaryIndexes: [] }, 'does not model the parameter LocalSecondaryIndexes'],
    [{ SSESpecification: { Enabled: true } }, 'does not model the parameter SSESpecification'],
    [{ TableClass: 'STANDARD_INFREQUENT_ACCESS' }, 'does not model the table class'],
    [
      { BillingMode: 'PROVISIONED', ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 } },
      'BillingMode must be PAY_PER_REQUEST',
    ],
  ])('is refused with %j', async (extra, message) => {
    const { call } = await serveWorld(EMPTY);
    const failure = await refusal(call('dynamodb', 'CreateTable', { ...definition, TableName: 'refused', ...extra }));
    expect(failure).toMatch(/^ValidationException: /);
    expect(failure).toContain(message);
  });

  test('lets items expire by an attribute that is named later, and forgets it again', async () => {
    const world = await serveWorld(EMPTY);
    const { call, control, simulator } = world;
    const inAnHour = Math.floor(simulator.kernel.clock.now() / 1_000) + HOUR;
    const Item = { id: { S: 'short' }, expiresAt: { N: String(inAnHour) } };
    await call('dynamodb', 'PutItem', { TableName, Item });
    const TimeToLiveSpecification = { AttributeName: 'expiresAt', Enabled: true };
    await call('dynamodb', 'UpdateTimeToLive', { TableName, TimeToLiveSpecification });
    expect(await call('dynamodb', 'DescribeTimeToLive', { TableName })).toEqual({
      TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'expiresAt' },
    });
    await control('advance', { seconds: 50 * HOUR });
    expect(await call('dynamodb', 'Scan', { TableName, Select: 'COUNT' })).toMatchObject({ Count: 0 });

    const off = { AttributeName: 'expiresAt', Enabled: false };
    await call('dynamodb', 'UpdateTimeToLive', { TableName, TimeToLiveSpecification: off });
    await call('dynamodb', 'PutItem', { TableName, Item });
    await control('advance', { seconds: 50 * HOUR });
    expect(await call('dynamodb', 'Scan', { TableName, Select: 'COUNT' })).toMatchObject({ Count: 1 });
  });

  test('refuses a change of time to live that is none, that comes too soon, or that names another attribute', async () => {
    const { call, control } = await serveWorld(EMPTY);
    const set = (AttributeName: string, Enabled: boolean) =>
      call('dynamodb', 'UpdateTimeToLive', { TableName, TimeToLiveSpecification: { AttributeName, Enabled } });
    expect(await refusal(set('a', false))).toBe('ValidationException: TimeToLive is already disabled');
    await set('a', true);
    expect(await refusal(set('a', true))).toBe('ValidationException: TimeToLive is already enabled');
    expect(await refusal(set('b', true))).toContain('current AttributeName is a');
    expect(await refusal(set('a', false))).toContain('modified multiple times within a fixed interval');
    await control('advance', { seconds: HOUR });
    await set('a', false);
  });
});

describe('A transaction that reads', () => {
  test('answers each item in its place, projected, and nothing for one that is not there', async () => {
    const world = await serveWorld(EMPTY);
    await put(world, 'a', 'b');
    const get = (S: string, extra: object = {}) => ({ Get: { TableName, Key: { id: { S } }, ...extra } });
    const TransactItems = [get('b', { ProjectionExpression: 'n' }), get('none'), get('a')];
    expect(await world.call('dynamodb', 'TransactGetItems', { TransactItems })).toEqual({
      Responses: [{ Item: { n: { N: '1' } } }, {}, { Item: { id: { S: 'a' }, n: { N: '1' } } }],
    });
    const twice = world.call('dynamodb', 'TransactGetItems', { TransactItems: [get('a'), get('a')] });
    expect(await refusal(twice)).toContain('cannot include multiple operations on one item');
    const nowhere = { Get: { TableName: 'nowhere', Key: { id: { S: 'a' } } } };
    expect(await refusal(world.call('dynamodb', 'TransactGetItems', { TransactItems: [nowhere] }))).toMatch(
      /^ResourceNotFoundException/,
    );
  });
});
