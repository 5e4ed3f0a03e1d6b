import { entryOf } from '../../../kernel/entry-of.ts';
import { AwsError } from '../../../wire/aws-error.ts';
import { type Numbered, pageOf } from '../../pages.ts';
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
  'instance-state-code': (instance) => [`${STATE_CODES[instance.state]}`],
  'instance-type': (instance) => [instance.instanceType],
  'instance-lifecycle': (instance) => (instance.spot ? ['spot'] : []),
  'availability-zone': (instance) => [instance.availabilityZone],
  'private-ip-address': (instance) => [instance.privateIp],
  'image-id': (instance) => [instance.imageId],
  'reservation-id': (instance) => [reservationId(instance)],
};

export interface Filter {
  readonly Name?: string | undefined;
  readonly Values?: string[] | undefined;
}

/** The fields of an instance that a filter of this name looks at; undefined when there is no such filter. */
export function instanceField(world: Ec2World, instance: Ec2Instance, name: string): readonly string[] | undefined {
  if (name === 'private-dns-name') return [privateDnsName(world, instance)];
  return entryOf(FILTERS, name)?.(instance) ?? tagField(instance.tags, name);
}

/** The filters `tag:<key>`, `tag-key` and `tag-value`, of whatever has tags. */
export function tagField(tags: ReadonlyMap<string, string>, name: string): readonly string[] | undefined {
  if (name === 'tag-key') return [...tags.keys()];
  if (name === 'tag-value') return [...tags.values()];
  if (!name.startsWith('tag:')) return undefined;
  const value = tags.get(name.slice(4));
  return value === undefined ? [] : [value];
}

/**
 * EC2's filters: values are joined by or, filters by and; `*` and `?` are wildcards.
 *
 * @param fieldsOf what a filter of this name looks at; undefined for one that the operation does not have
 */
export function matchesAll(
  filters: readonly Filter[] | undefined,
  fieldsOf: (name: string) => readonly string[] | undefined,
): boolean {
  return (filters ?? []).every(({ Name: name = '', Values: values = [] }) => {
    const fields = fieldsOf(name);
    if (fields === undefined) throw new AwsError('InvalidParameterValue', `The filter '${name}' is invalid`);
    return values.some((value) => fields.some((field) => matches(value, field)));
  });
}

/** `ip-10-0-0-5.eu-central-1.compute.internal` (EC2 User Guide, Instance hostname types). */
export function privateDnsName({ context }: Ec2World, { privateIp }: Ec2Instance): string {
  return `ip-${privateIp.replaceAll('.', '-')}.${context.kernel.place.region}.compute.internal`;
}

export function reservationId({ instanceId }: Ec2Instance): string {
  return instanceId.replace('i-', 'r-');
}

interface Paged {
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

export function pageOfResults<Item extends Numbered>(items: readonly Item[], request: Paged, max: number) {
  const page = pageOf(items, { token: request.NextToken, size: request.MaxResults ?? max });
  if (page === undefined) throw new AwsError('InvalidNextToken', 'The specified pagination token is not valid.');
  return { items: page.items, next: page.nextToken === undefined ? {} : { NextToken: page.nextToken } };
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
