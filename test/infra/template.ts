import type { Template, TemplateResource } from '../packaged.ts';

/** The resources of a type, with their logical ids. */
export function resourcesOf(template: Template, type: string): [logicalId: string, resource: TemplateResource][] {
  return Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);
}

/** A property by its path; fails the test where the template has none. */
export function property(resource: TemplateResource | undefined, ...steps: (string | number)[]): unknown {
  let value: unknown = resource?.Properties;
  for (const step of steps) value = (value as Record<string | number, unknown> | undefined)?.[step];
  if (value === undefined) throw new Error(`The template has no ${steps.join('.')} in ${JSON.stringify(resource)}`);
  return value;
}

/** The logical id that a `Ref` or `Fn::GetAtt` refers to. */
export function referenced(value: unknown): string {
  const reference = value as { Ref?: string; 'Fn::GetAtt'?: [string, string] };
  const logicalId = reference.Ref ?? reference['Fn::GetAtt']?.[0];
  if (logicalId === undefined) throw new Error(`Not a reference: ${JSON.stringify(value)}`);
  return logicalId;
}

export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: unknown;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export function list<Item>(value: Item | readonly Item[]): readonly Item[] {
  return Array.isArray(value) ? value : [value as Item];
}

/** All statements of a role's policies. */
export function statementsOf(role: TemplateResource | undefined): Statement[] {
  const policies = property(role, 'Policies') as { PolicyDocument: { Statement: Statement[] } }[];
  return policies.flatMap((policy) => policy.PolicyDocument.Statement);
}
