import { entryOf } from '../kernel/entry-of.ts';
import type { Place } from '../kernel/kernel.ts';
import type { ProvisionedResource, ResourceProvider } from '../wire/service.ts';
import { NO_VALUE, resolve, resolveCondition, type Scope } from './intrinsics.ts';
import { leaveOut } from './leave-out.ts';
import { creationOrder } from './order.ts';
import { parameterValues } from './parameters.ts';
import { expandServerless } from './serverless/transform.ts';
import { readTemplate, type Template, type TemplateResource } from './template.ts';

export interface Deployment {
  readonly stackName: string;
  readonly template: unknown;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly place: Place;
  /** By resource type, such as `AWS::SQS::Queue`. */
  readonly providers: Readonly<Record<string, ResourceProvider>>;
  /** What stands for resources of the template, by logical id: what `Ref` gives of them, such as the name of a group. */
  readonly existing?: ReadonlyMap<string, string>;
  /** Resources of types that nobody provides: an error, which names them all, or left out. Default: an error. */
  readonly unmodelled?: 'refuse' | 'leave-out';
}

/** A stack as it was created. */
export interface Stack {
  readonly name: string;
  readonly resources: ReadonlyMap<string, ProvisionedResource & { readonly type: string }>;
  readonly outputs: Readonly<Record<string, unknown>>;
  /** In words, what of the template was left out. */
  readonly leftOut: readonly string[];
}

/**
 * Creates the resources of a CloudFormation template, with the Serverless transform where it has that, each by the
 * provider of its type, in the order of their dependencies.
 *
 * @throws Error naming the logical id, for a resource type, property or intrinsic function that nobody provides
 */
export function deploy(deployment: Deployment): Stack {
  const { stackName, template: document, parameters, place, providers } = deployment;
  const { existing = new Map() } = deployment;
  const whole = withoutExisting(readTemplate(expandServerless(document)), existing);
  const resources = new Map<string, ProvisionedResource & { readonly type: string }>();
  const values = parameterValues(whole.parameters, parameters ?? {});
  const world: World = { stackName, place, values, resources, existing };
  const { template, leftOut } = withoutUnmodelled(whole, createScope(whole, world), deployment);
  const scope = createScope(template, world);
  for (const logicalId of creationOrder(template.resources)) {
    const resource = template.resources.get(logicalId);
    if (resource === undefined || !isWanted(resource, scope)) continue;
    naming(`${logicalId} (${resource.type})`, () => {
      const provider = entryOf(providers, resource.type);
      if (provider === undefined) throw new Error('the simulator has no such resource type');
      const properties = resolve(resource.properties, scope) as Record<string, unknown>;
      resources.set(logicalId, { ...provider.create(properties, { logicalId, stackName }), type: resource.type });
    });
  }
  return { name: stackName, resources, outputs: outputsOf(template, scope), leftOut };
}

function withoutExisting(template: Template, existing: ReadonlyMap<string, string>): Template {
  const resources = new Map(template.resources);
  const unknown = [...existing.keys()].filter((logicalId) => !resources.delete(logicalId));
  if (unknown.length > 0) throw new Error(`the template has no resource ${unknown.join(', ')}`);
  return { ...template, resources };
}

/** The template has resources of types that nobody provides. */
export class UnmodelledResources extends Error {
  override readonly name = 'UnmodelledResources';

  constructor(names: readonly string[]) {
    super(`the simulator has no such resource type: ${names.join(', ')}`);
  }
}

function isWanted({ condition }: TemplateResource, scope: Scope): boolean {
  return condition === undefined || scope.condition(condition);
}

/** All that is not modelled is told at once: who reads it decides once. */
function withoutUnmodelled(
  template: Template,
  scope: Scope,
  { providers, unmodelled = 'refuse' }: Deployment,
): { readonly template: Template; readonly leftOut: readonly string[] } {
  const unknown = [...template.resources].filter(
    ([, one]) => entryOf(providers, one.type) === undefined && isWanted(one, scope),
  );
  if (unknown.length === 0) return { template, leftOut: [] };
  const names = unknown.map(([logicalId, { type }]) => `${logicalId} (${type})`);
  if (unmodelled === 'refuse') throw new UnmodelledResources(names);
  const rest = leaveOut(template, new Set(unknown.map(([logicalId]) => logicalId)));
  return { template: rest.template, leftOut: [...names, ...rest.notes] };
}

interface World {
  readonly stackName: string;
  readonly place: Place;
  readonly values: ReadonlyMap<string, unknown>;
  readonly resources: ReadonlyMap<string, ProvisionedResource>;
  readonly existing: ReadonlyMap<string, string>;
}

function createScope(template: Template, { stackName, place, values, resources, existing: given }: World): Scope {
  const pseudoParameters = pseudoParametersOf(stackName, place);
  const existing = (logicalId: string) => {
    const resource = resources.get(logicalId) ?? existingResource(given.get(logicalId));
    if (resource === undefined) throw new Error(`there is no resource or parameter ${logicalId}`);
    return resource;
  };
  const scope: Scope = {
    ref: (name) => pseudoParameters.get(name) ?? values.get(name) ?? existing(name).ref,
    attribute(logicalId, name) {
      const value = entryOf(existing(logicalId).attributes, name);
      if (value === undefined) throw new Error(`${logicalId} has no attribute ${name}`);
      return value;
    },
    condition(name) {
      const condition = entryOf(template.conditions, name);
      if (condition === undefined) throw new Error(`there is no condition ${name}`);
      return resolveCondition(condition, scope);
    },
    mapping(map, topLevelKey, secondLevelKey) {
      const value = entryOf(
        entryOf(entryOf(template.mappings as Mappings, map) ?? {}, topLevelKey) ?? {},
        secondLevelKey,
      );
      if (value === undefined) throw new Error(`there is no ${map}.${topLevelKey}.${secondLevelKey} in the mappings`);
      return value;
    },
  };
  return scope;
}

/** Of something that is there already only its identifier is known. */
function existingResource(ref: string | undefined): ProvisionedResource | undefined {
  if (ref === undefined) return undefined;
  return { ref, attributes: ref.startsWith('arn:') ? { Arn: ref } : {} };
}

type Mappings = Readonly<
  Record<string, Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>> | undefined>
>;

/** CloudFormation Template Reference, "Get AWS values using pseudo parameters". */
function pseudoParametersOf(stackName: string, { accountId, region }: Place): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>([
    ['AWS::AccountId', accountId],
    ['AWS::Region', region],
    ['AWS::Partition', 'aws'],
    ['AWS::URLSuffix', 'amazonaws.com'],
    ['AWS::StackName', stackName],
    ['AWS::StackId', `arn:aws:cloudformation:${region}:${accountId}:stack/${stackName}/simulated`],
    ['AWS::NotificationARNs', []],
    ['AWS::NoValue', NO_VALUE],
  ]);
}

function outputsOf(template: Template, scope: Scope): Record<string, unknown> {
  const present = Object.entries(template.outputs).filter(
    ([, { Condition }]) => Condition === undefined || scope.condition(Condition),
  );
  return Object.fromEntries(
    present.map(([name, { Value }]) => [name, naming(`output ${name}`, () => resolve(Value, scope))]),
  );
}

function naming<T>(what: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    throw new Error(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
