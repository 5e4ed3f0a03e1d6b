import type { TransactGetItem, TransactGetItemsCommandInput } from '@aws-sdk/client-dynamodb';
import { validationError } from './errors.ts';
import { project } from './path-tree.ts';
import { type ExpressionParameters, parseExpressions } from './request-expressions.ts';
import { checkKey } from './schema.ts';
import type { Table } from './table.ts';
import { canonicalText, type Item, parseItem } from './value.ts';

/** Up to 100 items as they are at one instant, in the order of the request; an empty answer for one that is not there. */
export function transactGet(
  tableOf: (name: string | undefined) => Table,
  { TransactItems = [] }: TransactGetItemsCommandInput,
): Record<string, unknown> {
  const reads = TransactItems.map((entry) => prepare(tableOf, entry));
  if (new Set(reads.map(({ name }) => name)).size < reads.length) {
    throw validationError('Transaction request cannot include multiple operations on one item');
  }
  return { Responses: reads.map(({ read }) => read()) };
}

function prepare(tableOf: (name: string | undefined) => Table, { Get }: TransactGetItem) {
  const { projection } = parseExpressions((Get ?? {}) as ExpressionParameters);
  const table = tableOf(Get?.TableName);
  const key = checkKey(table.schema, parseItem((Get?.Key ?? {}) as Item));
  return {
    name: `${table.arn}/${canonicalText({ M: key })}`,
    read: () => {
      const item = table.get(key, true);
      return item === undefined ? {} : { Item: projection ? project(item, projection) : item };
    },
  };
}
