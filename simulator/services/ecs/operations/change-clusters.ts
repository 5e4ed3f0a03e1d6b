import type {
  DeleteClusterRequest,
  DeleteClusterResponse,
  PutClusterCapacityProvidersRequest,
  PutClusterCapacityProvidersResponse,
  UpdateClusterRequest,
  UpdateClusterResponse,
  UpdateClusterSettingsRequest,
  UpdateClusterSettingsResponse,
} from '@aws-sdk/client-ecs';
import { AwsError } from '../../../wire/aws-error.ts';
import type { Operation } from '../../../wire/service.ts';
import { dissociate } from '../capacity-providers.ts';
import type { Cluster, EcsWorld } from '../state.ts';
import {
  attachProviders,
  checkStrategy,
  insightsOf,
  knownProviders,
  refuseServiceConnect,
} from './cluster-settings.ts';
import { clusterShape } from './cluster-shape.ts';
import { clusterArn, findCluster, invalidParameter } from './find.ts';

interface OfCluster {
  readonly cluster?: string | undefined;
}

function authorize(world: EcsWorld) {
  return ({ cluster }: OfCluster) => ({ resources: [clusterArn(world, cluster)] });
}

export function updateCluster(world: EcsWorld): Operation<UpdateClusterRequest, UpdateClusterResponse> {
  return {
    authorize: authorize(world),
    run: (request) => {
      const cluster = findCluster(world, request.cluster);
      refuseServiceConnect(request.serviceConnectDefaults);
      cluster.containerInsights = insightsOf(request.settings) ?? cluster.containerInsights;
      cluster.configuration = request.configuration ?? cluster.configuration;
      return { cluster: clusterShape(world, cluster, ['SETTINGS', 'CONFIGURATIONS', 'TAGS']) };
    },
  };
}

export function updateClusterSettings(
  world: EcsWorld,
): Operation<UpdateClusterSettingsRequest, UpdateClusterSettingsResponse> {
  return {
    authorize: authorize(world),
    run: (request) => {
      const cluster = findCluster(world, request.cluster);
      const insights = insightsOf(request.settings);
      if (insights === undefined) throw invalidParameter('Settings cannot be empty.');
      cluster.containerInsights = insights;
      return { cluster: clusterShape(world, cluster, ['SETTINGS', 'TAGS']) };
    },
  };
}

/** DeleteCluster: refused while anything is in it. INACTIVE from then on, and still described. */
export function deleteCluster(world: EcsWorld): Operation<DeleteClusterRequest, DeleteClusterResponse> {
  return {
    authorize: authorize(world),
    run: (request) => {
      const cluster = findCluster(world, request.cluster);
      refuseWhileInUse(world, cluster);
      for (const name of [...cluster.capacityProviders]) dissociate(world, cluster, name);
      cluster.defaultCapacityProviderStrategy = [];
      cluster.isDeleted = true;
      cluster.tags.clear();
      world.clusters.delete(cluster.name);
      world.deletedClusters.set(cluster.name, cluster);
      return { cluster: clusterShape(world, cluster, ['SETTINGS', 'TAGS']) };
    },
  };
}

function refuseWhileInUse(world: EcsWorld, cluster: Cluster): void {
  const registered = [...cluster.containerInstances.values()].some(({ status }) => status !== 'INACTIVE');
  if (registered) {
    const message = 'The Cluster cannot be deleted while Container Instances are active or draining.';
    throw new AwsError('ClusterContainsContainerInstancesException', message);
  }
  if ([...cluster.services.values()].some(({ status }) => status !== 'INACTIVE')) {
    throw new AwsError('ClusterContainsServicesException', 'The Cluster cannot be deleted while Services are active.');
  }
  if ([...cluster.tasks.values()].some(({ lastStatus }) => lastStatus !== 'STOPPED')) {
    throw new AwsError('ClusterContainsTasksException', 'The Cluster cannot be deleted while Tasks are active.');
  }
  const isManaged = (name: string) => world.capacityProviders.get(name)?.autoScalingGroupArn === undefined;
  if ([...cluster.capacityProviders].some(isManaged)) {
    const message = 'The Cluster cannot be deleted while Capacity Providers are active.';
    throw new AwsError('ClusterContainsCapacityProviderException', message);
  }
}

/** PutClusterCapacityProviders: all the providers there shall be; those left out are dissociated unless in use. */
export function putClusterCapacityProviders(
  world: EcsWorld,
): Operation<PutClusterCapacityProvidersRequest, PutClusterCapacityProvidersResponse> {
  return {
    authorize: authorize(world),
    run: (request) => {
      const cluster = findCluster(world, request.cluster);
      if (cluster.attachmentsStatus === 'UPDATE_IN_PROGRESS') {
        throw new AwsError(
          'UpdateInProgressException',
          'The specified cluster is in a busy state. Cluster attachments must be in UPDATE_COMPLETE or UPDATE_FAILED state before they can be updated.',
        );
      }
      const names = knownProviders(world, request.capacityProviders ?? []);
      const strategy = request.defaultCapacityProviderStrategy ?? [];
      checkStrategy(strategy, new Set(names));
      const gone = [...cluster.capacityProviders].filter((name) => !names.includes(name));
      if (gone.some((name) => isInUse(cluster, name))) {
        throw new AwsError(
          'ResourceInUseException',
          'The specified capacity provider is in use and cannot be removed.',
        );
      }
      for (const name of gone) dissociate(world, cluster, name);
      cluster.defaultCapacityProviderStrategy = strategy;
      attachProviders(world, cluster, names);
      return { cluster: clusterShape(world, cluster, ['TAGS', 'SETTINGS', 'ATTACHMENTS']) };
    },
  };
}

function isInUse(cluster: Cluster, name: string): boolean {
  const byService = [...cluster.services.values()].some(
    ({ status, settings }) =>
      status !== 'INACTIVE' &&
      settings.capacityProviderStrategy?.some(({ capacityProvider }) => capacityProvider === name),
  );
  return (
    byService ||
    [...cluster.tasks.values()].some((task) => task.lastStatus !== 'STOPPED' && task.capacityProviderName === name)
  );
}
