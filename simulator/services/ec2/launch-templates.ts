import { createHash } from 'node:crypto';
import type { RequestLaunchTemplateData } from '@aws-sdk/client-ec2';
import type { Ec2World, LaunchOptions } from './instances.ts';

export interface LaunchTemplateVersion {
  readonly number: number;
  readonly createdAtMs: number;
  readonly description: string | undefined;
  readonly data: RequestLaunchTemplateData;
}

export interface LaunchTemplate {
  readonly serial: number;
  readonly id: string;
  readonly name: string;
  readonly createdAtMs: number;
  readonly versions: Map<number, LaunchTemplateVersion>;
  readonly tags: Map<string, string>;
  defaultVersion: number;
}

interface NewTemplate {
  readonly id: string;
  readonly name: string;
  readonly data: RequestLaunchTemplateData;
  readonly description?: string | undefined;
  readonly tags?: Readonly<Record<string, string>>;
}

export function addLaunchTemplate(world: Ec2World, { id, name, data, description, tags }: NewTemplate): LaunchTemplate {
  const template: LaunchTemplate = {
    serial: ([...world.launchTemplates.values()].at(-1)?.serial ?? -1) + 1,
    id,
    name,
    createdAtMs: world.context.kernel.clock.now(),
    versions: new Map(),
    tags: new Map(Object.entries(tags ?? {})),
    defaultVersion: 1,
  };
  world.launchTemplates.set(id, template);
  addVersion(world, template, { data, description });
  return template;
}

export function addVersion(
  world: Ec2World,
  template: LaunchTemplate,
  { data, description }: Pick<NewTemplate, 'data' | 'description'>,
): LaunchTemplateVersion {
  const version = {
    number: latestVersion(template) + 1,
    createdAtMs: world.context.kernel.clock.now(),
    description,
    data,
  };
  template.versions.set(version.number, version);
  return version;
}

export function latestVersion({ versions }: LaunchTemplate): number {
  return Math.max(0, ...versions.keys());
}

/** @param version a number, `$Latest` or `$Default` */
export function findVersion(template: LaunchTemplate, version: string): LaunchTemplateVersion | undefined {
  if (version === '$Latest') return template.versions.get(latestVersion(template));
  return template.versions.get(version === '$Default' ? template.defaultVersion : Number(version));
}

export function templateNamed(world: Ec2World, name: string): LaunchTemplate | undefined {
  return [...world.launchTemplates.values()].find((template) => template.name === name);
}

/** An id that depends on the name alone: what is built beside the API draws nothing from the world's chance. */
export function templateIdFor(name: string): string {
  return `lt-0${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
}

/** What instances of these data are like. What is not given in them is the API's default. */
export function launchOptionsOf(data: RequestLaunchTemplateData): Omit<LaunchOptions, 'availabilityZone'> {
  const { ImageId: imageId, UserData: userData, TagSpecifications: specifications = [] } = data;
  const tags = specifications
    .filter(({ ResourceType }) => ResourceType === 'instance')
    .flatMap(({ Tags = [] }) => Tags);
  return {
    instanceType: data.InstanceType ?? DEFAULT_INSTANCE_TYPE,
    spot: data.InstanceMarketOptions?.MarketType === 'spot',
    isTerminationProtected: data.DisableApiTermination === true,
    tags: Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value])),
    ...(imageId === undefined ? {} : { imageId }),
    ...(userData === undefined ? {} : { userData }),
  };
}

/** RunInstances, API reference. */
const DEFAULT_INSTANCE_TYPE = 'm1.small';
