import type {
  AutoScalingGroupProvider,
  CapacityProvider as CapacityProviderShape,
  CreateCapacityProviderRequest,
  CreateCapacityProviderResponse,
  DeleteCapacityProviderRequest,
  DeleteCapacityProviderResponse,
  DescribeCapacityProvidersRequest,
  DescribeCapacityProvidersResponse,
  UpdateCapacityProviderRequest,
  UpdateCapacityProviderResponse,
} from '@aws-sdk/client-ecs';
import type { Operation } from '../../../wire/service.ts';
import type { AutoScalingGroup } from '../../auto-scaling/state.ts';
import { arn } from '../../fleet-context.ts';
import { inOrder } from '../../pages.ts';
import {
  addCapacityProvider,
  clustersOf,
  deleteProvider,
  followDraining,
  groupOfProvider,
  scalingOf,
} from '../capacity-providers.ts';
import { tagList } from '../shapes.ts';
import type { CapacityProvider, EcsWorld } from '../state.ts';
import {
  clientException,
  clusterName,
  findCluster,
  lastPart,
  nextTokenOf,
  notModelled,
  pageOfItems,
  tagRecord,
} from './find.ts';

function providerArn(world: EcsWorld, identifier: string): string {
  return arn(world.context, 'ecs', `capacity-provider/${lastPart(identifier)}`);
}

function shapeOf(provider: CapacityProvider, include: readonly string[] = ['TAGS']): CapacityProviderShape {
  const { autoScalingGroupArn, managedDraining, managedScaling, managedTerminationProtection } = provider;
  return {
    capacityProviderArn: provider.arn,
    name: provider.name,
    status: provider.status,
    tags: include.includes('TAGS') ? tagList(provider.tags) : [],
    ...(provider.updateStatus === undefined ? {} : { updateStatus: provider.updateStatus }),
    ...(autoScalingGroupArn === undefined
      ? { type: 'MANAGED_INSTANCES' }
      : {
          type: 'EC2_AUTOSCALING',
          autoScalingGroupProvider: {
            autoScalingGroupArn,
            managedDraining,
            managedScaling,
            managedTerminationProtection,
          },
        }),
  };
}

/** DescribeCapacityProviders: without names, all that are ACTIVE; up to 10 a page; unknown ones become failures. */
export function describeCapacityProviders(
  world: EcsWorld,
): Operation<DescribeCapacityProvidersRequest, DescribeCapacityProvidersResponse> {
  return {
    authorize: (request) => ({
      resources: (request.capacityProviders ?? ['*']).map((name) => providerArn(world, name)),
    }),
    run: (request) => {
      const names = request.capacityProviders?.map(lastPart);
      const cluster = request.cluster === undefined ? undefined : findCluster(world, request.cluster);
      const found = inOrder(world.capacityProviders.values()).filter(
        ({ name, status }) =>
          (names?.includes(name) ?? status === 'ACTIVE') && (cluster?.capacityProviders.has(name) ?? true),
      );
      const missing = (names ?? []).filter((name) => !found.some((provider) => provider.name === name));
      const page = pageOfItems(found, request, names === undefined ? 10 : 100);
      return {
        capacityProviders: page.items.map((provider) => shapeOf(provider, request.include ?? [])),
        failures: missing.map((name) => ({ arn: providerArn(world, name), reason: 'MISSING' })),
        ...nextTokenOf(page),
      };
    },
  };
}

const RESERVED_PREFIX = /^(aws|ecs|fargate)/i;

