import type { Constraint, ConstraintTable } from '../constraints/constraint.ts';

/** A constraint, compiled: what a value itself must satisfy, and the checks of what it is made of. */
export interface Check {
  readonly rules: readonly Rule[];
  readonly members: readonly (readonly [name: string, check: Check])[];
  readonly item: Check | undefined;
  readonly key: Check | undefined;
  readonly value: Check | undefined;
}

export interface Rule {
  readonly kind: 'size' | 'pattern' | 'set';
  isBroken(value: unknown): boolean;
  /** In the words of AWS's service framework, such as `Member must have length less than or equal to 255`. */
  words(value: unknown): string;
}

/** Compiles one constraint of a table with all that it refers to. `known` keeps what was compiled already. */
export function compileCheck(table: ConstraintTable, name: string, known: Map<string, Check>): Check {
  const compiled = known.get(name);
  if (compiled !== undefined) return compiled;
  const constraint = table.shapes[name] ?? {};
  const members: [string, Check][] = [];
  const check: { -readonly [Part in keyof Check]: Check[Part] } = {
    rules: rulesOf(constraint),
    members,
    item: undefined,
    key: undefined,
    value: undefined,
  };
  // Before its parts are compiled: shapes are recursive.
  known.set(name, check);
  const part = (of: string | undefined) => (of === undefined ? undefined : compileCheck(table, of, known));
  for (const [member, of] of Object.entries(constraint.members ?? {})) {
    members.push([member, compileCheck(table, of, known)]);
  }
  check.item = part(constraint.item);
  check.key = part(constraint.key);
  check.value = part(constraint.value);
  return check;
}

/** In the order of AWS's own messages: the largest size first. */
function rulesOf({ min, max, pattern, enum: values }: Constraint): Rule[] {
  const rules: Rule[] = [];
  if (max !== undefined) rules.push(sizeRule('less than or equal to', max, (size) => size > max));
  if (min !== undefined) rules.push(sizeRule('greater than or equal to', min, (size) => size < min));
  if (pattern !== undefined) {
    const expression = toRegExp(pattern);
    rules.push({
      kind: 'pattern',
      isBroken: (value) => typeof value === 'string' && !expression.test(value),
      words: () => `Member must satisfy regular expression pattern: ${pattern}`,
    });
  }
  if (values !== undefined) {
    const known = new Set<unknown>(values);
    rules.push({
      kind: 'set',
      isBroken: (value) => !known.has(value),
      words: () => `Member must satisfy enum value set: [${values.join(', ')}]`,
    });
  }
  return rules;
}

function sizeRule(words: string, limit: number, isBeyond: (size: number) => boolean): Rule {
  return {
    kind: 'size',
    isBroken: (value) => isBeyond(sizeOf(value)),
    words: (value) => `Member must have ${typeof value === 'number' ? 'value' : 'length'} ${words} ${limit}`,
  };
}

/** A number itself; the length of text, bytes, a list or a map. */
function sizeOf(value: unknown): number {
  if (typeof value === 'number') return value;
  // Characters, not the halves of them that JavaScript counts (Smithy specification, "length trait").
  if (typeof value === 'string') return /[\ud800-\udfff]/.test(value) ? [...value].length : value.length;
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length;
  return Object.keys(value as object).length;
}

/**
 * A pattern of a service model as JavaScript has it. Models are written for Java, which matches the whole text, knows
 * POSIX classes and reads a pair of surrogates as one character.
 */
export function toRegExp(pattern: string): RegExp {
  const isCaseless = pattern.startsWith('(?i)');
  const source = (isCaseless ? pattern.slice(4) : pattern).replaceAll('\\p{Print}', '[\\x20-\\x7e]');
  const isUnicode = /\\p\{|\\u[dD][89abAB]/.test(source);
  return new RegExp(`^(?:${source})$`, `${isCaseless ? 'i' : ''}${isUnicode ? 'u' : ''}`);
}
