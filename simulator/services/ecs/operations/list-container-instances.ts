import type { ListContainerInstancesRequest, ListContainerInstancesResponse } from '@aws-sdk/client-ecs';
import type { Operation } from '../../../wire/service.ts';
import { inOrder } from '../../pages.ts';
import { boundsOf, matchesQuery } from '../cluster-query.ts';
import { type ClusterQuery, parseClusterQuery } from '../cluster-query-parser.ts';
import type { Cluster, ContainerInstance, ContainerInstanceStatus, EcsWorld } from '../state.ts';
import { clusterArn, findCluster, nextTokenOf, pageOfItems } from './find.ts';

/** ListContainerInstances: all but INACTIVE ones unless `status` says otherwise; pages of up to 100. */
export function listContainerInstances(
  world: EcsWorld,
): Operation<ListContainerInstancesRequest, ListContainerInstancesResponse> {
  return {
    authorize: (request) => ({ resources: [clusterArn(world, request.cluster)] }),
    run: (request) => {
      const cluster = findCluster(world, request.cluster);
      const query =
        request.filter === undefined || request.filter === '' ? undefined : parseClusterQuery(request.filter);
      const found = candidates(cluster, query, request.status).filter(
        (instance) =>
          (request.status === undefined ? instance.status !== 'INACTIVE' : instance.status === request.status) &&
          (query === undefined || matchesQuery(instance, query)),
      );
      const page = pageOfItems(found, request);
      return { containerInstanceArns: page.items.map((instance) => instance.arn), ...nextTokenOf(page) };
    },
  };
}

/** The smallest index that holds every match, in order of registration. */
function candidates(
  cluster: Cluster,
  query: ClusterQuery | undefined,
  status: string | undefined,
): ContainerInstance[] {
  const bounds = query === undefined ? undefined : boundsOf(query);
  if (bounds?.ec2InstanceIds !== undefined) {
    return inOrder(new Set(bounds.ec2InstanceIds.flatMap((id) => [...(cluster.byEc2InstanceId.get(id) ?? [])])));
  }
  if (bounds?.disconnected) return inOrder(cluster.disconnected);
  if (status !== undefined) return inOrder(cluster.byStatus.get(status as ContainerInstanceStatus) ?? []);
  return inOrder(cluster.containerInstances.values());
}
