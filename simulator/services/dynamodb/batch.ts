import type {
  BatchGetItemCommandInput,
  BatchWriteItemCommandInput,
  KeysAndAttributes,
  WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { validationError } from './errors.ts';
import { project } from './path-tree.ts';
import { type ExpressionParameters, parseExpressions } from './request-expressions.ts';
import { checkKey } from './schema.ts';
import type { Table } from './table.ts';
import { canonicalText, type Item, parseItem, sizeOfItem } from './value.ts';
import { prepareDelete, preparePut, runWrite } from './write.ts';

/** "BatchGetItem" and "BatchWriteItem" API references. */
const KEYS_MAX = 100;
const WRITES_MAX = 25;
const ANSWER_BYTES_MAX = 16 * 1024 * 1024;

type TableOf = (name: string | undefined) => Table;

/** Up to 100 items; what would take the answer past 16 MB comes back in UnprocessedKeys. */
export function batchGet(tableOf: TableOf, { RequestItems = {} }: BatchGetItemCommandInput): Record<string, unknown> {
  const requests = Object.entries(RequestItems);
  const count = requests.reduce((sum, [, { Keys = [] }]) => sum + Keys.length, 0);
  if (count > KEYS_MAX) throw validationError('Too many items requested for the BatchGetItem call');
  const Responses: Record<string, Item[]> = {};
  const UnprocessedKeys: Record<string, KeysAndAttributes> = {};
  let bytes = 0;
  for (const [name, request] of requests) {
    const table = tableOf(name);
    const { projection } = parseExpressions(request as ExpressionParameters);
    const keys = distinctKeys(table, request.Keys as Item[]);
    const found: Item[] = [];
    const rest: Item[] = [];
    for (const key of keys) {
      const item = table.get(key, request.ConsistentRead === true);
      bytes += item ? sizeOfItem(item) : 0;
      if (bytes > ANSWER_BYTES_MAX) rest.push(key);
      else if (item) found.push(projection ? project(item, projection) : item);
    }
    Responses[name] = found;
    if (rest.length > 0) UnprocessedKeys[name] = { ...request, Keys: rest } as KeysAndAttributes;
  }
  return { Responses, UnprocessedKeys };
}

function distinctKeys(table: Table, keys: readonly Item[]): readonly Item[] {
  const checked = keys.map((key) => checkKey(table.schema, parseItem(key)));
  checkDistinct(checked.map((key) => canonicalText({ M: key })));
  return checked;
}

/** Up to 25 puts and deletes, each on its own: a batch is no transaction. All are checked before any is done. */
export function batchWrite(
  tableOf: TableOf,
  { RequestItems = {} }: BatchWriteItemCommandInput,
): Record<string, unknown> {
  const requests = Object.entries(RequestItems);
  const count = requests.reduce((sum, [, writes]) => sum + writes.length, 0);
  // The model limits the writes to one table; this is the limit of all together.
  if (count > WRITES_MAX) throw validationError('Too many items requested for the BatchWriteItem call');
  const writes = requests.flatMap(([name, entries]) => entries.map((entry) => prepare(tableOf(name), entry)));
  checkDistinct(writes.map(({ table, key }) => `${table.arn}/${canonicalText({ M: key })}`));
  for (const write of writes) runWrite(write);
  return { UnprocessedItems: {} };
}

function prepare(table: Table, { PutRequest, DeleteRequest }: WriteRequest) {
  if ((PutRequest === undefined) === (DeleteRequest === undefined)) {
    throw validationError(
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
    );
  }
  return PutRequest
    ? preparePut(table, { Item: PutRequest.Item as Item })
    : prepareDelete(table, { Key: DeleteRequest?.Key as Item });
}

function checkDistinct(names: readonly string[]): void {
  if (new Set(names).size < names.length) throw validationError('Provided list of item keys contains duplicates');
}
