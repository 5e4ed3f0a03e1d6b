import { meetsCondition } from './condition.ts';
import type { Condition } from './condition-syntax.ts';
import { validationError } from './errors.ts';
import type { Path } from './expression-terms.ts';
import { project } from './path-tree.ts';
import { attributesOf, type IndexSchema, type KeySchema, keyOf } from './schema.ts';
import type { SortedItems } from './sorted-items.ts';
import type { Table } from './table.ts';
import { type Item, parseItem, sizeOfItem } from './value.ts';

/** A page ends with the item that takes it past this size, before filters ("Query" and "Scan" API). */
const PAGE_BYTES_MAX = 1024 * 1024;

export interface Source {
  readonly schema: KeySchema;
  readonly index: IndexSchema | undefined;
  readonly items: SortedItems;
}

export interface Page {
  readonly read: readonly Item[];
  readonly isLast: boolean;
}

/** What Query and Scan have in common. */
interface ReadInput {
  readonly IndexName?: string | undefined;
  readonly ConsistentRead?: boolean | undefined;
}

/** The table, or one of its indexes, as one read sees it. */
export function sourceOf(table: Table, { IndexName, ConsistentRead = false }: ReadInput): Source {
  if (IndexName === undefined) return { schema: table.schema, index: undefined, items: table.items(ConsistentRead) };
  const index = table.schema.indexes.find(({ name }) => name === IndexName);
  const items = table.indexItems(IndexName);
  if (index === undefined || items === undefined) {
    throw validationError(`The table does not have the specified index: ${IndexName}`);
  }
  if (ConsistentRead) throw validationError('Consistent reads are not supported on global secondary indexes');
  return { schema: index, index, items };
}

/** `Select`, as far as it fits what is read ("Query" API). */
export function checkSelect({ index }: Source, select: string | undefined, hasProjection: boolean): void {
  if (select === 'ALL_PROJECTED_ATTRIBUTES' && index === undefined) {
    throw validationError(
      'One or more parameter values were invalid: ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName',
    );
  }
  if (select === 'ALL_ATTRIBUTES' && index?.projected !== undefined) {
    throw validationError(
      `One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index ${index.name} because its projection type is not ALL`,
    );
  }
  if (select === 'SPECIFIC_ATTRIBUTES' && !hasProjection) {
    throw validationError(
      'Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES',
    );
  }
  if (select !== undefined && select !== 'SPECIFIC_ATTRIBUTES' && hasProjection) {
    const what = select === 'COUNT' ? 'only the Count' : select;
    throw validationError(`Cannot specify the ProjectionExpression when choosing to get ${what}`);
  }
}

/** The key to go on after, with all parts of the table's key and the index's. */
export function startKeyOf(table: Table, { schema }: Source, given: Item | undefined): Item | undefined {
  if (given === undefined) return undefined;
  const start = parseItem(given);
  const needed = [...attributesOf(table.schema), ...attributesOf(schema)];
  const isComplete = needed.every(({ name, type }) => start[name]?.[type] !== undefined);
  if (!isComplete || Object.keys(start).length !== new Set(needed.map(({ name }) => name)).size) {
    throw validationError('The provided starting key is invalid');
  }
  return start;
}

interface Reading {
  readonly table: Table;
  readonly source: Source;
  readonly page: Page;
  readonly filter: Condition | undefined;
  readonly projection: readonly Path[] | undefined;
  readonly select: string | undefined;
}

/** A page as it is answered: filtered and projected after it was read. */
export function answerOf({ table, source, page, filter, projection, select }: Reading): Record<string, unknown> {
  const { read, isLast } = page;
  const visible = read.map((item) => projectIndex(item, table, source.index));
  const matching = filter ? visible.filter((item) => meetsCondition(filter, item)) : visible;
  const last = read.at(-1);
  return {
    Count: matching.length,
    ScannedCount: read.length,
    ...(select !== 'COUNT' && { Items: projection ? matching.map((item) => project(item, projection)) : matching }),
    ...(!isLast && last && { LastEvaluatedKey: { ...keyOf(table.schema, last), ...keyOf(source.schema, last) } }),
  };
}

/** Like DynamoDB, a page that the limit ends says that there may be more, even when it was the last item. */
export function takePage(items: readonly Item[], limit = Number.POSITIVE_INFINITY): Page {
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
