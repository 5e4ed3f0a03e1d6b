import type { QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { meetsCondition } from './condition.ts';
import type { Condition } from './condition-syntax.ts';
import { validationError } from './errors.ts';
import { parseKeyCondition } from './key-condition.ts';
import { project } from './path-tree.ts';
import { type ExpressionParameters, parseExpressions } from './request-expressions.ts';
import { attributesOf, type IndexSchema, type KeySchema, keyOf } from './schema.ts';
import type { SortedItems } from './sorted-items.ts';
import type { Table } from './table.ts';
import { areEqual, type Item, parseItem, sizeOfItem } from './value.ts';

/** A page ends with the item that takes it past this size, before filters ("Query" API). */
const PAGE_BYTES_MAX = 1024 * 1024;

interface Source {
  readonly schema: KeySchema;
  readonly index: IndexSchema | undefined;
  readonly items: SortedItems;
}

interface Page {
  readonly read: readonly Item[];
  readonly isLast: boolean;
}

/** Runs the Query operation on a table or one of its indexes. */
export function query(table: Table, input: QueryCommandInput): Record<string, unknown> {
  const { keyCondition, filter, projection } = parseExpressions(input as ExpressionParameters);
  if (keyCondition === undefined) {
    throw validationError(
      'Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.',
    );
  }
  if (input.Limit !== undefined && input.Limit < 1) {
    throw validationError(
      `1 validation error detected: Value '${input.Limit}' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1`,
    );
  }
  const source = sourceOf(table, input);
  const range = parseKeyCondition(keyCondition, source.schema);
  if (filter) checkFilter(filter, source.schema);
  const start = startOf(table, source, input, range.hash);
  const partition = source.items.partition({ [source.schema.hash.name]: range.hash });
  const isForward = input.ScanIndexForward !== false;
  const ordered = (isForward ? partition : partition.toReversed()).filter(range.includes);
  const remaining = start
    ? ordered.filter((item) => source.items.compare(item, start) * (isForward ? 1 : -1) > 0)
    : ordered;
  const { read, isLast } = takePage(remaining, input.Limit);
  const visible = read.map((item) => projectIndex(item, table, source.index));
  const matching = filter ? visible.filter((item) => meetsCondition(filter, item)) : visible;
  const last = read.at(-1);
  return {
    Count: matching.length,
    ScannedCount: read.length,
    ...(input.Select !== 'COUNT' && {
      Items: projection ? matching.map((item) => project(item, projection)) : matching,
    }),
    ...(!isLast && last && { LastEvaluatedKey: { ...keyOf(table.schema, last), ...keyOf(source.schema, last) } }),
  };
}

function sourceOf(table: Table, { IndexName, ConsistentRead = false }: QueryCommandInput): Source {
  if (IndexName === undefined) return { schema: table.schema, index: undefined, items: table.items(ConsistentRead) };
  const index = table.schema.indexes.find(({ name }) => name === IndexName);
  const items = table.indexItems(IndexName);
  if (index === undefined || items === undefined) {
    throw validationError(`The table does not have the specified index: ${IndexName}`);
  }
  if (ConsistentRead) throw validationError('Consistent reads are not supported on global secondary indexes');
  return { schema: index, index, items };
}

function checkFilter(filter: Condition, schema: KeySchema): void {
  const heads = headsOf(filter);
  const key = attributesOf(schema).find(({ name }) => heads.has(name));
  if (key === undefined) return;
  throw validationError(
    `Filter Expression can only contain non-primary key attributes: Primary key attribute: ${key.name}`,
  );
}

/** The attributes that a condition mentions. */
function headsOf(tree: unknown): ReadonlySet<unknown> {
  if (typeof tree !== 'object' || tree === null) return new Set();
  if ('path' in tree && Array.isArray(tree.path)) return new Set([tree.path[0]]);
  return new Set(Object.values(tree).flatMap((part) => [...headsOf(part)]));
}

function startOf(table: Table, { schema }: Source, input: QueryCommandInput, hash: Item[string]): Item | undefined {
  if (input.ExclusiveStartKey === undefined) return undefined;
  const start = parseItem(input.ExclusiveStartKey as Item);
  const needed = new Set([...attributesOf(table.schema), ...attributesOf(schema)].map(({ name }) => name));
  if (Object.keys(start).length !== needed.size || [...needed].some((name) => start[name] === undefined)) {
    throw validationError('The provided starting key is invalid');
  }
  const startHash = start[schema.hash.name];
  if (startHash === undefined || !areEqual(startHash, hash)) {
    throw validationError('The provided starting key is outside query boundaries based on provided conditions');
  }
  return start;
}

/** Like DynamoDB, a page that the limit ends says that there may be more, even when it was the last item. */
function takePage(items: readonly Item[], limit = Number.POSITIVE_INFINITY): Page {
  const read: Item[] = [];
  let bytes = 0;
  for (const item of items) {
    read.push(item);
    bytes += sizeOfItem(item);
    if (read.length >= limit || bytes >= PAGE_BYTES_MAX) return { read, isLast: false };
  }
  return { read, isLast: true };
}

function projectIndex(item: Item, table: Table, index: IndexSchema | undefined): Item {
  if (index?.projected === undefined) return item;
  const names = [...attributesOf(table.schema), ...attributesOf(index)].map(({ name }) => name);
  return project(
    item,
    [...new Set([...names, ...index.projected])].map((name) => [name]),
  );
}
