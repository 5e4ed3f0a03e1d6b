import { quote } from '../kernel/quote.ts';
import { isObject } from '../services/template-properties.ts';

/** A CloudFormation template, as far as the simulator reads it (CloudFormation User Guide, "Template anatomy"). */
export interface Template {
  readonly parameters: Readonly<Record<string, TemplateParameter>>;
  readonly mappings: Readonly<Record<string, unknown>>;
  readonly conditions: Readonly<Record<string, unknown>>;
  readonly resources: ReadonlyMap<string, TemplateResource>;
  readonly outputs: Readonly<Record<string, { readonly Value: unknown; readonly Condition?: string }>>;
}

export interface TemplateParameter {
  readonly Type: string;
  readonly Default?: unknown;
  readonly AllowedValues?: readonly unknown[];
  readonly AllowedPattern?: string;
  readonly MinLength?: unknown;
  readonly MaxLength?: unknown;
  readonly MinValue?: unknown;
  readonly MaxValue?: unknown;
  readonly NoEcho?: unknown;
  readonly ConstraintDescription?: string;
}

export interface TemplateResource {
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly condition: string | undefined;
  readonly dependsOn: readonly string[];
}

/** `Rules` check combinations of parameters before anything is created; they are not checked here. */
const SECTIONS = new Set([
  'AWSTemplateFormatVersion',
  'Description',
  'Metadata',
  'Parameters',
  'Rules',
  'Mappings',
  'Conditions',
  'Resources',
  'Outputs',
]);

/** What happens to a resource when its stack goes plays no part in a simulated deployment. */
const RESOURCE_ATTRIBUTES = new Set([
  'Type',
  'Properties',
  'Condition',
  'DependsOn',
  'Metadata',
  'DeletionPolicy',
  'UpdateReplacePolicy',
]);

/** Reads a parsed template document. Throws for sections and resource attributes that the simulator does not know. */
export function readTemplate(document: unknown): Template {
  const sections = mapOf(document, 'The template');
  const unknown = Object.keys(sections).find((section) => !SECTIONS.has(section));
  if (unknown !== undefined) throw new Error(`The template's section ${unknown} is not supported`);
  const section = (name: string) => mapOf(sections[name] ?? {}, `The template's section ${name}`);
  const entries = (name: string) =>
    Object.entries(section(name)).map(([key, value]) => [key, mapOf(value, `${name}.${key}`)] as const);
  const resources = Object.entries(section('Resources'));
  return {
    parameters: Object.fromEntries(entries('Parameters')) as unknown as Template['parameters'],
    mappings: section('Mappings'),
    conditions: section('Conditions'),
    resources: new Map(resources.map(([logicalId, resource]) => [logicalId, readResource(logicalId, resource)])),
    outputs: Object.fromEntries(entries('Outputs')) as Template['outputs'],
  };
}

function mapOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (isObject(value)) return value;
  throw new Error(`${what} is ${quote(value)}, not a map`);
}

function readResource(logicalId: string, resource: unknown): TemplateResource {
  if (!isObject(resource) || typeof resource.Type !== 'string') throw new Error(`${logicalId} has no Type`);
  const { Condition, DependsOn, Properties = {} } = resource;
  const dependsOn = [DependsOn ?? []].flat();
  if (Condition !== undefined && typeof Condition !== 'string') {
    throw new Error(`${logicalId}: Condition is ${quote(Condition)}, not the name of one`);
  }
  if (!dependsOn.every((name) => typeof name === 'string')) {
    throw new Error(`${logicalId}: DependsOn is ${quote(DependsOn)}, not logical ids`);
  }
  const unknown = Object.keys(resource).find((attribute) => !RESOURCE_ATTRIBUTES.has(attribute));
  if (unknown !== undefined) throw new Error(`${logicalId}: the resource attribute ${unknown} is not supported`);
  return {
    type: resource.Type,
    properties: mapOf(Properties ?? {}, `${logicalId}: Properties`),
    condition: Condition,
    dependsOn,
  };
}
