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
  const sections = document as Record<string, Record<string, never> | undefined>;
  const unknown = Object.keys(sections).find((section) => !SECTIONS.has(section));
  if (unknown !== undefined) throw new Error(`The template's section ${unknown} is not supported`);
  const resources = Object.entries(sections.Resources ?? {});
  return {
    parameters: sections.Parameters ?? {},
    mappings: sections.Mappings ?? {},
    conditions: sections.Conditions ?? {},
    resources: new Map(resources.map(([logicalId, resource]) => [logicalId, readResource(logicalId, resource)])),
    outputs: sections.Outputs ?? {},
  };
}

function readResource(logicalId: string, resource: Readonly<Record<string, unknown>> | null): TemplateResource {
  if (typeof resource !== 'object' || typeof resource?.Type !== 'string') throw new Error(`${logicalId} has no Type`);
  const unknown = Object.keys(resource).find((attribute) => !RESOURCE_ATTRIBUTES.has(attribute));
  if (unknown !== undefined) throw new Error(`${logicalId}: the resource attribute ${unknown} is not supported`);
  return {
    type: resource.Type,
    properties: (resource.Properties ?? {}) as Record<string, unknown>,
    condition: resource.Condition as string | undefined,
    dependsOn: [resource.DependsOn ?? []].flat() as string[],
  };
}
