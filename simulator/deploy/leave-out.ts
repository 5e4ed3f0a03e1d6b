import { referencesOf } from './intrinsics.ts';
import type { Template, TemplateResource } from './template.ts';

/** What a part of a template is about: without it nothing of the part is left. */
const ESSENTIAL = new Set([
  'Arn',
  'AutoScalingGroupName',
  'Endpoint',
  'EventSourceArn',
  'FunctionName',
  'PolicyDocument',
  'Queues',
  'Resource',
  'Role',
  'Roles',
  'SourceArn',
  'Statement',
  'TopicArn',
  'Topics',
]);

const GONE = Symbol('gone');

/**
 * The template without some of its resources, and without what merely refers to them: an environment variable, an item
 * of a list, a policy's statement, and resources of which nothing is left without them.
 *
 * @returns the rest, and in words what went beside the resources themselves
 */
export function leaveOut(template: Template, unmodelled: ReadonlySet<string>): { template: Template; notes: string[] } {
  const gone = new Set(unmodelled);
  const resources = new Map(template.resources);
  for (const logicalId of unmodelled) resources.delete(logicalId);
  const notes = new Map<string, string>();
  for (let before = -1; before !== gone.size; ) {
    before = gone.size;
    for (const [logicalId, resource] of resources) {
      const needed = referencesOf(resource.properties).filter((name) => gone.has(name));
      const rest = withoutThese(resource, gone);
      if (needed.length > 0) notes.set(logicalId, noteOf(logicalId, resource.type, needed, rest === undefined));
      if (rest !== undefined) {
        resources.set(logicalId, rest);
        continue;
      }
      resources.delete(logicalId);
      gone.add(logicalId);
    }
  }
  const outputs = Object.entries(template.outputs).filter(([, { Value }]) => !refersTo(Value, gone));
  return { template: { ...template, resources, outputs: Object.fromEntries(outputs) }, notes: [...notes.values()] };
}

function noteOf(logicalId: string, type: string, needed: readonly string[], isGone: boolean): string {
  const what = isGone ? `${logicalId} (${type})` : `a part of ${logicalId} (${type})`;
  return `${what}, which refers to ${[...new Set(needed)].join(', ')}`;
}

function withoutThese(resource: TemplateResource, gone: ReadonlySet<string>): TemplateResource | undefined {
  const properties = prune(resource.properties, gone);
  if (properties === GONE) return undefined;
  const dependsOn = resource.dependsOn.filter((name) => !gone.has(name));
  return { ...resource, dependsOn, properties: properties as TemplateResource['properties'] };
}

function prune(value: unknown, gone: ReadonlySet<string>): unknown {
  if (typeof value !== 'object' || value === null || !refersTo(value, gone)) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => prune(item, gone)).filter((item) => item !== GONE);
    return items.length === 0 ? GONE : items;
  }
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && (first?.[0] === 'Ref' || first?.[0].startsWith('Fn::'))) return GONE;
  const pruned = entries.map(([name, item]) => [name, prune(item, gone)] as const);
  if (pruned.some(([name, item]) => item === GONE && ESSENTIAL.has(name))) return GONE;
  return Object.fromEntries(pruned.filter(([, item]) => item !== GONE));
}

function refersTo(value: unknown, gone: ReadonlySet<string>): boolean {
  return referencesOf(value).some((name) => gone.has(name));
}
