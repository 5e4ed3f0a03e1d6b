import { IMMEDIATE_REPLICATION } from '../../../simulator/services/dynamodb/table.ts';
import { createWorld, type World } from '../messaging-world.ts';

export const TableName = 'incidents';
/** A world with one table; its copies lag unless they are `immediate`. */
export function setUp(replication: 'immediate' | 'usual' = 'immediate'): World {
  const world = createWorld(undefined, replication === 'immediate' ? { replication: IMMEDIATE_REPLICATION } : {});
  world.create('AWS::DynamoDB::Table', {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
      { AttributeName: 'open', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'byOpen',
        KeySchema: [{ AttributeName: 'open', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['since'] },
      },
    ],
    TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
  });
  return world;
}

export const key = (sk = 's') => ({ pk: { S: 'p' }, sk: { S: sk } });
