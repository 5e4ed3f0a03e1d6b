import { describe, expect, it } from 'vitest';
import type { Authorization } from '../../../simulator/wire/service.ts';
import type { World } from '../messaging-world.ts';
import { key, setUp, TableName } from './incidents-table.ts';

function put(world: World, item: object): void {
  world.call('dynamodb', 'PutItem', { TableName, Item: { ...key(), ...item } });
}

function get(world: World): unknown {
  return world.call<{ Item?: unknown }>('dynamodb', 'GetItem', { TableName, Key: key(), ConsistentRead: true }).Item;
}

describe('A transaction', () => {
  const values = { ExpressionAttributeValues: { ':v': { N: '1' } } };

  it('does all of it', () => {
    const world = setUp();
    put(world, { version: { N: '1' } });
    const TransactItems = [
      { Update: { TableName, Key: key(), UpdateExpression: 'ADD version :v', ...values } },
      { Put: { TableName, Item: key('other') } },
      { ConditionCheck: { TableName, Key: key('third'), ConditionExpression: 'attribute_not_exists(pk)' } },
    ];
    world.call('dynamodb', 'TransactWriteItems', { TransactItems });
    expect(get(world)).toMatchObject({ version: { N: '2' } });
  });

  it('does nothing when one condition fails, and says which', () => {
    const world = setUp();
    put(world, { version: { N: '2' } });
    const TransactItems = [
      { Put: { TableName, Item: key('other') } },
      {
        Delete: {
          TableName,
          Key: key(),
          ConditionExpression: 'version = :v',
          ...values,
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        },
      },
    ];
    expect(() => world.call('dynamodb', 'TransactWriteItems', { TransactItems })).toThrow(
      expect.objectContaining({
        code: 'TransactionCanceledException',
        message:
          'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]',
        members: {
          CancellationReasons: [
            { Code: 'None' },
            {
              Code: 'ConditionalCheckFailed',
              Message: 'The conditional request failed',
              Item: { ...key(), version: { N: '2' } },
            },
          ],
        },
      }),
    );
    expect(world.call('dynamodb', 'GetItem', { TableName, Key: key('other'), ConsistentRead: true })).toEqual({});
  });

  it('happens once for one client token, which stands for one request', () => {
    const world = setUp();
    const add = (by: string) => ({
      ClientRequestToken: 'token',
      TransactItems: [
        {
          Update: {
            TableName,
            Key: key(),
            UpdateExpression: 'ADD version :v',
            ExpressionAttributeValues: { ':v': { N: by } },
          },
        },
      ],
    });
    world.call('dynamodb', 'TransactWriteItems', add('1'));
    world.call('dynamodb', 'TransactWriteItems', add('1'));
    expect(get(world)).toMatchObject({ version: { N: '1' } });
    expect(() => world.call('dynamodb', 'TransactWriteItems', add('2'))).toThrow(
      expect.objectContaining({ code: 'IdempotentParameterMismatchException' }),
    );
  });

  it('refuses two actions on one item', () => {
    const TransactItems = [{ Put: { TableName, Item: key() } }, { Delete: { TableName, Key: key() } }];
    expect(() => setUp().call('dynamodb', 'TransactWriteItems', { TransactItems })).toThrow(
      'multiple operations on one item',
    );
  });

  it('needs the permissions of its actions', () => {
    const operations = setUp().messaging.services.find(({ name }) => name === 'dynamodb')?.operations;
    const TransactItems = [
      { Put: { TableName, Item: key() } },
      { ConditionCheck: { TableName, Key: key('x'), ConditionExpression: 'attribute_exists(pk)' } },
    ];
    const call = { caller: { kind: 'operator', name: 'x' }, requestId: 'x' } as const;
    const needed = operations?.TransactWriteItems?.authorize({ TransactItems }, call) as Authorization[];
    const table = 'arn:aws:dynamodb:eu-central-1:111122223333:table/incidents';
    expect(needed.map(({ action, resources }) => [action, ...resources])).toEqual([
      ['dynamodb:PutItem', table],
      ['dynamodb:ConditionCheckItem', table],
    ]);
  });
});
