import { quote } from '../../kernel/quote.ts';
import { isObject } from '../../services/template-properties.ts';
import { expandFunction, type Resources } from './function.ts';

const TRANSFORM = 'AWS::Serverless-2016-10-31';
const FUNCTION = 'AWS::Serverless::Function';

/**
 * A template as CloudFormation sees it after the Serverless transform: each `AWS::Serverless::Function` is its function,
 * its role, and what invokes it, under the logical ids that SAM gives them (SAM specification, "Generated CloudFormation
 * resources"). A template without the transform stays as it is.
 *
 * @throws Error for other transforms, and for what SAM has and the simulator has not
 */
export function expandServerless(document: unknown): unknown {
  if (!isObject(document) || document.Transform === undefined) return document;
  const { Transform, Globals, Resources, ...rest } = document;
  const others = [Transform].flat().filter((name) => name !== TRANSFORM);
  if (others.length > 0) throw new Error(`The transform ${others.map(nameOf).join(', ')} is not supported`);
  const globals = isObject(Globals) ? Globals : {};
  const resources: Record<string, unknown> = {};
  for (const [logicalId, resource] of Object.entries(isObject(Resources) ? Resources : {})) {
    if (!isObject(resource) || resource.Type !== FUNCTION) {
      resources[logicalId] = resource;
      continue;
    }
    const own = isObject(resource.Properties) ? resource.Properties : {};
    const properties = merged(globals.Function, own) as Resources[string];
    Object.assign(resources, expandFunction(logicalId, { ...resource, Properties: properties }));
  }
  return { ...rest, Resources: resources };
}

function nameOf(transform: unknown): string {
  const name = isObject(transform) ? transform.Name : transform;
  return typeof name === 'string' ? name : quote(name);
}

/** SAM specification, "Globals section": maps are merged, lists are joined, anything else is overridden. */
function merged(global: unknown, own: unknown): unknown {
  if (Array.isArray(global) && Array.isArray(own)) return [...global, ...own];
  if (!isObject(global) || !isObject(own) || isIntrinsic(own) || isIntrinsic(global)) return own ?? global;
  const names = new Set([...Object.keys(global), ...Object.keys(own)]);
  return Object.fromEntries(
    [...names].map((name) => [name, name in own ? merged(global[name], own[name]) : global[name]]),
  );
}

function isIntrinsic(value: object): boolean {
  const [name, ...more] = Object.keys(value);
  return more.length === 0 && (name === 'Ref' || name?.startsWith('Fn::') === true);
}
