import type { Comparator, Condition, FunctionName, Operand } from './condition-syntax.ts';
import { valueAt } from './expression-terms.ts';
import { areEqual, compareValues, type Item, typeOf, type Value } from './value.ts';

/** Whether an item meets a condition. An item that does not exist is an empty one. */
export function meetsCondition(condition: Condition, item: Item): boolean {
  switch (condition.kind) {
    case 'and':
      return meetsCondition(condition.left, item) && meetsCondition(condition.right, item);
    case 'or':
      return meetsCondition(condition.left, item) || meetsCondition(condition.right, item);
    case 'not':
      return !meetsCondition(condition.condition, item);
    case 'compare':
      return compare(condition.comparator, resolve(condition.left, item), resolve(condition.right, item));
    case 'between': {
      const value = resolve(condition.operand, item);
      return compare('>=', value, resolve(condition.low, item)) && compare('<=', value, resolve(condition.high, item));
    }
    case 'in': {
      const value = resolve(condition.operand, item);
      return condition.list.some((each) => compare('=', value, resolve(each, item)));
    }
    case 'function':
      return call(
        condition.name,
        condition.operands.map((operand) => resolve(operand, item)),
      );
  }
}

function resolve(operand: Operand, item: Item): Value | undefined {
  switch (operand.kind) {
    case 'path':
      return valueAt(item, operand.path);
    case 'value':
      return operand.value;
    case 'size': {
      const size = sizeOf(resolve(operand.of, item));
      return size === undefined ? undefined : { N: String(size) };
    }
  }
}

function sizeOf(value: Value | undefined): number | undefined {
  const { S, B, SS, NS, BS, L, M } = value ?? {};
  return (S ?? B ?? SS ?? NS ?? BS ?? L ?? (M && Object.keys(M)))?.length;
}

/** A missing operand makes every comparison false, except that it differs from anything. */
function compare(comparator: Comparator, left: Value | undefined, right: Value | undefined): boolean {
  if (comparator === '<>') return !compare('=', left, right);
  if (left === undefined || right === undefined) return false;
  if (comparator === '=') return areEqual(left, right);
  const order = compareValues(left, right);
  if (order === undefined) return false;
  switch (comparator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

function call(name: FunctionName, [first, second]: readonly (Value | undefined)[]): boolean {
  switch (name) {
    case 'begins_with':
      return beginsWith(first, second);
    case 'attribute_exists':
      return first !== undefined;
    case 'attribute_not_exists':
      return first === undefined;
    case 'attribute_type':
      return first !== undefined && typeOf(first) === second?.S;
    case 'contains':
      return contains(first, second);
  }
}

export function beginsWith(value: Value | undefined, prefix: Value | undefined): boolean {
  if (value?.S !== undefined && prefix?.S !== undefined) return value.S.startsWith(prefix.S);
  if (value?.B && prefix?.B) return Buffer.compare(value.B.subarray(0, prefix.B.length), prefix.B) === 0;
  return false;
}

function contains(value: Value | undefined, part: Value | undefined): boolean {
  if (value === undefined || part === undefined) return false;
  if (value.S !== undefined && part.S !== undefined) return value.S.includes(part.S);
  if (value.B && part.B) return Buffer.from(value.B).includes(Buffer.from(part.B));
  return elementsOf(value).some((element) => areEqual(element, part));
}

function elementsOf({ L, SS, NS, BS }: Value): readonly Value[] {
  return L ?? SS?.map((S) => ({ S })) ?? NS?.map((N) => ({ N })) ?? BS?.map((B) => ({ B })) ?? [];
}
