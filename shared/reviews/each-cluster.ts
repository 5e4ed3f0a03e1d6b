import type { ClusterArn } from '../domain/model.ts';
import { type Allowance, eachOf, type Failures } from './each.ts';

/** What was read of each cluster; those that could not be read are only in the failures, by ARN. */
export interface ReadClusters<T> {
  readonly found: ReadonlyMap<ClusterArn, T>;
  readonly failures: Failures;
}

/** Reads something of each cluster: one that ECS does not answer for keeps nobody from looking at the others. */
export async function readEachCluster<T>(
  clusters: Iterable<ClusterArn>,
  allowance: Allowance,
  read: (cluster: ClusterArn) => Promise<T>,
): Promise<ReadClusters<T>> {
  const found = new Map<ClusterArn, T>();
  const failures = await eachOf(
    [...new Set(clusters)],
    (cluster) => cluster,
    allowance,
    async (cluster) => found.set(cluster, await read(cluster)),
  );
  return { found, failures };
}
