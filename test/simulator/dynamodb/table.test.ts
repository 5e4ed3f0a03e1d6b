import { describe, expect, it } from 'vitest';
import { createWorld, type World } from '../messaging-world.ts';
import { key, setUp, TableName } from './incidents-table.ts';

const HOUR_MS = 3_600_000;

function put(world: World, item: object, rest: object = {}): void {
  world.call('dynamodb', 'PutItem', { TableName, Item: { ...key(), ...item }, ...rest });
}

function get(world: World, ConsistentRead = true): unknown {
  return world.call<{ Item?: unknown }>('dynamodb', 'GetItem', { TableName, Key: key(), ConsistentRead }).Item;
}

function queryOpen(world: World): unknown[] {
  const values = { ExpressionAttributeNames: { '#open': 'open' }, ExpressionAttributeValues: { ':y': { S: 'y' } } };
  const input = { TableName, IndexName: 'byOpen', KeyConditionExpression: '#open = :y', ...values };
  return world.call<{ Items: unknown[] }>('dynamodb', 'Query', input).Items;
}

function update(world: World, UpdateExpression: string, values?: object): void {
  const given = values && { ExpressionAttributeValues: values };
  world.call('dynamodb', 'UpdateItem', { TableName, Key: key(), UpdateExpression, ...given });
}

