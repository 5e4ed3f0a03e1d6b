import { invalidParameterValues, validationError } from './errors.ts';
import { type Item, typeOf, type Value } from './value.ts';

export interface KeyAttribute {
  readonly name: string;
  readonly type: 'S' | 'N' | 'B';
}

export interface KeySchema {
  readonly hash: KeyAttribute;
  readonly range: KeyAttribute | undefined;
}

export interface IndexSchema extends KeySchema {
  readonly name: string;
  /** The attributes that the index holds beside the keys; undefined for all. */
  readonly projected: readonly string[] | undefined;
}

export interface TableSchema extends KeySchema {
  readonly tableName: string;
  readonly indexes: readonly IndexSchema[];
}

const HASH_BYTES_MAX = 2048;
const RANGE_BYTES_MAX = 1024;

export function attributesOf({ hash, range }: KeySchema): readonly KeyAttribute[] {
  return range ? [hash, range] : [hash];
}

/** Checks the key of a request, and returns it. */
export function checkKey(schema: KeySchema, key: Item): Item {
  const attributes = attributesOf(schema);
  const matches = attributes.every(({ name, type }) => key[name]?.[type] !== undefined);
  if (!matches || Object.keys(key).length !== attributes.length) {
    throw validationError('The provided key element does not match the schema');
  }
  checkKeyValues(schema, key);
  return key;
}

/** Checks an item that is to be stored against the keys of the table and its indexes. */
export function checkItemKeys(schema: TableSchema, item: Item): void {
  for (const { name, type } of attributesOf(schema)) {
    const value = item[name];
    if (value === undefined) throw invalidParameterValues(`Missing the key ${name} in the item`);
    if (value[type] === undefined) {
      throw invalidParameterValues(`Type mismatch for key ${name} expected: ${type} actual: ${typeOf(value)}`);
    }
  }
  checkKeyValues(schema, item);
  checkIndexKeys(schema, item);
}

/** An attribute of an index's key may be missing (the index is sparse), but not of another type. */
export function checkIndexKeys(schema: TableSchema, item: Item): void {
  for (const index of schema.indexes) {
    for (const { name, type } of attributesOf(index)) {
      const value = item[name];
      if (value === undefined) continue;
      if (value[type] === undefined) {
        throw invalidParameterValues(
          `Type mismatch for Index Key ${name} Expected: ${type} Actual: ${typeOf(value)} IndexName: ${index.name}`,
        );
      }
      if (isEmpty(value)) {
        throw invalidParameterValues(
          `A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty string value. IndexName: ${index.name}, IndexKey: ${name}`,
        );
      }
    }
  }
}

export function keyOf(schema: KeySchema, item: Item): Item {
  const entries = attributesOf(schema).map(({ name }) => [name, item[name]] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, Value] => entry[1] !== undefined));
}

function checkKeyValues({ hash, range }: KeySchema, item: Item): void {
  for (const { name } of range ? [hash, range] : [hash]) {
    if (!isEmpty(item[name])) continue;
    throw invalidParameterValues(
      `The AttributeValue for a key attribute cannot contain an empty string value. Key: ${name}`,
    );
  }
  if (sizeOf(item[hash.name]) > HASH_BYTES_MAX) {
    throw invalidParameterValues(`Size of hashkey has exceeded the maximum size limit of${HASH_BYTES_MAX} bytes`);
  }
  if (range && sizeOf(item[range.name]) > RANGE_BYTES_MAX) {
    throw invalidParameterValues(
      `Aggregated size of all range keys has exceeded the size limit of ${RANGE_BYTES_MAX} bytes`,
    );
  }
}

function isEmpty(value: Value | undefined): boolean {
  return value?.S === '' || value?.B?.length === 0;
}

function sizeOf(value: Value | undefined): number {
  return value?.B?.length ?? Buffer.byteLength(value?.S ?? '');
}
