import type {
  CreateClusterRequest,
  CreateClusterResponse,
  DescribeClustersRequest,
  DescribeClustersResponse,
  ListClustersRequest,
  ListClustersResponse,
} from '@aws-sdk/client-ecs';
import type { Operation } from '../../../wire/service.ts';
import { inOrder } from '../../pages.ts';
import { wakeAgentsOf } from '../agent.ts';
import { addCluster, type EcsWorld } from '../state.ts';
import { effectiveSetting } from './account-settings.ts';
import {
  attachProviders,
  checkStrategy,
  insightsOf,
  knownProviders,
  refuseServiceConnect,
} from './cluster-settings.ts';
import { clusterShape } from './cluster-shape.ts';
import { clusterArn, clusterName, nextTokenOf, pageOfItems, requireAtMost, tagRecord } from './find.ts';

/** CreateCluster: an ACTIVE cluster of the name is answered as it is. */
export function createCluster(world: EcsWorld): Operation<CreateClusterRequest, CreateClusterResponse> {
  return {
    authorize: ({ clusterName: name }) => ({ resources: [clusterArn(world, name)] }),
    run: (request, { caller }) => {
      const name = clusterName(request.clusterName);
      const existing = world.clusters.get(name);
      if (existing !== undefined) return { cluster: clusterShape(world, existing, ['TAGS', 'SETTINGS']) };
      refuseServiceConnect(request.serviceConnectDefaults);
      const names = knownProviders(world, request.capacityProviders ?? []);
      const strategy = request.defaultCapacityProviderStrategy ?? [];
      checkStrategy(strategy, new Set(names));
      const insights = insightsOf(request.settings) ?? effectiveSetting(world, 'containerInsights', caller).value;
      const cluster = addCluster(world, name, tagRecord(request.tags));
      cluster.containerInsights = insightsOf([{ name: 'containerInsights', value: insights }]) ?? 'disabled';
      cluster.configuration = request.configuration;
      cluster.defaultCapacityProviderStrategy = strategy;
      if (names.length > 0) attachProviders(world, cluster, names);
      wakeAgentsOf(world, name);
      return { cluster: clusterShape(world, cluster, ['TAGS', 'SETTINGS', 'CONFIGURATIONS']) };
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

/** DescribeClusters: up to 100, INACTIVE ones included; without names, the cluster `default`. */
export function describeClusters(world: EcsWorld): Operation<DescribeClustersRequest, DescribeClustersResponse> {
  const named = ({ clusters = [] }: DescribeClustersRequest) => (clusters.length === 0 ? ['default'] : clusters);
  return {
    authorize: (request) => ({ resources: named(request).map((name) => clusterArn(world, name)) }),
    run: (request) => {
      requireAtMost(named(request), 100, 'Clusters');
      const found = named(request).map((identifier) => {
        const name = clusterName(identifier);
        const cluster = world.clusters.get(name) ?? world.deletedClusters.get(name);
        return { identifier, cluster };
      });
      return {
        clusters: found.flatMap(({ cluster }) =>
          cluster === undefined ? [] : [clusterShape(world, cluster, request.include ?? [])],
        ),
        failures: found
          .filter(({ cluster }) => cluster === undefined)
          .map(({ identifier }) => ({ arn: clusterArn(world, identifier), reason: 'MISSING' })),
      };
    },
  };
}
