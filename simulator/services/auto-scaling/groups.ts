import { addLaunchTemplate, findVersion, launchOptionsOf, templateIdFor } from '../ec2/launch-templates.ts';
import { arn } from '../fleet-context.ts';
import {
  type AutoScalingGroup,
  type AutoScalingWorld,
  type GroupConfiguration,
  type LaunchSource,
  now,
  type WarmPool,
} from './state.ts';

interface Named extends Partial<Omit<GroupConfiguration, 'launchTemplate' | 'availabilityZones'>> {
  readonly name: string;
  readonly minSize?: number;
  readonly desiredCapacity: number;
  readonly maxSize?: number;
  readonly availabilityZones: readonly string[];
  readonly tags?: Readonly<Record<string, string>>;
  readonly tagsOfGroupOnly?: readonly string[];
  /** Of an absolute size, `minSize`, unless it says how many instances are to be prepared. */
  readonly warmPool?: WarmPool | undefined;
}

interface WithTemplate extends Named {
  readonly launchTemplate: LaunchSource;
}

/** What a fleet is built of beside the API: the launch template comes with the group, and has its name. */
interface WithInstanceType extends Named {
  readonly instanceType: string;
  readonly spot?: boolean;
}

export type GroupSettings = WithTemplate | WithInstanceType;

/** Defaults: CreateAutoScalingGroup, API reference. */
export function addGroup(world: AutoScalingWorld, settings: GroupSettings): AutoScalingGroup {
  const group: AutoScalingGroup = {
    serial: world.serial++,
    name: settings.name,
    arn: arn(
      world.context,
      'autoscaling',
      `autoScalingGroup:${world.context.random.uuid()}:autoScalingGroupName/${settings.name}`,
    ),
    createdAtMs: now(world),
    launchTemplate: 'launchTemplate' in settings ? settings.launchTemplate : templateFor(world, settings),
    availabilityZones: settings.availabilityZones,
    tags: new Map(Object.entries(settings.tags ?? {})),
    tagsOfGroupOnly: new Set(settings.tagsOfGroupOnly),
    hooks: new Map(),
    members: new Map(),
    activities: [],
    suspended: new Set(),
    warmPool: settings.warmPool && { maxGroupPreparedCapacity: settings.warmPool.minSize, ...settings.warmPool },
    retainOnAbandon: settings.retainOnAbandon ?? false,
    newInstancesProtected: settings.newInstancesProtected ?? false,
    healthCheckType: settings.healthCheckType ?? 'EC2',
    healthCheckGracePeriodSeconds: settings.healthCheckGracePeriodSeconds ?? 0,
    defaultCooldownSeconds: settings.defaultCooldownSeconds ?? 300,
    defaultInstanceWarmupSeconds: settings.defaultInstanceWarmupSeconds,
    terminationPolicies: settings.terminationPolicies ?? ['Default'],
    refreshes: [],
    minSize: settings.minSize ?? 0,
    desiredCapacity: settings.desiredCapacity,
    maxSize: settings.maxSize ?? Math.max(10, settings.desiredCapacity * 2),
    reconcilePending: false,
    isDeleting: false,
  };
  world.groups.set(group.name, group);
  return group;
}

function templateFor({ ec2 }: AutoScalingWorld, { name, instanceType, spot }: WithInstanceType): LaunchSource {
  const data = {
    ImageId: 'ami-0c0ffee0c0ffee0c0',
    InstanceType: instanceType as 'm5.large',
    ...(spot === true ? { InstanceMarketOptions: { MarketType: 'spot' as const } } : {}),
  };
  return { template: addLaunchTemplate(ec2, { id: templateIdFor(name), name, data }), version: '$Default' };
}

export interface ResolvedTemplate {
  readonly template: LaunchSource['template'];
  readonly version: number;
  readonly options: ReturnType<typeof launchOptionsOf>;
}

/** What an instance that is launched now is like; undefined when the template, or that version of it, is gone. */
export function resolve({ ec2 }: AutoScalingWorld, { template, version }: LaunchSource): ResolvedTemplate | undefined {
  const found = findVersion(template, version);
  if (found === undefined || !ec2.launchTemplates.has(template.id)) return undefined;
  return { template, version: found.number, options: launchOptionsOf(found.data) };
}

/** Forgets a group that has no instances any more. */
export function removeGroup(world: AutoScalingWorld, group: AutoScalingGroup): void {
  world.groups.delete(group.name);
  world.deletedGroups.push(group);
}
