import { type ECSClient, paginateListClusters } from '@aws-sdk/client-ecs';
import type { ClusterArn } from '../domain/model.ts';

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