describe('A DynamoDB table', () => {
  it('shows the item of a failed condition where the caller asks for it', () => {
    const world = setUp();
    put(world, { version: { N: '1' } });
    const condition = { ConditionExpression: 'version = :v', ExpressionAttributeValues: { ':v': { N: '2' } } };
    const refused = (Item: unknown) =>
      expect.objectContaining({ code: 'ConditionalCheckFailedException', members: Item ? { Item } : {} });
    expect(() => put(world, {}, condition)).toThrow(refused(undefined));
    const shown = { ...condition, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' };
    expect(() => put(world, {}, shown)).toThrow(refused({ ...key(), version: { N: '1' } }));
  });

  it('keeps only items with the attribute in a sparse index, with what the index projects', () => {
    const world = setUp();
    put(world, { open: { S: 'y' }, since: { N: '5' }, other: { S: 'x' } });
    expect(queryOpen(world)).toEqual([{ ...key(), open: { S: 'y' }, since: { N: '5' } }]);
    world.call('dynamodb', 'UpdateItem', {
      TableName,
      Key: key(),
      UpdateExpression: 'REMOVE #open',
      ExpressionAttributeNames: { '#open': 'open' },
    });
    expect(queryOpen(world)).toEqual([]);
  });

  it('lets its index and its eventually consistent reads lag behind, and catch up', async () => {
    const world = setUp('usual');
    put(world, { open: { S: 'y' } });
    expect(get(world)).toBeDefined();
    expect(queryOpen(world)).toEqual([]);
    const seen = Array.from({ length: 20 }, () => get(world, false) !== undefined);
    expect(new Set(seen).size).toBe(2);
    await world.kernel.clock.runFor(10_000);
    expect(queryOpen(world)).toHaveLength(1);
    expect(Array.from({ length: 20 }, () => get(world, false) !== undefined)).not.toContain(false);
  });

  it('deletes an expired item up to two days late, and not when it got another expiry', async () => {
    const world = setUp();
    const inSeconds = (hours: number) => ({
      N: String(Math.floor((world.kernel.clock.now() + hours * HOUR_MS) / 1000)),
    });
    put(world, { expires: inSeconds(1) });
    await world.kernel.clock.runFor(HOUR_MS);
    expect(get(world)).toBeDefined();
    put(world, { expires: inSeconds(100) });
    await world.kernel.clock.runFor(99 * HOUR_MS);
    expect(get(world)).toBeDefined();
    await world.kernel.clock.runFor(50 * HOUR_MS);
    expect(get(world)).toBeUndefined();
    expect(world.traced('world')).toMatchObject([{ change: 'item expired' }]);
  });

  it.each([
    ['a reserved word', 'SET status = :v', { ':v': { S: 'x' } }, 'reserved keyword: status'],
    ['a value that is not given', 'SET a = :v', undefined, 'attribute value: :v'],
    ['a value that is not used', 'REMOVE a', { ':v': { S: 'x' } }, 'unused in expressions: keys: {:v}'],
    ['overlapping paths', 'SET a.b = :v REMOVE a', { ':v': { S: 'x' } }, 'overlap'],
    ['a change to the key', 'SET pk = :v', { ':v': { S: 'x' } }, 'part of the key'],
    ['an unknown function', 'SET a = plus(a, :v)', { ':v': { N: '1' } }, 'Invalid function name; function: plus'],
    ['a sum with text', 'SET a = a + :v', { ':v': { S: 'x' } }, 'Incorrect operand type'],
    ['a section twice', 'SET a = :v SET b = :v', { ':v': { S: 'x' } }, 'can only be used once'],
    ['nothing', '', undefined, 'can not be empty'],
    ['a missing parent', 'SET a.b = :v', { ':v': { S: 'x' } }, 'document path provided'],
    ['a missing operand', 'SET a = b', undefined, 'does not exist in the item'],
    ['too many digits', 'SET a = :v', { ':v': { N: '1'.repeat(39) } }, '38 significant digits'],
  ])('refuses an update with %s', (_, expression, values, message) => {
    const world = setUp();
    put(world, {});
    expect(() => update(world, expression, values)).toThrow(
      expect.objectContaining({ code: 'ValidationException', message: expect.stringContaining(message) }),
    );
  });

  it.each([
    // AWS refuses to order these before it looks at any item; dynalite answers false (verified by others on AWS).
    ['an order of booleans', 'a < :v', { ':v': { BOOL: true } }],
    ['a range of NULLs', 'a BETWEEN :v AND :v', { ':v': { NULL: true } }],
    ['redundant parentheses', '((a = :v))', { ':v': { S: 'x' } }],
    ['a comparison with itself', 'a = a', undefined],
    ['a range that is empty', 'a BETWEEN :v AND :w', { ':v': { N: '2' }, ':w': { N: '1' } }],
    ['size on its own', 'size(a)', undefined],
  ])('refuses a condition with %s', (_, ConditionExpression, values) => {
    const given = values && { ExpressionAttributeValues: values };
    expect(() => put(setUp(), {}, { ConditionExpression, ...given })).toThrow(/Invalid ConditionExpression/);
  });

  it('removes list elements by their places before the update, and appends what is set beyond the end', () => {
    const world = setUp();
    const list = (...texts: string[]) => ({ L: texts.map((S) => ({ S })) });
    put(world, { a: list('0', '1', '2', '3') });
    update(world, 'REMOVE a[0], a[2] SET a[9] = :v, a[1] = :w', { ':v': { S: 'new' }, ':w': { S: 'one' } });
    expect(get(world)).toMatchObject({ a: list('one', '3', 'new') });
  });

  it('pages a query at one megabyte, before the filter', () => {
    const world = setUp();
    for (let count = 0; count < 5; count++) {
      const Item = { ...key(`${count}`), text: { S: 'x'.repeat(300_000) } };
      world.call('dynamodb', 'PutItem', { TableName, Item });
    }
    const input = {
      TableName,
      KeyConditionExpression: 'pk = :p',
      FilterExpression: 'attribute_not_exists(#text)',
      ExpressionAttributeNames: { '#text': 'text' },
      ExpressionAttributeValues: { ':p': { S: 'p' } },
      ConsistentRead: true,
    };
    expect(world.call('dynamodb', 'Query', input)).toEqual({
      Count: 0,
      ScannedCount: 4,
      Items: [],
      LastEvaluatedKey: key('3'),
    });
    const rest = { ...input, ExclusiveStartKey: key('3') };
    expect(world.call('dynamodb', 'Query', rest)).toEqual({ Count: 0, ScannedCount: 1, Items: [] });
  });

  it('answers for a table that is not there as AWS does', () => {
    expect(() => put(createWorld(), {})).toThrow(expect.objectContaining({ code: 'ResourceNotFoundException' }));
  });

  it('refuses a table whose attributes are not all used', () => {
    const AttributeDefinitions = ['pk', 'more'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' }));
    const KeySchema = [{ AttributeName: 'pk', KeyType: 'HASH' }];
    const table = { BillingMode: 'PAY_PER_REQUEST', AttributeDefinitions, KeySchema };
    expect(() => createWorld().create('AWS::DynamoDB::Table', table)).toThrow('not used');
  });
});
