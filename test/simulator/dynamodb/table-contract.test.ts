import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  GetItemCommand,
  ListTablesCommand,
  ListTagsOfResourceCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BothClients, openBoth } from './both-clients.ts';

const id = [{ AttributeName: 'id', AttributeType: 'S' }] as const;
const key = [{ AttributeName: 'id', KeyType: 'HASH' }] as const;
const onDemand = { BillingMode: 'PAY_PER_REQUEST', AttributeDefinitions: id, KeySchema: key } as const;
const index = (IndexName: string, extra: object = {}) => ({
  IndexName,
  KeySchema: key,
  Projection: { ProjectionType: 'KEYS_ONLY' },
  ...extra,
});
let both: BothClients;

beforeEach(async () => {
  both = await openBoth({ TableName: 'first', ...onDemand } as never);
});

afterEach(() => both.close());

/** Ids, instants and the account differ, and dynalite tells nothing of deletion protection. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value === 'string') return value.replace(/^arn:aws:dynamodb:[^:]*:[^:]*:/, 'arn:');
  if (typeof value !== 'object' || value === null) return value;
  const left = ['TableId', 'CreationDateTime', 'LastUpdateToPayPerRequestDateTime', 'DeletionProtectionEnabled'];
  const entries = Object.entries(value).filter(([name]) => !left.includes(name));
  return Object.fromEntries(entries.map(([name, member]) => [name, comparable(member)]));
}

async function expectSame(command: () => object): Promise<unknown> {
  const { simulator, dynalite } = await both.compare(command);
  expect(comparable(simulator)).toEqual(comparable(dynalite));
  return comparable(simulator);
}

describe('Tables are created, described, listed and deleted as in dynalite', () => {
  it('with the same answers on the way', async () => {
    const TableName = 'orders';
    const create = () =>
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'id', AttributeType: 'S' },
          { AttributeName: 'at', AttributeType: 'N' },
        ],
        KeySchema: [
          { AttributeName: 'id', KeyType: 'HASH' },
          { AttributeName: 'at', KeyType: 'RANGE' },
        ],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'byAt',
            KeySchema: [{ AttributeName: 'at', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['state'] },
          },
        ],
      });
    expect(await expectSame(create)).toMatchObject({ TableDescription: { TableStatus: 'CREATING' } });
    await both.wait();
    const described = await expectSame(() => new DescribeTableCommand({ TableName }));
    expect(described).toMatchObject({
      Table: { TableStatus: 'ACTIVE', GlobalSecondaryIndexes: [{ IndexStatus: 'ACTIVE' }] },
    });
    await expectSame(create);
    await expectSame(() => new ListTablesCommand({}));
    await expectSame(() => new ListTablesCommand({ Limit: 1 }));
    await expectSame(() => new ListTablesCommand({ ExclusiveStartTableName: 'first' }));
    await expectSame(() => new DescribeTimeToLiveCommand({ TableName }));
    await expectSame(() => new DeleteTableCommand({ TableName }));
    await both.wait();
    await expectSame(() => new DescribeTableCommand({ TableName }));
    await expectSame(() => new DeleteTableCommand({ TableName }));
    await expectSame(() => new DescribeTimeToLiveCommand({ TableName }));
  });

  it.each([
    [{ ...onDemand, AttributeDefinitions: [] }],
    [{ ...onDemand, KeySchema: [{ AttributeName: 'other', KeyType: 'HASH' }] }],
    [{ ...onDemand, KeySchema: [{ AttributeName: 'id', KeyType: 'RANGE' }] }],
    [{ ...onDemand, KeySchema: [...key, { AttributeName: 'id', KeyType: 'RANGE' }] }],
    [{ ...onDemand, AttributeDefinitions: [...id, { AttributeName: 'more', AttributeType: 'S' }] }],
    [{ ...onDemand, AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'SS' }] }],
    [{ ...onDemand, ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 } }],
    [{ AttributeDefinitions: id, KeySchema: key }],
    [{ ...onDemand, GlobalSecondaryIndexes: [] }],
    [{ ...onDemand, GlobalSecondaryIndexes: [index('twice'), index('twice')] }],
    [{ ...onDemand, GlobalSecondaryIndexes: [index('i')] }],
    [{ ...onDemand, GlobalSecondaryIndexes: [index('one', { Projection: { ProjectionType: 'SOME' } })] }],
    [{ ...onDemand, GlobalSecondaryIndexes: [index('one', { Projection: {} })] }],
    [{ ...onDemand, GlobalSecondaryIndexes: [index('one', { KeySchema: [{ AttributeName: 'x', KeyType: 'HASH' }] })] }],
    [
      {
        ...onDemand,
        GlobalSecondaryIndexes: [index('one', { Projection: { ProjectionType: 'ALL', NonKeyAttributes: ['a'] } })],
      },
    ],
    [{ ...onDemand, GlobalSecondaryIndexes: Array.from({ length: 21 }, (_, at) => index(`index-${at}`)) }],
    [{ ...onDemand, TableName: 'no' }],
    [{ ...onDemand, TableName: 'with space' }],
    [{ ...onDemand, TableName: 'first' }],
  ])('and refused with the same error: %j', async (input) => {
    expect(await expectSame(() => new CreateTableCommand({ TableName: 'refused', ...input } as never))).toEqual({
      error: expect.stringMatching(/^(ValidationException|ResourceInUseException)$/),
    });
  });

  it('and are not there for reads until they are ACTIVE', async () => {
    await both.compare(() => new CreateTableCommand({ TableName: 'young', ...onDemand } as never));
    const get = () => new GetItemCommand({ TableName: 'young', Key: { id: { S: 'a' } } });
    expect((await both.compare(get)).simulator).toEqual({ error: 'ResourceNotFoundException' });
    const early = await both.compare(() => new DeleteTableCommand({ TableName: 'young' }));
    expect(early.simulator).toEqual({ error: 'ResourceInUseException' });
    await both.wait();
    expect((await both.compare(get)).simulator).toEqual({});
    const arn = { ResourceArn: 'arn:aws:dynamodb:eu-central-1:111122223333:table/none' };
    expect((await both.compare(() => new ListTagsOfResourceCommand(arn))).simulator).toMatchObject({
      error: 'ResourceNotFoundException',
    });
  });
});
