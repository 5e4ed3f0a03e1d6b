import type { Tables } from '../../simulator/services/dynamodb/operations.ts';
import { keyOf } from '../../simulator/services/dynamodb/schema.ts';
import type { Item } from '../../simulator/services/dynamodb/value.ts';
import type { CallAttempt } from '../../simulator/wire/wire.ts';

/**
 * What another function might have written a moment before: the same item with nothing changed but its version. The
 * conditional write that follows fails by itself, as it does when two really meet.
 *
 * @returns whether there is an item with a version to be written
 */
export function writeAsTwin({ operation, input }: CallAttempt, tables: Tables): boolean {
  if (operation !== 'PutItem' || input.ConditionExpression === undefined) return false;
  const table = tables.get(String(input.TableName));
  if (table === undefined) return false;
  const stored = table.get(keyOf(table.schema, input.Item as Item), true);
  const version = stored?.version?.N;
  if (stored === undefined || version === undefined) return false;
  table.put({ ...stored, version: { N: String(Number(version) + 1) } });
  return true;
}
