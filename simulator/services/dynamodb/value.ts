import { compareDecimals, digitCount, formatDecimal, parseDecimal } from './decimal.ts';
import { invalidParameterValues, validationError } from './errors.ts';

/** An attribute value: exactly one member. Values are never changed in place, so they may be shared. */
export interface Value {
  readonly S?: string;
  readonly N?: string;
  readonly B?: Uint8Array;
  readonly BOOL?: boolean;
  readonly NULL?: boolean;
  readonly SS?: readonly string[];
  readonly NS?: readonly string[];
  readonly BS?: readonly Uint8Array[];
  readonly L?: readonly Value[];
  readonly M?: Item;
}

export type Item = Readonly<Record<string, Value>>;
export type ValueType = keyof Value;

export const VALUE_TYPES: readonly ValueType[] = ['S', 'N', 'B', 'BOOL', 'NULL', 'SS', 'NS', 'BS', 'L', 'M'];
const DEPTH_MAX = 32;

/** The one type of a valid value. */
export function typeOf(value: Value): ValueType {
  const type = VALUE_TYPES.find((each) => value[each] !== undefined);
  if (type === undefined) throw new TypeError('An attribute value without a type');
  return type;
}

/** Checks a value that a request carries and returns it in canonical form (numbers in plain notation). */
export function parseValue(value: Value, depth = 1): Value {
  const types = VALUE_TYPES.filter((type) => value[type] !== undefined);
  const [type] = types;
  if (type === undefined) {
    throw validationError('Supplied AttributeValue is empty, must contain exactly one of the supported datatypes');
  }
  if (types.length > 1) {
    throw validationError(
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
    );
  }
  if (depth > DEPTH_MAX) throw validationError('Nesting Levels have exceeded supported limits');
  if (value.N !== undefined) return { N: canonicalNumber(value.N) };
  if (value.NULL === false) throw invalidParameterValues('Null attribute value types must have the value of true');
  if (value.SS) return { SS: parseSet(value.SS, 'An string set  may not be empty', (text) => text) };
  if (value.NS) {
    return { NS: parseSet(value.NS.map(canonicalNumber), 'An number set  may not be empty', (text) => text) };
  }
  if (value.BS) return { BS: parseSet(value.BS, 'Binary sets should not be empty', hex) };
  if (value.L) return { L: value.L.map((element) => parseValue(element, depth + 1)) };
  if (value.M) return { M: parseItem(value.M, depth + 1) };
  return value;
}

export function parseItem(item: Item, depth = 1): Item {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, parseValue(value, depth)]));
}

function canonicalNumber(text: string): string {
  return formatDecimal(parseDecimal(text));
}

function parseSet<T>(elements: readonly T[], emptyMessage: string, keyOf: (element: T) => string): readonly T[] {
  if (elements.length === 0) throw invalidParameterValues(emptyMessage);
  if (new Set(elements.map(keyOf)).size < elements.length) {
    throw invalidParameterValues(`Input collection ${JSON.stringify(elements)} contains duplicates.`);
  }
  return elements;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** A text that is the same for equal values and different for others; sets are equal in any order. */
export function canonicalText(value: Value): string {
  if (value.B) return `B${hex(value.B)}`;
  if (value.BS) return `BS${JSON.stringify(value.BS.map(hex).sort())}`;
  if (value.SS) return `SS${JSON.stringify([...value.SS].sort())}`;
  if (value.NS) return `NS${JSON.stringify([...value.NS].sort())}`;
  if (value.L) return `L${JSON.stringify(value.L.map(canonicalText))}`;
  if (value.M) {
    const entries = Object.entries(value.M).map(([name, member]) => [name, canonicalText(member)] as const);
    return `M${JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)))}`;
  }
  return JSON.stringify(value);
}

export function areEqual(a: Value, b: Value): boolean {
  return canonicalText(a) === canonicalText(b);
}

/**
 * The order of two values of one of the ordered types (S by UTF-8 bytes, N by size, B by unsigned bytes): negative,
 * zero or positive. Undefined for other types, or for two of different types.
 */
export function compareValues(a: Value, b: Value): number | undefined {
  if (a.N !== undefined && b.N !== undefined) return compareDecimals(parseDecimal(a.N), parseDecimal(b.N));
  if (a.S !== undefined && b.S !== undefined) return Buffer.compare(Buffer.from(a.S), Buffer.from(b.S));
  if (a.B !== undefined && b.B !== undefined) return Buffer.compare(a.B, b.B);
  return undefined;
}

/** Bytes, as DynamoDB counts them ("DynamoDB item sizes and formats"). */
export function sizeOfItem(item: Item): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + sizeOfValue(value), 0);
}

function sizeOfValue(value: Value): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return sizeOfNumber(value.N);
  if (value.B) return value.B.length;
  if (value.SS) return value.SS.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (value.NS) return value.NS.reduce((sum, text) => sum + sizeOfNumber(text), 0);
  if (value.BS) return value.BS.reduce((sum, bytes) => sum + bytes.length, 0);
  if (value.L) return 3 + value.L.reduce((sum, element) => sum + 1 + sizeOfValue(element), 0);
  if (value.M) return 3 + Object.keys(value.M).length + sizeOfItem(value.M);
  return 1;
}

function sizeOfNumber(text: string): number {
  return 1 + Math.ceil(digitCount(parseDecimal(text)) / 2) + (text.startsWith('-') ? 1 : 0);
}
