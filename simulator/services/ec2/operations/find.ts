import { AwsError } from '../../../wire/aws-error.ts';
import type { Ec2Instance, Ec2World } from '../instances.ts';

/**
 * The named instances, or EC2's errors for ids that are malformed or unknown (EC2 API reference, Error codes).
 * One bad id fails the whole call.
 */
export function findInstances(world: Ec2World, instanceIds: readonly string[]): Ec2Instance[] {
  const malformed = instanceIds.find((id) => !/^i-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id));
  if (malformed !== undefined) throw new AwsError('InvalidInstanceID.Malformed', `Invalid id: "${malformed}"`);
  const missing = instanceIds.filter((id) => !world.instances.has(id));
  if (missing.length === 1) {
    throw new AwsError('InvalidInstanceID.NotFound', `The instance ID '${missing[0]}' does not exist`);
  }
  if (missing.length > 1) {
    throw new AwsError('InvalidInstanceID.NotFound', `The instance IDs '${missing.join(', ')}' do not exist`);
  }
  return instanceIds.flatMap((id) => world.instances.get(id) ?? []);
}

const STATE_CODES = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
} as const;

export function stateShape(state: Ec2Instance['state']) {
  return { Code: STATE_CODES[state], Name: state };
}

type FieldOf = (instance: Ec2Instance) => readonly string[];

const FILTERS: Readonly<Record<string, FieldOf>> = {
  'instance-id': (instance) => [instance.instanceId],
  'instance-state-name': (instance) => [instance.state],
  'instance-type': (instance) => [instance.instanceType],
  'instance-lifecycle': (instance) => (instance.spot ? ['spot'] : []),
  'availability-zone': (instance) => [instance.availabilityZone],
  'private-ip-address': (instance) => [instance.privateIp],
  'image-id': (instance) => [instance.imageId],
  'tag-key': (instance) => [...instance.tags.keys()],
};

interface Filter {
  readonly Name?: string | undefined;
  readonly Values?: string[] | undefined;
}

/** EC2's filters: values are joined by or, filters by and; `*` and `?` are wildcards. */
export function matchesFilters(instance: Ec2Instance, filters: readonly Filter[]): boolean {
  return filters.every(({ Name: name = '', Values: values = [] }) => {
    const fields = name.startsWith('tag:') ? tagValues(instance, name.slice(4)) : FILTERS[name]?.(instance);
    if (fields === undefined) {
      throw new AwsError('InvalidParameterValue', `The filter '${name}' is invalid`);
    }
    return values.some((value) => fields.some((field) => matches(value, field)));
  });
}

function tagValues(instance: Ec2Instance, key: string): readonly string[] {
  const value = instance.tags.get(key);
  return value === undefined ? [] : [value];
}

/** Most values have no wildcard, and a large fleet is compared with each of them. */
function matches(pattern: string, field: string): boolean {
  return /[*?]/.test(pattern) ? wildcard(pattern).test(field) : pattern === field;
}

function wildcard(pattern: string): RegExp {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${escaped}$`);
}
