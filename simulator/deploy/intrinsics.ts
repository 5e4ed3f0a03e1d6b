import { entryOf } from '../kernel/entry-of.ts';
import { quote } from '../kernel/quote.ts';

/** What intrinsic functions refer to. Each lookup throws for a name that does not exist. */
export interface Scope {
  /** `Ref`: a parameter, a pseudo parameter or a resource. */
  ref(name: string): unknown;
  /** `Fn::GetAtt` */
  attribute(logicalId: string, name: string): string;
  condition(name: string): boolean;
  mapping(map: string, topLevelKey: string, secondLevelKey: string): unknown;
}

/** `Ref: AWS::NoValue`: the property that has it is left out. */
export const NO_VALUE = Symbol('AWS::NoValue');

type Intrinsic = (argument: unknown, scope: Scope) => unknown;

/**
 * Resolves all intrinsic functions in `value` (CloudFormation Template Reference, "Intrinsic function reference").
 *
 * @throws Error for an intrinsic function that the simulator does not know
 */
export function resolve(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((item) => resolve(item, scope)).filter((item) => item !== NO_VALUE);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (first !== undefined && entries.length === 1 && isIntrinsic(first)) {
    const [name, argument] = first;
    const intrinsic = entryOf(INTRINSICS, name);
    if (intrinsic === undefined) throw new Error(`The intrinsic function ${name} is not supported`);
    return intrinsic(argument, scope);
  }
  const resolved = entries.map(([key, item]) => [key, resolve(item, scope)] as const);
  return Object.fromEntries(resolved.filter(([, item]) => item !== NO_VALUE));
}

/** Resolves a condition: a condition function, or `{ Condition: name }`. */
export function resolveCondition(value: unknown, scope: Scope): boolean {
  const result = resolve(value, scope);
  if (typeof result !== 'boolean') throw new Error(`A condition must be true or false: ${quote(value)}`);
  return result;
}

/**
 * The logical ids and parameters that `value` refers to, in order of appearance; both branches of conditions count. What is
 * wrong with a function's arguments is told where it is resolved.
 */
export function referencesOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    if (key === 'Ref') return typeof item === 'string' ? [item] : [];
    if (key === 'Fn::GetAtt') return attributeName(item)?.slice(0, 1) ?? [];
    const sub = key === 'Fn::Sub' ? subArguments(item) : undefined;
    if (sub === undefined) return referencesOf(item);
    const [template, variables] = sub;
    const names = [...template.matchAll(PLACEHOLDER)].map(([, name = '']) => name.split('.')[0] ?? '');
    return [
      ...names.filter((name) => !name.startsWith('!') && !Object.hasOwn(variables, name)),
      ...referencesOf(variables),
    ];
  });
}

