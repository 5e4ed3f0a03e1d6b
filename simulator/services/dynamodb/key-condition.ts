import { beginsWith } from './condition.ts';
import type { Comparator, Condition, Operand } from './condition-syntax.ts';
import { validationError } from './errors.ts';
import type { KeySchema } from './schema.ts';
import { compareValues, type Item, type Value } from './value.ts';

/** The partition that a query reads, and which of its items. */
export interface KeyRange {
  readonly hash: Value;
  readonly includes: (item: Item) => boolean;
}

interface KeyTest {
  readonly attribute: string;
  readonly operator: Comparator | 'BETWEEN' | 'begins_with';
  readonly values: readonly Value[];
}

const MIRRORED: Readonly<Record<Comparator, Comparator>> = {
  '=': '=',
  '<>': '<>',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

/** Reads a key condition: equality on the partition key and, at most, one comparison on the sort key ("Query" API). */
export function parseKeyCondition(condition: Condition, schema: KeySchema): KeyRange {
  const tests = testsOf(condition);
  const names = tests.map(({ attribute }) => attribute);
  if (new Set(names).size < names.length)
    throw invalid('KeyConditionExpressions must only contain one condition per key');
  if (tests.length > 2) throw validationError('Conditions can be of length 1 or 2 only');
  const hashTest = tests.find(({ attribute }) => attribute === schema.hash.name);
  const rangeTest = tests.find(({ attribute }) => attribute === schema.range?.name);
  if (hashTest === undefined) throw validationError(`Query condition missed key schema element: ${schema.hash.name}`);
  if (hashTest.operator !== '=') throw validationError('Query key condition not supported');
  if (tests.length === 2 && rangeTest === undefined) {
    throw validationError(
      schema.range
        ? `Query condition missed key schema element: ${schema.range.name}`
        : 'Query key condition not supported',
    );
  }
  checkTypes(hashTest, schema.hash.type);
  if (rangeTest && schema.range) checkTypes(rangeTest, schema.range.type);
  const [hash] = hashTest.values;
  if (hash === undefined) throw new TypeError('An equality without a value');
  return { hash, includes: (item) => rangeTest === undefined || meets(rangeTest, item) };
}

function invalid(reason: string): Error {
  return validationError(`Invalid KeyConditionExpression: ${reason}`);
}

function testsOf(condition: Condition): readonly KeyTest[] {
  switch (condition.kind) {
    case 'and':
      return [...testsOf(condition.left), ...testsOf(condition.right)];
    case 'compare': {
      if (condition.comparator === '<>') throw unsupported('<>');
      const isMirrored = condition.right.kind === 'path';
      const [path, value] = isMirrored ? [condition.right, condition.left] : [condition.left, condition.right];
      const operator = isMirrored ? MIRRORED[condition.comparator] : condition.comparator;
      return [{ attribute: attributeOf(path), operator, values: [operandValue(value)] }];
    }
    case 'between': {
      const values = [operandValue(condition.low), operandValue(condition.high)];
      return [{ attribute: attributeOf(condition.operand), operator: 'BETWEEN', values }];
    }
    case 'function': {
      const [path, prefix] = condition.operands;
      if (condition.name !== 'begins_with' || !path || !prefix) throw unsupported(condition.name);
      return [{ attribute: attributeOf(path), operator: 'begins_with', values: [operandValue(prefix)] }];
    }
    case 'or':
    case 'not':
    case 'in':
      throw unsupported(condition.kind.toUpperCase());
  }
}

function unsupported(operator: string): Error {
  return invalid(`Invalid operator used in KeyConditionExpression: ${operator}`);
}

function attributeOf(operand: Operand): string {
  if (operand.kind !== 'path') throw invalid('Invalid condition in KeyConditionExpression: No key attribute specified');
  const [name, ...rest] = operand.path;
  if (typeof name !== 'string' || rest.length > 0) {
    throw invalid('KeyConditionExpressions cannot have conditions on nested attributes');
  }
  return name;
}

function operandValue(operand: Operand): Value {
  if (operand.kind === 'value') return operand.value;
  throw invalid(
    operand.kind === 'size'
      ? 'KeyConditionExpressions cannot contain nested operations'
      : 'Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition',
  );
}

function checkTypes({ operator, values }: KeyTest, type: 'S' | 'N' | 'B'): void {
  if (values.some((value) => value[type] === undefined) || (operator === 'begins_with' && type === 'N')) {
    throw validationError(
      'One or more parameter values were invalid: Condition parameter type does not match schema type',
    );
  }
}

function meets({ attribute, operator, values: [first, second] }: KeyTest, item: Item): boolean {
  const value = item[attribute];
  if (operator === 'begins_with') return beginsWith(value, first);
  const order = value && first && compareValues(value, first);
  if (order === undefined) return false;
  switch (operator) {
    case '=':
      return order === 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case 'BETWEEN':
      return order >= 0 && value !== undefined && second !== undefined && (compareValues(value, second) ?? 1) <= 0;
    case '<>':
      return false;
  }
}
