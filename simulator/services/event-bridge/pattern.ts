import { entryOf } from '../../kernel/entry-of.ts';
import { AwsError } from '../../wire/aws-error.ts';
import { isObject } from '../template-properties.ts';
import { compileCidr } from './cidr.ts';

/**
 * Event patterns, with the semantics of "Comparison operators for use in event patterns" (EventBridge User Guide) and,
 * where the guide is silent, of AWS's open source Event Ruler: arrays of objects match element by element, and
 * `exists` looks at leaves only.
 */
export type EventPredicate = (event: unknown) => boolean;

/** Tests one leaf (string, number, boolean or null) of an event. */
type LeafTest = (leaf: unknown) => boolean;
/** Tests all leaves that a field of the pattern points at. */
type LeavesTest = (leaves: readonly unknown[]) => boolean;
type ObjectTest = (object: Readonly<Record<string, unknown>>) => boolean;

const OPERATORS = [
  'prefix',
  'suffix',
  'equals-ignore-case',
  'anything-but',
  'numeric',
  'exists',
  'cidr',
  'wildcard',
  'exactly',
];
/** "Amazon EventBridge quotas": the numbers that `numeric` can compare. */
const NUMERIC_LIMIT = 5e9;

/** Compiles a pattern (an object, or its JSON text). Throws `InvalidEventPatternException` as PutRule does. */
export function compilePattern(source: unknown): EventPredicate {
  const pattern = typeof source === 'string' ? parsePattern(source) : source;
  if (!isObject(pattern)) throw invalid('Filter is not an object');
  const test = compileObject(pattern);
  return (event) => isObject(event) && test(event);
}

function parsePattern(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : 'not JSON');
  }
}

