import type { QueryCommandInput } from '@aws-sdk/client-dynamodb';
import type { Condition } from './condition-syntax.ts';
import { validationError } from './errors.ts';
import { parseKeyCondition } from './key-condition.ts';
import { answerOf, checkSelect, type Source, sourceOf, startKeyOf, takePage } from './read-page.ts';
import { type ExpressionParameters, parseExpressions } from './request-expressions.ts';
import { attributesOf, type KeySchema } from './schema.ts';
import type { Table } from './table.ts';
import { areEqual, type Item } from './value.ts';

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
  checkSelect(source, input.Select, projection !== undefined);
  const range = parseKeyCondition(keyCondition, source.schema);
  if (filter) checkFilter(filter, source.schema);
  const start = startOf(table, source, input, range.hash);
  const partition = source.items.partition({ [source.schema.hash.name]: range.hash });
  const isForward = input.ScanIndexForward !== false;
  const ordered = (isForward ? partition : partition.toReversed()).filter(range.includes);
  const remaining = start
    ? ordered.filter((item) => source.items.compare(item, start) * (isForward ? 1 : -1) > 0)
    : ordered;
  const page = takePage(remaining, input.Limit);
  return answerOf({ table, source, page, filter, projection, select: input.Select });
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

function startOf(table: Table, source: Source, input: QueryCommandInput, hash: Item[string]): Item | undefined {
  const start = startKeyOf(table, source, input.ExclusiveStartKey as Item | undefined);
  const startHash = start?.[source.schema.hash.name];
  if (start !== undefined && (startHash === undefined || !areEqual(startHash, hash))) {
    throw validationError('The provided starting key is outside query boundaries based on provided conditions');
  }
  return start;
}
