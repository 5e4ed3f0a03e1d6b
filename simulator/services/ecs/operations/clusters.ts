import type {
  Cluster as ClusterShape,
  CreateClusterRequest,
  CreateClusterResponse,
  DescribeCapacityProvidersRequest,
  DescribeCapacityProvidersResponse,
  DescribeClustersRequest,
  DescribeClustersResponse,
  ListClustersRequest,
  ListClustersResponse,
} from '@aws-sdk/client-ecs';
import type { Operation } from '../../../wire/service.ts';
import { arn } from '../../fleet-context.ts';
import { inOrder, pageOf } from '../../pages.ts';
import { tagList } from '../shapes.ts';
import { addCluster, type Cluster, type EcsWorld } from '../state.ts';
import {
  clusterArn,
  clusterName,
  invalidParameter,
  lastPart,
  nextTokenOf,
  pageOfItems,
  requireAtMost,
} from './find.ts';

export function createCluster(world: EcsWorld): Operation<CreateClusterRequest, CreateClusterResponse> {
  return {
    authorize: () => ({ resources: ['*'] }),
    run: (request) => {
      const tags = Object.fromEntries((request.tags ?? []).map(({ key, value }) => [key ?? '', value ?? '']));
      const cluster = addCluster(world, clusterName(request.clusterName), tags);
      for (const name of request.capacityProviders ?? []) cluster.capacityProviders.add(name);
      return { cluster: clusterShape(cluster, ['TAGS']) };
    },
  };
}

export function listClusters(world: EcsWorld): Operation<ListClustersRequest, ListClustersResponse> {
  return {
    authorize: () => ({ resources: ['*'] }),
    run: (request) => {
      const page = pageOfItems(inOrder(world.clusters.values()), request);
      return { clusterArns: page.items.map((cluster) => cluster.arn), ...nextTokenOf(page) };
    },
  };
}

export function describeClusters(world: EcsWorld): Operation<DescribeClustersRequest, DescribeClustersResponse> {
  const named = (request: DescribeClustersRequest) => request.clusters ?? ['default'];
  return {
    authorize: (request) => ({ resources: named(request).map((name) => clusterArn(world, name)) }),
    run: (request) => {
      requireAtMost(named(request), 100, 'Clusters');
      const clusters: ClusterShape[] = [];
      const failures: { arn: string; reason: string }[] = [];
      for (const identifier of named(request)) {
        const cluster = world.clusters.get(clusterName(identifier));
        if (cluster === undefined) failures.push({ arn: clusterArn(world, identifier), reason: 'MISSING' });
        else clusters.push(clusterShape(cluster, request.include ?? []));
      }
      return { clusters, failures };
    },
  };
}

function clusterShape(cluster: Cluster, include: readonly string[]): ClusterShape {
  const count = (status: 'ACTIVE' | 'DRAINING') => cluster.byStatus.get(status)?.size ?? 0;
  return {
    clusterArn: cluster.arn,
    clusterName: cluster.name,
    status: 'ACTIVE',
    registeredContainerInstancesCount: count('ACTIVE') + count('DRAINING'),
    runningTasksCount: cluster.runningTasksCount,
    pendingTasksCount: cluster.pendingTasksCount,
    activeServicesCount: cluster.services.size,
    statistics: [],
    settings: include.includes('SETTINGS') ? [{ name: 'containerInsights', value: 'disabled' }] : [],
    tags: include.includes('TAGS') ? tagList(cluster.tags) : [],
    capacityProviders: [...cluster.capacityProviders],
    defaultCapacityProviderStrategy: [],
  };
}

/** Up to 10 a page; without names, all of them. */
export function describeCapacityProviders(
  world: EcsWorld,
): Operation<DescribeCapacityProvidersRequest, DescribeCapacityProvidersResponse> {
  return {
    authorize: (request) => ({
      resources: (request.capacityProviders ?? ['*']).map((name) =>
        arn(world.context, 'ecs', `capacity-provider/${lastPart(name)}`),
      ),
    }),
    run: (request) => {
      const names = request.capacityProviders?.map(lastPart);
      const missing = (names ?? []).filter((name) => !world.capacityProviders.has(name));
      const found = [...world.capacityProviders.values()].filter(({ name }) => names?.includes(name) ?? true);
      const numbered = found.map((provider, serial) => ({ serial, provider }));
      const page = pageOf(numbered, { token: request.nextToken, size: request.maxResults ?? 10 });
      if (page === undefined) throw invalidParameter('Invalid token.');
      return {
        capacityProviders: page.items.map(({ provider }) => ({
          capacityProviderArn: provider.arn,
          name: provider.name,
          status: 'ACTIVE' as const,
          ...(provider.autoScalingGroupArn === undefined
            ? { type: 'MANAGED_INSTANCES' as const }
            : {
                type: 'EC2_AUTOSCALING' as const,
                autoScalingGroupProvider: {
                  autoScalingGroupArn: provider.autoScalingGroupArn,
                  managedDraining: provider.managedDraining,
                  managedScaling: { status: provider.managedScaling },
                  managedTerminationProtection: provider.managedTerminationProtection,
                },
              }),
        })),
        failures: missing.map((name) => ({
          arn: arn(world.context, 'ecs', `capacity-provider/${name}`),
          reason: 'MISSING',
        })),
        ...nextTokenOf(page),
      };
    },
  };
}