function invalid(reason: string): AwsError {
  return new AwsError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`);
}

function compileObject(pattern: Readonly<Record<string, unknown>>): ObjectTest {
  const entries = Object.entries(pattern);
  if (entries.length === 0) throw invalid('Empty objects are not allowed');
  const tests = entries.map(([name, value]) => {
    if (name === '$or' && isAlternatives(value)) {
      const branches = value.map(compileObject);
      return (object: Readonly<Record<string, unknown>>) => branches.some((branch) => branch(object));
    }
    return compileField(name, value);
  });
  return (object) => tests.every((test) => test(object));
}

/** `$or` is an operator only before two or more objects without operators' names; otherwise it is a field's name. */
function isAlternatives(value: unknown): value is readonly Readonly<Record<string, unknown>>[] {
  return (
    Array.isArray(value) &&
    value.length >= 2 &&
    value.every((item) => isObject(item) && !Object.keys(item).some((key) => OPERATORS.includes(key)))
  );
}

function compileField(name: string, value: unknown): ObjectTest {
  if (Array.isArray(value)) {
    if (value.length === 0) throw invalid('Empty arrays are not allowed');
    const tests = value.map(compileValue);
    return (object) => {
      const leaves = leavesOf(entryOf(object, name));
      return tests.some((test) => test(leaves));
    };
  }
  if (!isObject(value)) throw invalid(`"${name}" must be an object or an array`);
  const test = compileObject(value);
  return (object) => objectsOf(entryOf(object, name)).some(test);
}

/** The leaves at a place: nested arrays are flattened, and an object is no leaf. */
function leavesOf(value: unknown): readonly unknown[] {
  if (value === undefined || isObject(value)) return [];
  return Array.isArray(value) ? value.flatMap(leavesOf) : [value];
}

/** The objects at a place; where there are none, an empty one, so that `exists: false` below it can match. */
function objectsOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  const all = Array.isArray(value) ? value.flat(Number.POSITIVE_INFINITY) : [value];
  const objects = all.filter(isObject);
  return objects.length > 0 ? objects : [{}];
}

function compileValue(value: unknown): LeavesTest {
  if (Array.isArray(value)) throw invalid('Match value must be String, number, true, false, or null');
  if (!isObject(value)) return (leaves) => leaves.includes(value);
  const [operator, operand] = onlyEntry(value);
  if (operator === 'exists') {
    if (typeof operand !== 'boolean') throw invalid('exists match pattern must be either true or false.');
    return (leaves) => leaves.length > 0 === operand;
  }
  const test = operator === 'anything-but' ? compileAnythingBut(operand) : compileOperator(operator, operand);
  return (leaves) => leaves.some(test);
}

function onlyEntry(expression: Readonly<Record<string, unknown>>): readonly [string, unknown] {
  const entries = Object.entries(expression);
  const [entry] = entries;
  if (entry === undefined) throw invalid('Match expression name not found');
  if (entries.length > 1) throw invalid('Only one key allowed in match expression');
  return entry;
}

function compileOperator(operator: string, operand: unknown): LeafTest {
  switch (operator) {
    case 'prefix':
    case 'suffix':
      return compileAffix(operator, operand);
    case 'equals-ignore-case':
      return onStrings(ignoreCase(textOperand(operator, operand)));
    case 'wildcard':
      return onStrings(compileWildcard(textOperand(operator, operand)));
    case 'numeric':
      return compileNumeric(operand);
    case 'cidr': {
      const inRange = compileCidr(textOperand(operator, operand));
      if (inRange === undefined) throw invalid("Malformed CIDR, one '/' required");
      return onStrings(inRange);
    }
    default:
      throw invalid(`Unrecognized match type ${operator}`);
  }
}

function textOperand(operator: string, operand: unknown): string {
  if (typeof operand !== 'string') throw invalid(`${operator} match pattern must be a string`);
  return operand;
}

function onStrings(test: (text: string) => boolean): LeafTest {
  return (leaf) => typeof leaf === 'string' && test(leaf);
}

function ignoreCase(expected: string): (text: string) => boolean {
  const lower = expected.toLowerCase();
  return (text) => text.toLowerCase() === lower;
}

function compileAffix(operator: 'prefix' | 'suffix', operand: unknown): LeafTest {
  const test = (text: string, affix: string) => (operator === 'prefix' ? text.startsWith(affix) : text.endsWith(affix));
  if (!isObject(operand)) {
    const affix = textOperand(operator, operand);
    return onStrings((text) => test(text, affix));
  }
  const [inner, value] = onlyEntry(operand);
  if (inner !== 'equals-ignore-case') throw invalid(`Unsupported ${operator} pattern: ${inner}`);
  const affix = textOperand(inner, value).toLowerCase();
  return onStrings((text) => test(text.toLowerCase(), affix));
}

function compileAnythingBut(operand: unknown): LeafTest {
  if (isObject(operand)) {
    const [operator, value] = onlyEntry(operand);
    if (!['prefix', 'suffix', 'equals-ignore-case', 'wildcard'].includes(operator)) {
      throw invalid(`Unsupported anything-but pattern: ${operator}`);
    }
    const values = Array.isArray(value) ? value : [value];
    if (values.length === 0) throw invalid('Empty arrays are not allowed');
    if (values.includes('') && operator.endsWith('fix')) throw invalid('Null prefix/suffix not allowed');
    const tests = values.map((each) => compileOperator(operator, textOperand(operator, each)));
    return (leaf) => !tests.some((test) => test(leaf));
  }
  const values: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  const allOf = (type: string) => values.every((value) => typeof value === type);
  if (values.length === 0 || (!allOf('string') && !allOf('number'))) {
    throw invalid('Inside anything-but list, either all values are number or string, mixed type is not supported');
  }
  return (leaf) => !values.includes(leaf);
}

const BOUNDS: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

function compileNumeric(operand: unknown): LeafTest {
  if (!Array.isArray(operand)) throw invalid('Value of numeric must be an array.');
  const shape = operand.filter((_, index) => index % 2 === 0).join(' ');
  if (!/^(=|<|<=|>|>=|>=? <=?)$/.test(shape) || operand.length % 2 !== 0) {
    throw invalid(`Unrecognized numeric range operator: ${shape}`);
  }
  const [first, lower, second, upper] = operand;
  const inLimits = (value: unknown): value is number => typeof value === 'number' && Math.abs(value) <= NUMERIC_LIMIT;
  if (!inLimits(lower) || (second !== undefined && !inLimits(upper))) {
    throw invalid(`Value must be between -${NUMERIC_LIMIT} and ${NUMERIC_LIMIT}, inclusive`);
  }
  if (second !== undefined && upper <= lower) throw invalid('Bottom must be less than top');
  return (leaf) =>
    inLimits(leaf) &&
    BOUNDS[first]?.(leaf, lower) === true &&
    (second === undefined || BOUNDS[second]?.(leaf, upper) === true);
}

function compileWildcard(pattern: string): (text: string) => boolean {
  let source = '';
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern.charAt(index);
    if (character === '*') {
      if (pattern.charAt(index + 1) === '*') throw invalid(`Consecutive wildcard characters at pos ${index}`);
      source += '[^]*';
      continue;
    }
    const escaped = character === '\\' ? pattern.charAt(++index) : character;
    if (character === '\\' && escaped !== '*' && escaped !== '\\') {
      throw invalid(`Invalid escape character at pos ${index - 1}`);
    }
    source += escaped.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  }
  const expression = new RegExp(`^${source}$`);
  return (text) => expression.test(text);
}
