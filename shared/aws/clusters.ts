import { DescribeClustersCommand, type ECSClient, paginateListClusters } from '@aws-sdk/client-ecs';
import type { ClusterArn } from '../domain/model.ts';
import { inBatches } from './batches.ts';
import { required } from './errors.ts';
import { missingArns } from './failures.ts';

/** API Reference, ListClusters: maxResults is at most 100. */
const PAGE_SIZE_MAX = 100;

/** The ARNs of all clusters of the account in the client's region. */
export async function listClusters(ecs: ECSClient): Promise<ClusterArn[]> {
  const arns: ClusterArn[] = [];
  for await (const page of paginateListClusters({ client: ecs, pageSize: PAGE_SIZE_MAX }, {})) {
    arns.push(...(page.clusterArns ?? []));
  }
  return arns;
}

/** API Reference, DescribeClusters: up to 100 clusters. */
const DESCRIBE_MAX = 100;

/** How many container instances are registered, ACTIVE or DRAINING (API Reference, Cluster); none when the cluster is gone. */
export async function countRegistered(ecs: ECSClient, cluster: ClusterArn): Promise<number> {
  const answer = await ecs.send(new DescribeClustersCommand({ clusters: [cluster] }));
  missingArns('DescribeClusters', answer.failures);
  return answer.clusters?.[0]?.registeredContainerInstancesCount ?? 0;
}

/** The tags of each cluster; a cluster that is gone is left out. */
export async function describeClusterTags(
  ecs: ECSClient,
  clusters: readonly ClusterArn[],
): Promise<Map<ClusterArn, Readonly<Record<string, string>>>> {
  const tags = new Map<ClusterArn, Readonly<Record<string, string>>>();
  for (const batch of inBatches(clusters, DESCRIBE_MAX)) {
    const answer = await ecs.send(new DescribeClustersCommand({ clusters: batch, include: ['TAGS'] }));
    missingArns('DescribeClusters', answer.failures);
    for (const cluster of answer.clusters ?? []) {
      const pairs = (cluster.tags ?? []).map(({ key, value }) => [key ?? '', value ?? '']);
      tags.set(required(cluster, 'clusterArn', 'a cluster'), Object.fromEntries(pairs));
    }
  }
  return tags;
}
