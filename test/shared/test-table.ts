import type { AddressInfo } from 'node:net';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  type PutItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import type { Table } from '../../shared/incidents/items.ts';

export interface TestTable extends Table {
  close(): Promise<void>;
}

/** The table of `infra/table.yml` in a server that speaks DynamoDB's dialect, on loopback. */
export async function openTable(): Promise<TestTable> {
  const server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'unused', secretAccessKey: 'unused' },
  });
  answerRefusalsWithItem(client);
  const tableName = 'incidents';
  await client.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'id', AttributeType: 'S' },
        { AttributeName: 'open', AttributeType: 'S' },
      ],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'open',
          KeySchema: [
            { AttributeName: 'open', KeyType: 'HASH' },
            { AttributeName: 'id', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  );
  const describe = new DescribeTableCommand({ TableName: tableName });
  while ((await client.send(describe)).Table?.TableStatus !== 'ACTIVE') {
    // The server needs a few turns of the event loop.
  }
  return {
    client,
    tableName,
    async close() {
      client.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The server is older than ReturnValuesOnConditionCheckFailure: DynamoDB answers a refused write with what is stored. */
function answerRefusalsWithItem(client: DynamoDBClient): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        const { TableName, Item, ReturnValuesOnConditionCheckFailure } = args.input as PutItemCommandInput;
        if (ReturnValuesOnConditionCheckFailure !== 'ALL_OLD' || Item?.id === undefined) throw error;
        const stored = await client.send(new GetItemCommand({ TableName, Key: { id: Item.id }, ConsistentRead: true }));
        throw Object.assign(error as Error, stored.Item && { Item: stored.Item });
      }
    },
    { step: 'initialize', name: 'answerRefusalsWithItem' },
  );
}
