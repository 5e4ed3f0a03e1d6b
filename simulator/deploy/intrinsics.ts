import { entryOf } from '../kernel/entry-of.ts';
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
  if (typeof result !== 'boolean') throw new Error(`A condition must be true or false: ${JSON.stringify(value)}`);
  return result;
}

/** The logical ids and parameters that `value` refers to, in order of appearance; both branches of conditions count. */
export function referencesOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    if (key === 'Ref') return [String(item)];
    if (key === 'Fn::GetAtt') return [attributeName(item)[0]];
    if (key !== 'Fn::Sub') return referencesOf(item);
    const [template, variables] = subArguments(item);
    const names = [...template.matchAll(PLACEHOLDER)].map(([, name = '']) => name.split('.')[0] ?? '');
    return [...names.filter((name) => !name.startsWith('!') && !(name in variables)), ...referencesOf(variables)];
  });
}

const PLACEHOLDER = /\$\{([^}]+)\}/g;

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (name, scope) => scope.ref(String(name)),
  Condition: (name, scope) => scope.condition(String(name)),
  'Fn::GetAtt': (argument, scope) => scope.attribute(...attributeName(argument)),
  'Fn::Sub': substitute,
  'Fn::Join': (argument, scope) => {
    const [separator, parts] = listOf(argument, 'Fn::Join', 2, scope);
    return (parts as unknown[]).map((part) => textOf(part, 'Fn::Join')).join(String(separator));
  },
  'Fn::Select': (argument, scope) => {
    const [index, items] = listOf(argument, 'Fn::Select', 2, scope);
    const item = (items as unknown[])[Number(index)];
    if (item === undefined) throw new Error(`Fn::Select: there is no item ${String(index)}`);
    return item;
  },
  'Fn::Split': (argument, scope) => {
    const [separator, text] = listOf(argument, 'Fn::Split', 2, scope);
    return textOf(text, 'Fn::Split').split(String(separator));
  },
  'Fn::FindInMap': (argument, scope) => {
    const [map, top, second] = listOf(argument, 'Fn::FindInMap', 3, scope).map(String);
    return scope.mapping(map ?? '', top ?? '', second ?? '');
  },
  'Fn::Base64': (argument, scope) => Buffer.from(textOf(resolve(argument, scope), 'Fn::Base64')).toString('base64'),
  // Only the branch that is taken is resolved: the other may refer to a resource that its condition leaves out.
  'Fn::If': (argument, scope) => {
    const [name, then, otherwise] = argument as [string, unknown, unknown];
    return resolve(scope.condition(name) ? then : otherwise, scope);
  },
  'Fn::Equals': (argument, scope) => {
    const [left, right] = listOf(argument, 'Fn::Equals', 2, scope);
    return textOf(left, 'Fn::Equals') === textOf(right, 'Fn::Equals');
  },
  'Fn::Not': (argument, scope) => !resolveCondition((argument as unknown[])[0], scope),
  'Fn::And': (argument, scope) => (argument as unknown[]).every((item) => resolveCondition(item, scope)),
  'Fn::Or': (argument, scope) => (argument as unknown[]).some((item) => resolveCondition(item, scope)),
};

/** `Condition` is an intrinsic function only where it stands alone with text: a policy statement has one with an object. */
function isIntrinsic([key, argument]: readonly [string, unknown]): boolean {
  return key === 'Ref' || key.startsWith('Fn::') || (key === 'Condition' && typeof argument === 'string');
}

function substitute(argument: unknown, scope: Scope): string {
  const [template, variables] = subArguments(argument);
  return template.replace(PLACEHOLDER, (_match, name: string) => {
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    if (name in variables) return textOf(resolve(variables[name], scope), 'Fn::Sub');
    const [logicalId = '', ...attribute] = name.split('.');
    const value = attribute.length === 0 ? scope.ref(name) : scope.attribute(logicalId, attribute.join('.'));
    return textOf(value, `Fn::Sub \${${name}}`);
  });
}

function subArguments(argument: unknown): [string, Readonly<Record<string, unknown>>] {
  return Array.isArray(argument) ? [String(argument[0]), argument[1] ?? {}] : [String(argument), {}];
}

/** `[logicalId, attribute]` or `logicalId.attribute` */
function attributeName(argument: unknown): [string, string] {
  const [logicalId = '', ...attribute] = Array.isArray(argument) ? argument.map(String) : String(argument).split('.');
  return [logicalId, attribute.join('.')];
}

function listOf(argument: unknown, name: string, length: number, scope: Scope): unknown[] {
  const resolved = resolve(argument, scope);
  if (!Array.isArray(resolved) || resolved.length !== length) throw new Error(`${name} takes ${length} arguments`);
  return resolved;
}

function textOf(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error(`${where} needs text, not ${JSON.stringify(value)}`);
}
