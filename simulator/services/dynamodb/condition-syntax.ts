import { describePath, type ExpressionTerms, type Path } from './expression-terms.ts';
import type { TokenReader } from './tokens.ts';
import { compareValues, typeOf, VALUE_TYPES, type Value, type ValueType } from './value.ts';

export type Operand =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'size'; readonly of: Operand };

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';
export type FunctionName = 'attribute_exists' | 'attribute_not_exists' | 'attribute_type' | 'begins_with' | 'contains';

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'not'; readonly condition: Condition }
  | { readonly kind: 'compare'; readonly comparator: Comparator; readonly left: Operand; readonly right: Operand }
  | { readonly kind: 'between'; readonly operand: Operand; readonly low: Operand; readonly high: Operand }
  | { readonly kind: 'in'; readonly operand: Operand; readonly list: readonly Operand[] }
  | { readonly kind: 'function'; readonly name: FunctionName; readonly operands: readonly Operand[] };

const COMPARATORS: readonly string[] = ['=', '<>', '<', '<=', '>', '>='];
const IN_OPERANDS_MAX = 100;
const OPERAND_COUNTS: Readonly<Record<FunctionName, number>> = {
  attribute_exists: 1,
  attribute_not_exists: 1,
  attribute_type: 2,
  begins_with: 2,
  contains: 2,
};

/**
 * Parses a condition, filter or key condition ("Comparison operator and function reference"), by recursive descent in
 * the documented order of precedence: comparators, IN and BETWEEN, functions, parentheses, NOT, AND, OR.
 */
export function parseCondition(reader: TokenReader, terms: ExpressionTerms): Condition {
  const parser = new ConditionParser(reader, terms);
  const condition = parser.parseOr();
  reader.expectEnd();
  return condition;
}

class ConditionParser {
  readonly #reader: TokenReader;
  readonly #terms: ExpressionTerms;
  /** Between which tokens the group that was closed last stood. */
  #lastGroup: { readonly from: number; readonly to: number } | undefined;

  constructor(reader: TokenReader, terms: ExpressionTerms) {
    this.#reader = reader;
    this.#terms = terms;
  }

  parseOr(): Condition {
    let left = this.#parseAnd();
    while (this.#reader.takes('OR')) left = { kind: 'or', left, right: this.#parseAnd() };
    return left;
  }

  #parseAnd(): Condition {
    let left = this.#parseNot();
    while (this.#reader.takes('AND')) left = { kind: 'and', left, right: this.#parseNot() };
    return left;
  }

  #parseNot(): Condition {
    return this.#reader.takes('NOT') ? { kind: 'not', condition: this.#parseNot() } : this.#parsePrimary();
  }

  #parsePrimary(): Condition {
    if (this.#reader.takes('(')) return this.#parseGroup();
    const isCall = this.#reader.peek().kind === 'name' && this.#reader.peek(1).text === '(';
    if (isCall && this.#reader.peek().text !== 'size') return this.#parseFunction();
    return this.#parseComparison(this.#parseOperand());
  }

  #parseGroup(): Condition {
    const from = this.#reader.position;
    const condition = this.parseOr();
    // `((a = :b))`, but not `((a = :b) AND c = :d)`: the inner group is all there is.
    if (this.#lastGroup?.from === from + 1 && this.#lastGroup.to === this.#reader.position) {
      throw this.#reader.invalid('The expression has redundant parentheses;');
    }
    this.#reader.expect(')');
    this.#lastGroup = { from, to: this.#reader.position };
    return condition;
  }

