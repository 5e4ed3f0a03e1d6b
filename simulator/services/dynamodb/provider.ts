import type { Kernel } from '../../kernel/kernel.ts';
import type { ResourceProvider } from '../../wire/service.ts';
import {
  flagOf,
  generatedName,
  invalidProperties,
  objectListOf,
  objectOf,
  refuseUnknown,
  requiredTextOf,
  type TemplateProperties,
  textListOf,
  textOf,
} from '../template-properties.ts';
import type { Tables } from './operations.ts';
import type { IndexSchema, KeyAttribute, KeySchema, TableSchema } from './schema.ts';
import { STREAM_VIEWS, type StreamView } from './stream.ts';
import { type Replication, Table } from './table.ts';

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
const INDEX_PROPERTIES = [
  'IndexName',
  'KeySchema',
  'Projection',
  'OnDemandThroughput',
  'ContributorInsightsSpecification',
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
      const table = new Table(kernel, parseSchema(tableName, properties), replication, parseStreamView(properties));
      tables.set(tableName, table);
      const streamArn = table.stream?.arn;
      return { ref: tableName, attributes: { Arn: table.arn, ...(streamArn && { StreamArn: streamArn }) } };
    },
  };
}

function parseStreamView(properties: TemplateProperties): StreamView | undefined {
  const specification = objectOf(properties, 'StreamSpecification');
  if (specification === undefined) return undefined;
  refuseUnknown('StreamSpecification', specification, ['StreamViewType']);
  const type = requiredTextOf(specification, 'StreamViewType');
  const view = STREAM_VIEWS.find((known) => known === type);
  if (view === undefined) throw invalidProperties(`Unknown StreamViewType ${type}`);
  return view;
}

function parseSchema(tableName: string, properties: TemplateProperties): TableSchema {
  const definitions = new Map(
    objectListOf(properties, 'AttributeDefinitions').map((definition) => {
      refuseUnknown('AttributeDefinition', definition, ['AttributeName', 'AttributeType']);
      const type = requiredTextOf(definition, 'AttributeType');
      if (type !== 'S' && type !== 'N' && type !== 'B') throw invalidProperties(`Unknown attribute type ${type}`);
      const name = requiredTextOf(definition, 'AttributeName');
      return [name, { name, type } satisfies KeyAttribute];
    }),
  );
  const schema = parseKeys(properties, definitions);
  const indexes = objectListOf(properties, 'GlobalSecondaryIndexes').map((index) => parseIndex(index, definitions));
  const used = new Set([schema, ...indexes].flatMap(({ hash, range }) => [hash.name, range?.name]));
  if ([...definitions.keys()].some((name) => !used.has(name))) {
    throw invalidProperties(
      'One or more parameter values were invalid: Some AttributeDefinitions are not used in KeySchema or indexes',
    );
  }
  const timeToLive = objectOf(properties, 'TimeToLiveSpecification') ?? {};
  const isExpiring = flagOf(timeToLive, 'Enabled') === true;
  return {
    tableName,
    ...schema,
    indexes,
    timeToLiveAttribute: isExpiring ? requiredTextOf(timeToLive, 'AttributeName') : undefined,
  };
}

function parseIndex(properties: TemplateProperties, definitions: ReadonlyMap<string, KeyAttribute>): IndexSchema {
  refuseUnknown('GlobalSecondaryIndex', properties, INDEX_PROPERTIES);
  const projection = objectOf(properties, 'Projection') ?? {};
  const projected = {
    ALL: undefined,
    KEYS_ONLY: [],
    INCLUDE: textListOf(projection, 'NonKeyAttributes'),
  };
  const type = requiredTextOf(projection, 'ProjectionType');
  if (!(type in projected)) throw invalidProperties(`Unknown projection type ${type}`);
  return {
    name: requiredTextOf(properties, 'IndexName'),
    ...parseKeys(properties, definitions),
    projected: projected[type as keyof typeof projected],
  };
}

function parseKeys(properties: TemplateProperties, definitions: ReadonlyMap<string, KeyAttribute>): KeySchema {
  const keys = objectListOf(properties, 'KeySchema').map((key) => {
    const attribute = definitions.get(requiredTextOf(key, 'AttributeName'));
    if (attribute) return { attribute, keyType: requiredTextOf(key, 'KeyType') };
    throw invalidProperties(
      'One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions',
    );
  });
  const [hash, range, ...rest] = keys;
  if (hash?.keyType !== 'HASH' || (range && range.keyType !== 'RANGE') || rest.length > 0) {
    throw invalidProperties('Invalid KeySchema: a HASH key and, after it, at most one RANGE key');
  }
  return { hash: hash.attribute, range: range?.attribute };
}
