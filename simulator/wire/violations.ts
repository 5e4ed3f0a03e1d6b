import { constraintTable } from '../constraints/constraint.ts';
import { type Check, compileCheck, type Rule } from './checks.ts';

/** A member of an input that breaks a rule of the service's model. */
export interface Violation {
  /** Member names, with `1.member` for an item of a list and `name.member` for a value of a map. */
  readonly path: readonly string[];
  readonly value: unknown;
  /** In the words of AWS's service framework. */
  readonly rule: string;
  readonly kind: Rule['kind'] | 'missing';
  /** What breaks the rule: the value, or the first wrong item of it. */
  readonly culprit: unknown;
}

const checksByService = new Map<string, Map<string, Check>>();

/** The rules of the service's model that an input breaks, in the order of the model. */
export function violationsOf(service: string, operation: string, input: unknown): readonly Violation[] {
  const table = constraintTable(service);
  const name = table?.operations[operation];
  if (table === undefined || name === undefined || name === null) return [];
  let known = checksByService.get(service);
  if (known === undefined) {
    known = new Map();
    checksByService.set(service, known);
  }
  const found: Violation[] = [];
  collect(compileCheck(table, name, known), input, [], found);
  return found;
}

function collect(check: Check, value: unknown, path: readonly string[], found: Violation[]): void {
  for (const rule of check.rules) {
    if (rule.isBroken(value)) found.push({ path, value, rule: rule.words(value), kind: rule.kind, culprit: value });
  }
  collectWithin(check, value, path, found);
}

function collectWithin(check: Check, value: unknown, path: readonly string[], found: Violation[]): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of check.members) {
    const member = (value as Record<string, unknown>)[name];
    if (member !== undefined) collect(inner, member, [...path, name], found);
  }
  if (check.key !== undefined) collectParts('Map keys', check.key, Object.keys(value), { path, value }, found);
  const inner = check.item ?? check.value;
  if (inner === undefined) return;
  collectParts(check.item === undefined ? 'Map value' : 'Member', inner, Object.values(value), { path, value }, found);
  for (const [key, part] of Object.entries(value)) {
    const label = check.item === undefined ? key : String(Number(key) + 1);
    collectWithin(inner, part, [...path, label, 'member'], found);
  }
}

/** Keys, items and values are not named one by one: the whole list or map is said to hold a wrong one. */
function collectParts(
  what: 'Member' | 'Map keys' | 'Map value',
  { rules }: Check,
  parts: readonly unknown[],
  whole: { readonly path: readonly string[]; readonly value: unknown },
  found: Violation[],
): void {
  for (const culprit of parts) {
    const broken = rules.find((rule) => rule.isBroken(culprit));
    if (broken === undefined) continue;
    const words = rules.map((rule) => rule.words(culprit)).join(', ');
    found.push({ ...whole, rule: `${what} must satisfy constraint: [${words}]`, kind: broken.kind, culprit });
    return;
  }
}
