import type { ECSClient } from '@aws-sdk/client-ecs';
import { describeClusterTags } from './aws/clusters.ts';
import { type ClusterPolicy, clusterPolicy } from './config/cluster-policy.ts';
import type { Policy } from './config/settings.ts';
import { clusterName } from './domain/arns.ts';
import type { ClusterArn } from './domain/model.ts';
import { isNameIn } from './domain/name-patterns.ts';

/** The policy of each cluster: that of the stack, with what the tags of a cluster that is looked after override. */
export interface Policies {
  of(cluster: ClusterArn): Promise<Policy>;
  /** As it was when it was last read, without asking anybody; that of the stack where it never was. */
  known(cluster: ClusterArn): Policy;
  /** Reads the tags of all these clusters anew, with what is wrong with them. */
  refresh(clusters: readonly ClusterArn[]): Promise<ReadonlyMap<ClusterArn, ClusterPolicy>>;
}

/** A changed tag is in force everywhere after this long. */
const FRESH_MS = 300_000;

export function createPolicies(base: Policy, { ecs, now }: { readonly ecs: ECSClient; now(): number }): Policies {
  const read = new Map<ClusterArn, ClusterPolicy & { readonly atMs: number }>();

  /** Reads under way, so that many looks at once make one. */
  const reading = new Map<ClusterArn, Promise<unknown>>();

  const refresh: Policies['refresh'] = async (clusters) => {
    const tags = await describeClusterTags(ecs, clusters);
    for (const cluster of clusters) read.set(cluster, { ...clusterPolicy(base, tags.get(cluster) ?? {}), atMs: now() });
    return read;
  };
  return {
    refresh,
    known: (cluster) => read.get(cluster)?.policy ?? base,
    async of(cluster) {
      // Instances may turn up in any cluster, but only those that are looked after may be read.
      if (!isNameIn(base.clusters, clusterName(cluster))) return base;
      const known = read.get(cluster);
      if (known !== undefined && now() - known.atMs < FRESH_MS) return known.policy;
      if (!reading.has(cluster))
        reading.set(
          cluster,
          refresh([cluster]).finally(() => reading.delete(cluster)),
        );
      await reading.get(cluster);
      return read.get(cluster)?.policy ?? base;
    },
  };
}
