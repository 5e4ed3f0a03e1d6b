import type { Kernel } from '../kernel/kernel.ts';
import { AwsError } from '../wire/aws-error.ts';

/** A resource's properties, with intrinsic functions resolved. CloudFormation takes `"300"` as readily as `300`. */
export type TemplateProperties = Readonly<Record<string, unknown>>;

/** What CloudFormation answers for properties that the resource's handler refuses. */
export function invalidProperties(message: string): AwsError {
  return new AwsError('InvalidRequest', message);
}

/** Throws for a property the simulator does not model, so that a template is never half understood. */
export function refuseUnknown(where: string, properties: TemplateProperties, known: readonly string[]): void {
  const unknown = Object.keys(properties).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw invalidProperties(`${where}: unsupported properties ${unknown.join(', ')}`);
}

export function textOf(properties: TemplateProperties, name: string): string | undefined {
  const value = properties[name];
  if (value === undefined || typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw invalidProperties(`${name} must be a string`);
}

export function requiredTextOf(properties: TemplateProperties, name: string): string {
  const value = textOf(properties, name);
  if (value === undefined || value === '') throw invalidProperties(`${name} is required`);
  return value;
}

/** A number within AWS's limits for it; `bounds` are inclusive. */
export function numberOf(
  properties: TemplateProperties,
  name: string,
  bounds: { readonly min: number; readonly max: number },
): number | undefined {
  const value = properties[name];
  if (value === undefined) return undefined;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !(number >= bounds.min && number <= bounds.max)) {
    throw invalidProperties(`${name} must be a number from ${bounds.min} to ${bounds.max}`);
  }
  return number;
}

export function flagOf(properties: TemplateProperties, name: string): boolean | undefined {
  const value = properties[name];
  if (value === undefined || typeof value === 'boolean') return value;
  if (value === 'true') return true;
  if (value === 'false') return false;
  throw invalidProperties(`${name} must be true or false`);
}

export function listOf(properties: TemplateProperties, name: string): readonly unknown[] {
  const value = properties[name] ?? [];
  if (!Array.isArray(value)) throw invalidProperties(`${name} must be a list`);
  return value;
}

export function textListOf(properties: TemplateProperties, name: string): readonly string[] {
  return listOf(properties, name).map((value) => {
    if (typeof value !== 'string') throw invalidProperties(`${name} must be a list of strings`);
    return value;
  });
}

/** An object, or a JSON document that holds one: several properties take both. */
export function objectOf(properties: TemplateProperties, name: string): TemplateProperties | undefined {
  const value = properties[name];
  if (value === undefined) return undefined;
  const parsed = typeof value === 'string' ? parseJson(value) : value;
  if (!isObject(parsed)) throw invalidProperties(`${name} must be an object`);
  return parsed;
}

export function objectListOf(properties: TemplateProperties, name: string): readonly TemplateProperties[] {
  return listOf(properties, name).map((value) => {
    if (!isObject(value)) throw invalidProperties(`${name} must be a list of objects`);
    return value;
  });
}

/** The name CloudFormation makes up: stack, logical id and twelve random characters, cut to the type's limit. */
export function generatedName(
  kernel: Kernel,
  resource: { readonly logicalId: string; readonly stackName: string },
  lengthMax: number,
): string {
  const suffix = kernel.random.fork(`physical-id/${resource.stackName}/${resource.logicalId}`).hex(12).toUpperCase();
  return `${`${resource.stackName}-${resource.logicalId}`.slice(0, lengthMax - suffix.length - 1)}-${suffix}`;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The parsed document, or undefined where the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