const PLACEHOLDER = /\$\{([^}]+)\}/g;

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (name, scope) => scope.ref(textOf(name, 'Ref')),
  Condition: (name, scope) => scope.condition(textOf(name, 'Condition')),
  'Fn::GetAtt': (argument, scope) => {
    const attribute = attributeName(argument);
    if (attribute === undefined)
      throw new Error(`Fn::GetAtt names a resource and an attribute, not ${quote(argument)}`);
    return scope.attribute(...attribute);
  },
  'Fn::Sub': substitute,
  'Fn::Join': (argument, scope) => {
    const [separator, parts] = listOf(argument, 'Fn::Join', 2, scope);
    return itemsOf(parts, 'Fn::Join')
      .map((part) => textOf(part, 'Fn::Join'))
      .join(textOf(separator, 'Fn::Join'));
  },
  'Fn::Select': (argument, scope) => {
    const [index, items] = listOf(argument, 'Fn::Select', 2, scope);
    const item = itemsOf(items, 'Fn::Select')[Number(textOf(index, 'Fn::Select'))];
    if (item === undefined) throw new Error(`Fn::Select: there is no item ${quote(index)}`);
    return item;
  },
  'Fn::Split': (argument, scope) => {
    const [separator, text] = listOf(argument, 'Fn::Split', 2, scope);
    return textOf(text, 'Fn::Split').split(textOf(separator, 'Fn::Split'));
  },
  'Fn::FindInMap': (argument, scope) => {
    const names = listOf(argument, 'Fn::FindInMap', 3, scope).map((name) => textOf(name, 'Fn::FindInMap'));
    const [map, top, second] = names;
    return scope.mapping(map ?? '', top ?? '', second ?? '');
  },
  'Fn::Base64': (argument, scope) => Buffer.from(textOf(resolve(argument, scope), 'Fn::Base64')).toString('base64'),
  // Only the branch that is taken is resolved: the other may refer to a resource that its condition leaves out.
  'Fn::If': (argument, scope) => {
    const [name, then, otherwise] = itemsOf(argument, 'Fn::If');
    return resolve(scope.condition(textOf(name, 'Fn::If')) ? then : otherwise, scope);
  },
  'Fn::Equals': (argument, scope) => {
    const [left, right] = listOf(argument, 'Fn::Equals', 2, scope);
    return textOf(left, 'Fn::Equals') === textOf(right, 'Fn::Equals');
  },
  'Fn::Not': (argument, scope) => !resolveCondition(itemsOf(argument, 'Fn::Not')[0], scope),
  'Fn::And': (argument, scope) => itemsOf(argument, 'Fn::And').every((item) => resolveCondition(item, scope)),
  'Fn::Or': (argument, scope) => itemsOf(argument, 'Fn::Or').some((item) => resolveCondition(item, scope)),
};

/** `Condition` is an intrinsic function only where it stands alone with text: a policy statement has one with an object. */
function isIntrinsic([key, argument]: readonly [string, unknown]): boolean {
  return key === 'Ref' || key.startsWith('Fn::') || (key === 'Condition' && typeof argument === 'string');
}

function substitute(argument: unknown, scope: Scope): string {
  const sub = subArguments(argument);
  if (sub === undefined) throw new Error(`Fn::Sub takes text, and values for what it names, not ${quote(argument)}`);
  const [template, variables] = sub;
  return template.replace(PLACEHOLDER, (_match, name: string) => {
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    if (Object.hasOwn(variables, name)) return textOf(resolve(variables[name], scope), 'Fn::Sub');
    const [logicalId = '', ...attribute] = name.split('.');
    const value = attribute.length === 0 ? scope.ref(name) : scope.attribute(logicalId, attribute.join('.'));
    return textOf(value, `Fn::Sub \${${name}}`);
  });
}

/** Undefined where they are none that `Fn::Sub` takes. */
function subArguments(argument: unknown): [string, Readonly<Record<string, unknown>>] | undefined {
  const [template, variables = {}] = Array.isArray(argument) ? argument : [argument];
  if (typeof template !== 'string' || typeof variables !== 'object' || variables === null) return undefined;
  return [template, variables as Readonly<Record<string, unknown>>];
}

/** `[logicalId, attribute]` or `logicalId.attribute`; undefined for anything else. */
function attributeName(argument: unknown): [string, string] | undefined {
  const parts: unknown = typeof argument === 'string' ? argument.split('.') : argument;
  if (!Array.isArray(parts) || !parts.every((part) => typeof part === 'string')) return undefined;
  const [logicalId = '', ...attribute] = parts;
  return [logicalId, attribute.join('.')];
}

function itemsOf(list: unknown, name: string): unknown[] {
  if (!Array.isArray(list)) throw new Error(`${name} takes a list, not ${quote(list)}`);
  return list;
}

function listOf(argument: unknown, name: string, length: number, scope: Scope): unknown[] {
  const resolved = resolve(argument, scope);
  if (!Array.isArray(resolved) || resolved.length !== length) throw new Error(`${name} takes ${length} arguments`);
  return resolved;
}

function textOf(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error(`${where} needs text, not ${quote(value)}`);
}
