import type {
  GlobalSecondaryIndexDescription,
  KeySchemaElement,
  Projection,
  TableDescription,
} from '@aws-sdk/client-dynamodb';
import type { Kernel } from '../../kernel/kernel.ts';
import { attributesOf, type IndexSchema, type KeySchema } from './schema.ts';
import type { SortedItems } from './sorted-items.ts';
import type { Table } from './table.ts';
import { sizeOfItem } from './value.ts';

/** On demand, no capacity is provisioned. */
const NO_THROUGHPUT = { NumberOfDecreasesToday: 0, ReadCapacityUnits: 0, WriteCapacityUnits: 0 };
/** "DynamoDB updates this value approximately every six hours" (TableDescription, API reference). */
const COUNT_EVERY_MS = 6 * 3_600_000;

interface Size {
  readonly items: number;
  readonly bytes: number;
}

interface Count {
  readonly atMs: number;
  readonly table: Size;
  readonly indexes: ReadonlyMap<string, Size>;
}

const counts = new WeakMap<Table, Count>();

export function describeTable(kernel: Kernel, table: Table): TableDescription {
  const { schema, stream } = table;
  const created = new Date(table.createdAtMs);
  const count = countOf(table, kernel.clock.now());
  const definitions = [schema, ...schema.indexes].flatMap(attributesOf);
  const distinct = new Map(definitions.map(({ name, type }) => [name, { AttributeName: name, AttributeType: type }]));
  const indexes = table.status === 'DELETING' ? [] : schema.indexes;
  return {
    TableName: schema.tableName,
    TableArn: table.arn,
    TableId: kernel.random.fork(`dynamodb/${schema.tableName}/id/${table.createdAtMs}`).uuid(),
    TableStatus: table.status,
    CreationDateTime: created,
    AttributeDefinitions: [...distinct.values()],
    KeySchema: keySchemaOf(schema),
    ItemCount: count.table.items,
    TableSizeBytes: count.table.bytes,
    BillingModeSummary: {
      BillingMode: 'PAY_PER_REQUEST',
      ...(table.status !== 'CREATING' && { LastUpdateToPayPerRequestDateTime: created }),
    },
    ProvisionedThroughput: NO_THROUGHPUT,
    DeletionProtectionEnabled: table.isProtected,
    ...(indexes.length > 0 && { GlobalSecondaryIndexes: indexes.map((index) => describeIndex(table, index, count)) }),
    ...(stream !== undefined && {
      StreamSpecification: { StreamEnabled: true, StreamViewType: stream.view },
      LatestStreamArn: stream.arn,
      LatestStreamLabel: stream.arn.slice(stream.arn.lastIndexOf('/') + 1),
    }),
  };
}

function describeIndex(table: Table, index: IndexSchema, { indexes }: Count): GlobalSecondaryIndexDescription {
  const { items, bytes } = indexes.get(index.name) ?? { items: 0, bytes: 0 };
  return {
    IndexName: index.name,
    IndexArn: `${table.arn}/index/${index.name}`,
    IndexStatus: table.status,
    KeySchema: keySchemaOf(index),
    Projection: projectionOf(index),
    ItemCount: items,
    IndexSizeBytes: bytes,
    ProvisionedThroughput: NO_THROUGHPUT,
  };
}

function keySchemaOf({ hash, range }: KeySchema): KeySchemaElement[] {
  const first: KeySchemaElement = { AttributeName: hash.name, KeyType: 'HASH' };
  return range === undefined ? [first] : [first, { AttributeName: range.name, KeyType: 'RANGE' }];
}

function projectionOf({ projected }: IndexSchema): Projection {
  if (projected === undefined) return { ProjectionType: 'ALL' };
  if (projected.length === 0) return { ProjectionType: 'KEYS_ONLY' };
  return { ProjectionType: 'INCLUDE', NonKeyAttributes: [...projected] };
}

/** A new table has none, whatever is in it already. */
function countOf(table: Table, nowMs: number): Count {
  const none = { items: 0, bytes: 0 };
  const known = counts.get(table) ?? { atMs: table.createdAtMs, table: none, indexes: new Map() };
  if (nowMs - known.atMs < COUNT_EVERY_MS) return known;
  const counted: Count = {
    atMs: nowMs,
    table: sizeOf(table.items(true)),
    indexes: new Map(table.schema.indexes.map(({ name }) => [name, sizeOf(table.indexItems(name))])),
  };
  counts.set(table, counted);
  return counted;
}

function sizeOf(items: SortedItems | undefined): Size {
  const all = items?.all() ?? [];
  return { items: all.length, bytes: all.reduce((sum, item) => sum + sizeOfItem(item), 0) };
}
