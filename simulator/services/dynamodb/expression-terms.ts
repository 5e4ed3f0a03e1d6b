import { validationError } from './errors.ts';
import { isReserved } from './reserved-words.ts';
import type { TokenReader } from './tokens.ts';
import { type Item, parseValue, type Value } from './value.ts';

/** A place in an item: attribute and map keys as text, list positions as numbers. */
export type Path = readonly (string | number)[];

/** The names and values that a request hands to its expressions. All must be used, and all used ones be there. */
export class ExpressionTerms {
  readonly #names: Readonly<Record<string, string>> | undefined;
  readonly #values: Item | undefined;
  readonly #unused: Set<string>;

  /** Throws for names without `#`, values without `:` and invalid values. */
  constructor(names: Readonly<Record<string, string>> | undefined, values: Item | undefined) {
    checkKeys(names, 'ExpressionAttributeNames', /^#[0-9a-zA-Z_]+$/);
    checkKeys(values, 'ExpressionAttributeValues', /^:[0-9a-zA-Z_]+$/);
    this.#names = names;
    this.#values =
      values && Object.fromEntries(Object.entries(values).map(([name, value]) => [name, parseTerm(name, value)]));
    this.#unused = new Set([...Object.keys(names ?? {}), ...Object.keys(values ?? {})]);
  }

  /** Reads a document path such as `a.#b[2].c`. */
  readPath(reader: TokenReader): Path {
    const path: (string | number)[] = [this.#readName(reader)];
    for (;;) {
      if (reader.takes('.')) {
        path.push(this.#readName(reader));
      } else if (reader.takes('[')) {
        const { kind, text } = reader.next();
        if (kind !== 'index') throw reader.syntaxError();
        path.push(Number(text));
        reader.expect(']');
      } else {
        return path;
      }
    }
  }

  readValue(reader: TokenReader): Value {
    const { kind, text } = reader.next();
    const value = this.#values?.[text];
    if (kind !== 'value') throw reader.syntaxError();
    if (value === undefined) {
      throw reader.invalid(`An expression attribute value used in expression is not defined; attribute value: ${text}`);
    }
    this.#unused.delete(text);
    return value;
  }

  /** To be called when all expressions of the request have been parsed. */
  checkAllUsed(): void {
    for (const [sigil, parameter] of [
      ['#', 'Names'],
      [':', 'Values'],
    ] as const) {
      const unused = [...this.#unused].filter((name) => name.startsWith(sigil));
      if (unused.length === 0) continue;
      throw validationError(
        `Value provided in ExpressionAttribute${parameter} unused in expressions: keys: {${unused.join(', ')}}`,
      );
    }
  }

  #readName(reader: TokenReader): string {
    const { kind, text } = reader.next();
    if (kind === 'alias') {
      const name = this.#names?.[text];
      if (name === undefined) {
        throw reader.invalid(
          `An expression attribute name used in the document path is not defined; attribute name: ${text}`,
        );
      }
      this.#unused.delete(text);
      return name;
    }
    if (kind !== 'name' || text.startsWith('_')) throw reader.syntaxError();
    if (isReserved(text)) {
      throw reader.invalid(`Attribute name is a reserved keyword; reserved keyword: ${text}`);
    }
    return text;
  }
}

function checkKeys(map: object | undefined, parameter: string, form: RegExp): void {
  if (map === undefined) return;
  if (Object.keys(map).length === 0) throw validationError(`${parameter} must not be empty`);
  const wrong = Object.keys(map).find((key) => !form.test(key));
  if (wrong !== undefined) throw validationError(`${parameter} contains invalid key: Syntax error; key: "${wrong}"`);
}

function parseTerm(name: string, value: Value): Value {
  try {
    return parseValue(value);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw validationError(`ExpressionAttributeValues contains invalid value: ${error.message} for key ${name}`);
  }
}

/** `[a, [0], b]`, as error messages show a path. */
export function describePath(path: Path): string {
  return `[${path.map((step) => (typeof step === 'number' ? `[${step}]` : step)).join(', ')}]`;
}

/** The value at a path; undefined where there is none. */
export function valueAt(item: Item, path: Path): Value | undefined {
  let value: Value | undefined = { M: item };
  for (const step of path) {
    value = typeof step === 'number' ? value.L?.[step] : memberOf(value.M, step);
    if (value === undefined) return undefined;
  }
  return value;
}

function memberOf(map: Item | undefined, name: string): Value | undefined {
  return map !== undefined && Object.hasOwn(map, name) ? map[name] : undefined;
}

/** Paths of one request may neither contain each other nor take one place for a list and for a map. */
export function checkPathsApart(paths: readonly Path[], reader: TokenReader): void {
  for (const [index, one] of paths.entries()) {
    for (const two of paths.slice(0, index)) {
      const relation = relationOf(two, one);
      if (relation === 'apart') continue;
      throw reader.invalid(
        `Two document paths ${relation} with each other; must remove or rewrite one of these paths; path one: ${describePath(two)}, path two: ${describePath(one)}`,
      );
    }
  }
}

function relationOf(one: Path, two: Path): 'apart' | 'overlap' | 'conflict' {
  for (let index = 0; index < Math.min(one.length, two.length); index++) {
    if (typeof one[index] !== typeof two[index]) return 'conflict';
    if (one[index] !== two[index]) return 'apart';
  }
  return 'overlap';
}
