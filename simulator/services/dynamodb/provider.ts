import type { Kernel } from '../../kernel/kernel.ts';
import type { ResourceProvider } from '../../wire/service.ts';
import {
  flagOf,
  generatedName,
  invalidProperties,
  objectOf,
  refuseUnknown,
  requiredTextOf,
  textOf,
} from '../template-properties.ts';
import type { Tables } from './operations.ts';
import { type Replication, Table } from './table.ts';
import { parseSchema, parseStreamView } from './table-definition.ts';

const TABLE_PROPERTIES = [
  'TableName',
  'AttributeDefinitions',
  'KeySchema',
  'GlobalSecondaryIndexes',
  'BillingMode',
  'TimeToLiveSpecification',
  'PointInTimeRecoverySpecification',
  'SSESpecification',
  'DeletionProtectionEnabled',
  'StreamSpecification',
  'TableClass',
  'OnDemandThroughput',
  'ContributorInsightsSpecification',
  'Tags',
];
/** `AWS::DynamoDB::Table`, on demand. */
export function createTableProvider(kernel: Kernel, tables: Tables, replication: Replication): ResourceProvider {
  return {
    create(properties, resource) {
      refuseUnknown('AWS::DynamoDB::Table', properties, TABLE_PROPERTIES);
      if (textOf(properties, 'BillingMode') !== 'PAY_PER_REQUEST') {
        throw invalidProperties('Only tables with BillingMode PAY_PER_REQUEST are supported');
      }
      const tableName = textOf(properties, 'TableName') ?? generatedName(kernel, resource, 255);
      if (tables.has(tableName)) throw invalidProperties(`Table already exists: ${tableName}`);
      const timeToLive = objectOf(properties, 'TimeToLiveSpecification') ?? {};
      const isExpiring = flagOf(timeToLive, 'Enabled') === true;
      const table = new Table(kernel, {
        schema: parseSchema(tableName, properties),
        replication,
        streamView: parseStreamView(properties),
        timeToLiveAttribute: isExpiring ? requiredTextOf(timeToLive, 'AttributeName') : undefined,
        isProtected: flagOf(properties, 'DeletionProtectionEnabled') === true,
      });
      tables.set(tableName, table);
      const streamArn = table.stream?.arn;
      return { ref: tableName, attributes: { Arn: table.arn, ...(streamArn && { StreamArn: streamArn }) } };
    },
  };
}
