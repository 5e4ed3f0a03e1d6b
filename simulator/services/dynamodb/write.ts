import { AwsError } from '../../wire/aws-error.ts';
import { meetsCondition } from './condition.ts';
import type { Condition } from './condition-syntax.ts';
import { invalidParameterValues, validationError } from './errors.ts';
import { project } from './path-tree.ts';
import { type ExpressionParameters, parseExpressions } from './request-expressions.ts';
import { attributesOf, checkIndexKeys, checkItemKeys, checkKey, keyOf, type TableSchema } from './schema.ts';
import type { Table } from './table.ts';
import { applyUpdate } from './update.ts';
import type { UpdateAction } from './update-syntax.ts';
import { type Item, parseItem, sizeOfItem } from './value.ts';

/** "Service, account, and table quotas". */
const ITEM_BYTES_MAX = 400 * 1024;

/** A write that has been checked as far as it can be without the item: what to do when its condition is met. */
export interface PreparedWrite {
  readonly table: Table;
  readonly key: Item;
  readonly condition: Condition | undefined;
  /** Whether a refusal shows the item (ReturnValuesOnConditionCheckFailure: ALL_OLD). */
  readonly showsItem: boolean;
  /** The item afterwards, or undefined where there is to be none. Throws for an update that the item does not allow. */
  readonly next: (existing: Item | undefined) => Item | undefined;
  readonly update?: readonly UpdateAction[];
}

export interface WriteInput extends ExpressionParameters {
  readonly Key?: Item | undefined;
  readonly Item?: Item | undefined;
  readonly ReturnValues?: string | undefined;
  readonly ReturnValuesOnConditionCheckFailure?: string | undefined;
}

export function preparePut(table: Table, input: WriteInput): PreparedWrite {
  const { condition } = parseExpressions(input);
  const item = parseItem(input.Item ?? {});
  checkSize(item, 'Item size has exceeded the maximum allowed size');
  checkItemKeys(table.schema, item);
  return { table, key: keyOf(table.schema, item), condition, showsItem: showsItem(input), next: () => item };
}

export function prepareDelete(table: Table, input: WriteInput): PreparedWrite {
  const { condition } = parseExpressions(input);
  return { table, key: parseKey(table, input), condition, showsItem: showsItem(input), next: () => undefined };
}

/** A check of a transaction: the item stays as it is. */
export function prepareCheck(table: Table, input: WriteInput): PreparedWrite {
  const { condition } = parseExpressions(input);
  return { table, key: parseKey(table, input), condition, showsItem: showsItem(input), next: (existing) => existing };
}

export function prepareUpdate(table: Table, input: WriteInput): PreparedWrite {
  const { condition, update = [] } = parseExpressions(input);
  const key = parseKey(table, input);
  checkUpdatedAttributes(table.schema, update);
  const next = (existing: Item | undefined) => {
    const item = applyUpdate(update, existing ?? key);
    checkSize(item, 'Item size to update has exceeded the maximum allowed size');
    checkIndexKeys(table.schema, item);
    return item;
  };
  return { table, key, condition, showsItem: showsItem(input), next, update };
}

/** Runs a prepared write. Throws ConditionalCheckFailedException. */
export function runWrite(write: PreparedWrite): {
  readonly before: Item | undefined;
  readonly after: Item | undefined;
} {
  const before = write.table.get(write.key, true);
  if (!meets(write, before)) {
    const members = write.showsItem && before ? { Item: before } : {};
    throw new AwsError('ConditionalCheckFailedException', 'The conditional request failed', { members });
  }
  const after = write.next(before);
  store(write, before, after);
  return { before, after };
}

export function meets({ condition }: PreparedWrite, item: Item | undefined): boolean {
  return condition === undefined || meetsCondition(condition, item ?? {});
}

export function store({ table, key }: PreparedWrite, before: Item | undefined, after: Item | undefined): void {
  if (after && after !== before) table.put(after);
  if (!after && before) table.delete(key);
}

/** The `Attributes` of the answer, by ReturnValues; nothing where there is nothing to show. */
export function returnedAttributes(
  returnValues: string | undefined,
  { update = [] }: PreparedWrite,
  { before, after }: { readonly before: Item | undefined; readonly after: Item | undefined },
): { readonly Attributes?: Item } {
  const paths = update.map(({ path }) => path);
  const shown = {
    ALL_OLD: before,
    ALL_NEW: after,
    UPDATED_OLD: before && project(before, paths),
    UPDATED_NEW: after && project(after, paths),
  }[returnValues ?? 'NONE'];
  return shown && Object.keys(shown).length > 0 ? { Attributes: shown } : {};
}

export function checkReturnValues(input: WriteInput, allowed: readonly string[]): void {
  if (input.ReturnValues === undefined || allowed.includes(input.ReturnValues)) return;
  throw validationError(`ReturnValues can only be ${allowed.join(' or ')}`);
}

function parseKey(table: Table, { Key = {} }: WriteInput): Item {
  return checkKey(table.schema, parseItem(Key));
}

function showsItem(input: WriteInput): boolean {
  return input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
}

function checkSize(item: Item, message: string): void {
  if (sizeOfItem(item) > ITEM_BYTES_MAX) throw validationError(message);
}

/** A key cannot be changed, and neither a table's nor an index's key can hold anything below it. */
function checkUpdatedAttributes(schema: TableSchema, update: readonly UpdateAction[]): void {
  const keys = attributesOf(schema).map(({ name }) => name);
  const indexKeys = schema.indexes.flatMap((index) => attributesOf(index).map(({ name }) => name));
  for (const { path } of update) {
    const [head] = path;
    if (keys.includes(String(head))) {
      throw invalidParameterValues(`Cannot update attribute ${head}. This attribute is part of the key`);
    }
    if (path.length > 1 && indexKeys.includes(String(head))) {
      throw validationError(
        `Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: IndexKey: ${head}`,
      );
    }
  }
}