  #parseComparison(left: Operand): Condition {
    const reader = this.#reader;
    if (COMPARATORS.includes(reader.peek().text)) {
      const comparator = reader.next().text as Comparator;
      const right = this.#parseOperand();
      this.#checkOrdered(comparator, [left, right]);
      this.#checkDistinct(comparator, left, right);
      return { kind: 'compare', comparator, left, right };
    }
    if (reader.takes('BETWEEN')) {
      const low = this.#parseOperand();
      reader.expect('AND');
      const high = this.#parseOperand();
      this.#checkOrdered('BETWEEN', [left, low, high]);
      this.#checkBounds(low, high);
      return { kind: 'between', operand: left, low, high };
    }
    if (reader.takes('IN')) return this.#parseIn(left);
    throw left.kind === 'size' ? this.#misused('size') : reader.syntaxError();
  }

  #parseIn(operand: Operand): Condition {
    const list: Operand[] = [];
    this.#reader.expect('(');
    do list.push(this.#parseOperand());
    while (this.#reader.takes(','));
    this.#reader.expect(')');
    if (list.length > IN_OPERANDS_MAX) throw this.#wrongCount('IN', list.length + 1);
    return { kind: 'in', operand, list };
  }

  #parseFunction(): Condition {
    const name = this.#reader.next().text;
    const operands = this.#parseArguments();
    if (!Object.hasOwn(OPERAND_COUNTS, name)) {
      throw this.#reader.invalid(`Invalid function name; function: ${name}`);
    }
    const known = name as FunctionName;
    if (operands.length !== OPERAND_COUNTS[known]) throw this.#wrongCount(name, operands.length);
    if (COMPARATORS.includes(this.#reader.peek().text)) throw this.#misused(name);
    this.#checkArguments(known, operands);
    return { kind: 'function', name: known, operands };
  }

  #parseArguments(): Operand[] {
    const operands: Operand[] = [];
    this.#reader.expect('(');
    do operands.push(this.#parseOperand());
    while (this.#reader.takes(','));
    this.#reader.expect(')');
    return operands;
  }

  #parseOperand(): Operand {
    const reader = this.#reader;
    if (reader.peek().kind === 'value') return { kind: 'value', value: this.#terms.readValue(reader) };
    if (reader.peek().kind === 'name' && reader.peek(1).text === '(') {
      const name = reader.next().text;
      const [of, ...rest] = this.#parseArguments();
      if (Object.hasOwn(OPERAND_COUNTS, name)) throw this.#misused(name);
      if (name !== 'size') throw reader.invalid(`Invalid function name; function: ${name}`);
      if (of === undefined || rest.length > 0) throw this.#wrongCount(name, rest.length + 1);
      this.#checkType(name, of, ['S', 'B', 'SS', 'NS', 'BS', 'L', 'M']);
      return { kind: 'size', of };
    }
    return { kind: 'path', path: this.#terms.readPath(reader) };
  }

  #checkArguments(name: FunctionName, operands: readonly Operand[]): void {
    const [first, second] = operands;
    if (first && second) this.#checkDistinct(name, first, second);
    if ((name === 'attribute_exists' || name === 'attribute_not_exists') && first?.kind !== 'path') {
      throw this.#reader.invalid(`Operator or function requires a document path; operator or function: ${name}`);
    }
    if (name === 'begins_with') for (const operand of operands) this.#checkType(name, operand, ['S', 'B']);
    if (name === 'attribute_type') this.#checkTypeName(second);
  }

  #checkTypeName(operand: Operand | undefined): void {
    const type = operand?.kind === 'value' ? operand.value.S : undefined;
    if (operand?.kind !== 'value' || type === undefined) throw this.#wrongType('attribute_type', operand);
    if (!(VALUE_TYPES as readonly string[]).includes(type)) {
      throw this.#reader.invalid(
        `Invalid attribute type name found; type: ${type}, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}`,
      );
    }
  }

  /** `<`, `<=`, `>`, `>=` and BETWEEN have an order only for strings, numbers and binaries. */
  #checkOrdered(operator: string, operands: readonly Operand[]): void {
    if (operator === '=' || operator === '<>') return;
    for (const operand of operands) this.#checkType(operator, operand, ['S', 'N', 'B']);
  }

  #checkType(operator: string, operand: Operand, allowed: readonly ValueType[]): void {
    if (operand.kind === 'value' && !allowed.includes(typeOf(operand.value))) throw this.#wrongType(operator, operand);
    if (operand.kind === 'size' && !allowed.includes('N')) throw this.#wrongType(operator, operand);
  }

  #checkBounds(low: Operand, high: Operand): void {
    if (low.kind !== 'value' || high.kind !== 'value') return;
    const order = compareValues(low.value, high.value);
    if (order !== undefined && order <= 0) return;
    const rule =
      order === undefined
        ? 'same data type for lower and upper bounds'
        : 'upper bound to be greater than or equal to lower bound';
    throw this.#reader.invalid(
      `The BETWEEN operator requires ${rule}; lower bound operand: AttributeValue: ${JSON.stringify(low.value)}, upper bound operand: AttributeValue: ${JSON.stringify(high.value)}`,
    );
  }

  #checkDistinct(operator: string, left: Operand, right: Operand): void {
    if (left.kind !== 'path' || right.kind !== 'path') return;
    if (describePath(left.path) !== describePath(right.path)) return;
    throw this.#reader.invalid(
      `The first operand must be distinct from the remaining operands for this operator or function; operator: ${operator}, first operand: ${describePath(left.path)}`,
    );
  }

  #wrongType(name: string, operand: Operand | undefined): Error {
    const type =
      operand?.kind === 'value'
        ? typeOf(operand.value)
        : operand?.kind === 'size'
          ? 'N'
          : '{NS,SS,L,BS,N,M,B,BOOL,NULL,S}';
    return this.#reader.invalid(
      `Incorrect operand type for operator or function; operator or function: ${name}, operand type: ${type}`,
    );
  }

  #wrongCount(name: string, count: number): Error {
    return this.#reader.invalid(
      `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${count}`,
    );
  }

  #misused(name: string): Error {
    return this.#reader.invalid(`The function is not allowed to be used this way in an expression; function: ${name}`);
  }
}
