import { checkPathsApart, type ExpressionTerms, type Path } from './expression-terms.ts';
import type { TokenReader } from './tokens.ts';
import { typeOf, type Value } from './value.ts';

export type UpdateValue =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'sum'; readonly sign: '+' | '-'; readonly left: UpdateValue; readonly right: UpdateValue }
  | { readonly kind: 'if_not_exists'; readonly path: Path; readonly otherwise: UpdateValue }
  | { readonly kind: 'list_append'; readonly left: UpdateValue; readonly right: UpdateValue };

export type UpdateAction =
  | { readonly kind: 'SET'; readonly path: Path; readonly value: UpdateValue }
  | { readonly kind: 'REMOVE'; readonly path: Path }
  | { readonly kind: 'ADD' | 'DELETE'; readonly path: Path; readonly value: Value };

type Section = UpdateAction['kind'];
const SECTIONS: readonly string[] = ['SET', 'REMOVE', 'ADD', 'DELETE'];

/** Parses an update expression ("Update expressions"): up to four sections, each at most once, over distinct paths. */
export function parseUpdate(reader: TokenReader, terms: ExpressionTerms): readonly UpdateAction[] {
  const actions: UpdateAction[] = [];
  const seen = new Set<Section>();
  do {
    const section = reader.next().text.toUpperCase() as Section;
    if (!SECTIONS.includes(section)) throw reader.syntaxError();
    if (seen.has(section))
      throw reader.invalid(`The "${section}" section can only be used once in an update expression;`);
    seen.add(section);
    do actions.push(parseAction(section, reader, terms));
    while (reader.takes(','));
  } while (reader.peek().kind !== 'end');
  checkPathsApart(
    actions.map(({ path }) => path),
    reader,
  );
  return actions;
}

function parseAction(section: Section, reader: TokenReader, terms: ExpressionTerms): UpdateAction {
  const path = terms.readPath(reader);
  if (section === 'REMOVE') return { kind: section, path };
  if (section === 'SET') {
    reader.expect('=');
    return { kind: section, path, value: parseSum(reader, terms) };
  }
  const value = terms.readValue(reader);
  const type = typeOf(value);
  if (!['SS', 'NS', 'BS', ...(section === 'ADD' ? ['N'] : [])].includes(type)) {
    throw reader.invalid(
      `Incorrect operand type for operator or function; operator: ${section}, operand type: ${type}`,
    );
  }
  return { kind: section, path, value };
}

function parseSum(reader: TokenReader, terms: ExpressionTerms): UpdateValue {
  const left = parseOperand(reader, terms);
  if (!reader.isNext('+') && !reader.isNext('-')) return left;
  const sign = reader.next().text === '+' ? '+' : '-';
  const right = parseOperand(reader, terms);
  for (const operand of [left, right]) checkImmediateType(reader, sign, operand, 'N');
  return { kind: 'sum', sign, left, right };
}

function parseOperand(reader: TokenReader, terms: ExpressionTerms): UpdateValue {
  if (reader.peek().kind === 'value') return { kind: 'value', value: terms.readValue(reader) };
  const isCall = reader.peek().kind === 'name' && reader.peek(1).text === '(';
  return isCall ? parseFunction(reader, terms) : { kind: 'path', path: terms.readPath(reader) };
}

function parseFunction(reader: TokenReader, terms: ExpressionTerms): UpdateValue {
  const name = reader.next().text;
  const operands: UpdateValue[] = [];
  reader.expect('(');
  do operands.push(parseSum(reader, terms));
  while (reader.takes(','));
  reader.expect(')');
  if (name !== 'if_not_exists' && name !== 'list_append')
    throw reader.invalid(`Invalid function name; function: ${name}`);
  const [left, right] = operands;
  if (left === undefined || right === undefined || operands.length > 2) {
    throw reader.invalid(
      `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`,
    );
  }
  if (name === 'list_append') {
    for (const operand of [left, right]) checkImmediateType(reader, name, operand, 'L');
    return { kind: name, left, right };
  }
  if (left.kind !== 'path') {
    throw reader.invalid(`Operator or function requires a document path; operator or function: ${name}`);
  }
  return { kind: name, path: left.path, otherwise: right };
}

/** Values that stand in the request itself are checked before any item is read. */
function checkImmediateType(reader: TokenReader, name: string, operand: UpdateValue, type: 'N' | 'L'): void {
  if (operand.kind !== 'value' || typeOf(operand.value) === type) return;
  throw reader.invalid(
    `Incorrect operand type for operator or function; operator or function: ${name}, operand type: ${typeOf(operand.value)}`,
  );
}
