import { entryOf } from '../kernel/entry-of.ts';
import { matchesArn, matchesPattern } from './patterns.ts';

/** The condition keys of one request, with their values. Key names are compared without regard to case. */
export type RequestContext = Readonly<Record<string, string | readonly string[]>>;

/** One condition of a statement, ready to be tested. All conditions of a statement must hold. */
export type Condition = (context: ReadonlyMap<string, readonly string[]>) => boolean;

type Comparison = (pattern: string, value: string) => boolean;
type Quantifier = 'ForAnyValue' | 'ForAllValues' | undefined;

const COMPARISONS: Readonly<Record<string, { readonly compare: Comparison; readonly isNegated: boolean }>> = {
  StringEquals: { compare: (pattern, value) => pattern === value, isNegated: false },
  StringNotEquals: { compare: (pattern, value) => pattern === value, isNegated: true },
  StringLike: { compare: matchesPattern, isNegated: false },
  ArnEquals: { compare: matchesArn, isNegated: false },
  ArnLike: { compare: matchesArn, isNegated: false },
  Bool: { compare: (pattern, value) => pattern.toLowerCase() === value.toLowerCase(), isNegated: false },
};

/**
 * Compiles a policy's `Condition` block (IAM User Guide, "IAM JSON policy elements: Condition operators" and
 * "Condition with multiple context keys or values").
 *
 * @throws Error for an operator or a policy variable that the simulator does not know: a condition that is not
 *   understood must fail at deployment, never silently allow or deny
 */
export function compileConditions(block: unknown): Condition[] {
  if (block === undefined) return [];
  if (typeof block !== 'object' || block === null) throw new Error('Condition must be an object');
  return Object.entries(block).flatMap(([operator, keys]) =>
    Object.entries(keys as object).map(([key, expected]) =>
      compileCondition(operator, key.toLowerCase(), textsOf(expected)),
    ),
  );
}

/** Prepares the condition keys of a request for `Condition`s. */
export function contextOf(keys: RequestContext): ReadonlyMap<string, readonly string[]> {
  return new Map(
    Object.entries(keys).map(([key, value]) => [key.toLowerCase(), typeof value === 'string' ? [value] : value]),
  );
}

function compileCondition(operator: string, key: string, expected: readonly string[]): Condition {
  const { quantifier, name, isIfExists } = parseOperator(operator);
  const comparison = entryOf(COMPARISONS, name);
  if (comparison === undefined) throw new Error(`Condition operator ${operator} is not supported`);
  const holds = (value: string) =>
    expected.some((pattern) => comparison.compare(pattern, value)) !== comparison.isNegated;
  return (context) => {
    const values = context.get(key);
    // A missing key satisfies ForAllValues, negated operators and ...IfExists, and fails everything else.
    if (values === undefined || values.length === 0) {
      return isIfExists || quantifier === 'ForAllValues' || (comparison.isNegated && quantifier === undefined);
    }
    return quantifier === 'ForAnyValue' || (quantifier === undefined && !comparison.isNegated)
      ? values.some(holds)
      : values.every(holds);
  };
}

function parseOperator(operator: string): { quantifier: Quantifier; name: string; isIfExists: boolean } {
  const [, quantifier, name = '', ifExists] =
    /^(?:(ForAnyValue|ForAllValues):)?(\w+?)(IfExists)?$/.exec(operator) ?? [];
  return { quantifier: quantifier as Quantifier, name, isIfExists: ifExists !== undefined };
}

function textsOf(expected: unknown): string[] {
  const texts = (Array.isArray(expected) ? expected : [expected]).map(String);
  const variable = texts.find((text) => text.includes('${'));
  if (variable !== undefined) throw new Error(`Policy variables are not supported: ${variable}`);
  return texts;
}
