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