/** CreateCapacityProvider over an Auto Scaling group; managed scaling is kept as it is stated, but does not run. */
export function createCapacityProvider(
  world: EcsWorld,
): Operation<CreateCapacityProviderRequest, CreateCapacityProviderResponse> {
  return {
    authorize: ({ name = '' }) => ({ resources: [providerArn(world, name)] }),
    run: ({ name = '', autoScalingGroupProvider, managedInstancesProvider, tags }) => {
      if (managedInstancesProvider !== undefined) throw notModelled('launching ECS Managed Instances by API');
      if (RESERVED_PREFIX.test(name)) {
        throw clientException('The capacity provider name cannot be prefixed with "aws", "ecs" or "fargate".');
      }
      if (autoScalingGroupProvider === undefined) {
        throw clientException('The Auto Scaling group details are required when creating a capacity provider.');
      }
      if (world.capacityProviders.get(name)?.status === 'ACTIVE') {
        throw clientException(
          'The specified capacity provider already exists. To change the configuration of an existing capacity provider, update the capacity provider.',
        );
      }
      const group = groupNamed(world, autoScalingGroupProvider.autoScalingGroupArn ?? '');
      refuseUnprotectedGroup(group, autoScalingGroupProvider);
      const provider = addCapacityProvider(world, {
        ...autoScalingGroupProvider,
        name,
        autoScalingGroupArn: group.arn,
        tags: tagRecord(tags),
      });
      return { capacityProvider: shapeOf(provider) };
    },
  };
}

function groupNamed(world: EcsWorld, identifier: string): AutoScalingGroup {
  const group = world.autoScaling.groups.get(lastPart(identifier));
  if (group === undefined || (identifier.startsWith('arn:') && group.arn !== identifier)) {
    throw clientException('The specified Auto Scaling group ARN is not valid. Specify a valid ARN and try again.');
  }
  return group;
}

function refuseUnprotectedGroup(
  group: AutoScalingGroup | undefined,
  {
    managedTerminationProtection,
    managedScaling,
  }: Pick<AutoScalingGroupProvider, 'managedTerminationProtection' | 'managedScaling'>,
): void {
  if (managedTerminationProtection !== 'ENABLED') return;
  const invalid = 'The managed termination protection setting for the capacity provider is invalid.';
  if (managedScaling?.status !== 'ENABLED') {
    throw clientException(`${invalid} To enable it, managed scaling must be enabled.`);
  }
  if (group?.newInstancesProtected !== true) {
    throw clientException(
      `${invalid} To enable managed termination protection for a capacity provider, the Auto Scaling group must have instance protection from scale in enabled.`,
    );
  }
}

function activeProvider(world: EcsWorld, identifier: string): CapacityProvider {
  const provider = world.capacityProviders.get(lastPart(identifier));
  if (provider?.status === 'ACTIVE') return provider;
  throw clientException('The specified capacity provider does not exist. Specify a valid name or ARN and try again.');
}

export function updateCapacityProvider(
  world: EcsWorld,
): Operation<UpdateCapacityProviderRequest, UpdateCapacityProviderResponse> {
  return {
    authorize: ({ name = '' }) => ({ resources: [providerArn(world, name)] }),
    run: ({ name = '', autoScalingGroupProvider: update, managedInstancesProvider }) => {
      const provider = activeProvider(world, name);
      if (managedInstancesProvider !== undefined || provider.autoScalingGroupArn === undefined) {
        throw notModelled('changes of ECS Managed Instances');
      }
      const group = groupOfProvider(world, provider);
      const managedScaling = scalingOf(update?.managedScaling ?? {}, provider.managedScaling);
      const managedTerminationProtection =
        update?.managedTerminationProtection ?? provider.managedTerminationProtection;
      refuseUnprotectedGroup(group, { managedScaling, managedTerminationProtection });
      provider.managedScaling = managedScaling;
      provider.managedTerminationProtection = managedTerminationProtection;
      provider.managedDraining = update?.managedDraining ?? provider.managedDraining;
      followDraining(world, provider.name);
      return { capacityProvider: { ...shapeOf(provider), updateStatus: 'UPDATE_COMPLETE' } };
    },
  };
}

/** DeleteCapacityProvider: only one that no cluster uses. */
export function deleteCapacityProvider(
  world: EcsWorld,
): Operation<DeleteCapacityProviderRequest, DeleteCapacityProviderResponse> {
  return {
    authorize: ({ capacityProvider = '' }) => ({ resources: [providerArn(world, capacityProvider)] }),
    run: ({ capacityProvider = '' }) => {
      const provider = activeProvider(world, capacityProvider);
      const [user] = clustersOf(world, provider);
      if (user !== undefined) {
        throw clientException(
          `The specified capacity provider is in use and cannot be removed: it is associated with cluster ${clusterName(user.name)}.`,
        );
      }
      deleteProvider(world, provider);
      return { capacityProvider: shapeOf(provider) };
    },
  };
}
