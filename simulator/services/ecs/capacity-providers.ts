import type { ManagedScaling } from '@aws-sdk/client-ecs';
import { putHook } from '../auto-scaling/hooks.ts';
import type { AutoScalingGroup } from '../auto-scaling/state.ts';
import { arn, later } from '../fleet-context.ts';
import { TIMING } from '../fleet-timing.ts';
import type { CapacityProvider, Cluster, EcsWorld } from './state.ts';

export const MANAGED_DRAINING_HOOK = 'ecs-managed-draining-termination-hook';

const HEARTBEAT_TIMEOUT_SECONDS = 3_600;

export interface CapacityProviderSettings {
  readonly name: string;
  readonly autoScalingGroupArn: string | undefined;
  /** Default ENABLED (managed-instance-draining). */
  readonly managedDraining?: 'ENABLED' | 'DISABLED' | undefined;
  readonly managedScaling?: ManagedScaling | undefined;
  readonly managedTerminationProtection?: 'ENABLED' | 'DISABLED' | undefined;
  readonly tags?: Readonly<Record<string, string>>;
}

/** ManagedScaling, API reference: the defaults of what a request leaves out. */
const SCALING_DEFAULTS = {
  status: 'ENABLED',
  targetCapacity: 100,
  minimumScalingStepSize: 1,
  maximumScalingStepSize: 10_000,
  instanceWarmupPeriod: 300,
} as const satisfies ManagedScaling;

export function addCapacityProvider(world: EcsWorld, settings: CapacityProviderSettings): CapacityProvider {
  const provider: CapacityProvider = {
    serial: world.serial++,
    name: settings.name,
    arn: arn(world.context, 'ecs', `capacity-provider/${settings.name}`),
    autoScalingGroupArn: settings.autoScalingGroupArn,
    tags: new Map(Object.entries(settings.tags ?? {})),
    managedDraining: settings.managedDraining ?? 'ENABLED',
    managedScaling: scalingOf(settings.managedScaling ?? { status: 'DISABLED' }),
    managedTerminationProtection: settings.managedTerminationProtection ?? 'DISABLED',
    status: 'ACTIVE',
    updateStatus: undefined,
  };
  world.capacityProviders.set(provider.name, provider);
  return provider;
}

/** @param scaling as requested; @param before what stays where the request says nothing */
export function scalingOf(scaling: ManagedScaling, before: ManagedScaling = SCALING_DEFAULTS): ManagedScaling {
  const given = Object.entries(scaling).filter(([, value]) => value !== undefined);
  const merged = { ...SCALING_DEFAULTS, ...before, ...Object.fromEntries(given) };
  return merged.status === 'ENABLED' ? merged : { status: 'DISABLED' };
}

export function groupOfProvider(world: EcsWorld, provider: CapacityProvider): AutoScalingGroup | undefined {
  return [...world.autoScaling.groups.values()].find((group) => group.arn === provider.autoScalingGroupArn);
}

export function clustersOf(world: EcsWorld, provider: CapacityProvider): Cluster[] {
  return [...world.clusters.values()].filter((cluster) => cluster.capacityProviders.has(provider.name));
}

export function associate(world: EcsWorld, cluster: Cluster, name: string): void {
  cluster.capacityProviders.add(name);
  followDraining(world, name);
}

export function dissociate(world: EcsWorld, cluster: Cluster, name: string): void {
  cluster.capacityProviders.delete(name);
  followDraining(world, name);
}

/**
 * The hook of managed draining is in the group for as long as a cluster uses the provider and its managed draining is
 * enabled (managed-instance-draining; attachments of type `managed_draining`, DescribeClusters).
 */
export function followDraining(world: EcsWorld, name: string): void {
  const provider = world.capacityProviders.get(name);
  const group = provider === undefined ? undefined : groupOfProvider(world, provider);
  if (provider === undefined || group === undefined) return;
  const wanted = provider.managedDraining === 'ENABLED' && clustersOf(world, provider).length > 0;
  if (!wanted) group.hooks.delete(MANAGED_DRAINING_HOOK);
  else if (!group.hooks.has(MANAGED_DRAINING_HOOK)) addManagedDrainingHook(group);
}

function addManagedDrainingHook(group: AutoScalingGroup): void {
  putHook(group, {
    name: MANAGED_DRAINING_HOOK,
    transition: 'autoscaling:EC2_INSTANCE_TERMINATING',
    heartbeatTimeoutSeconds: HEARTBEAT_TIMEOUT_SECONDS,
    defaultResult: 'CONTINUE',
  });
}

/** The provider of the cluster whose group launched the host: what a registration is attributed to. */
export function providerOfHost(world: EcsWorld, cluster: Cluster, ec2InstanceId: string): string | undefined {
  const groupArn = world.autoScaling.members.get(ec2InstanceId)?.group.arn;
  if (groupArn === undefined || cluster.capacityProviders.size === 0) return undefined;
  return [...cluster.capacityProviders].find(
    (name) => world.capacityProviders.get(name)?.autoScalingGroupArn === groupArn,
  );
}

/** Answered at once as DELETE_IN_PROGRESS; INACTIVE soon after (CapacityProvider, API reference). */
export function deleteProvider(world: EcsWorld, provider: CapacityProvider): void {
  provider.updateStatus = 'DELETE_IN_PROGRESS';
  later(world.context, TIMING.clusterAttachments, () => {
    provider.status = 'INACTIVE';
    provider.updateStatus = 'DELETE_COMPLETE';
  });
}
