import type { ClusterArn, ContainerInstanceArn } from '../domain/model.ts';
import { type Allowance, eachOf, type Failures, orAllFail } from './each.ts';

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

/**
 * Reviews what is about container instances, cluster by cluster: where one cannot be looked at, what is about its instances
 * has failed, and comes again without that of the others.
 *
 * @returns what failed, by container instance ARN
 */
export async function inEachCluster<T extends { readonly arn: ContainerInstanceArn; readonly clusterArn: ClusterArn }>(
  all: readonly T[],
  review: (inCluster: readonly T[]) => Promise<Failures>,
): Promise<Failures> {
  const failures: Failures = new Map();
  for (const inCluster of Map.groupBy(all, ({ clusterArn }) => clusterArn).values()) {
    const arns = inCluster.map(({ arn }) => arn);
    for (const [arn, error] of await orAllFail(arns, () => review(inCluster))) failures.set(arn, error);
  }
  return failures;
}
