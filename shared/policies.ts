import type { ECSClient } from '@aws-sdk/client-ecs';
import { describeClusterTags } from './aws/clusters.ts';
import { type ClusterPolicy, clusterPolicy, tagName } from './config/cluster-policy.ts';
import { type Policy, type SettingName, settings } from './config/settings.ts';
import { clusterName } from './domain/arns.ts';
import type { ClusterArn } from './domain/model.ts';
import { isNameIn } from './domain/name-patterns.ts';
import type { ClusterTags } from './incidents/common.ts';

/** The policy of each cluster: that of the stack, with what the tags of a cluster that is looked after override. */
export interface Policies {
  /** In a cluster that is not looked after nothing is done: its mode is `observe`, whatever that of the stack is. */
  of(cluster: ClusterArn): Promise<Policy>;
  /**
   * As it was when it was last read, without asking anybody; that of the stack where it never was.
   *
   * @param kept what an incident began with: another function may have read the tags when this one had not, or since
   */
  known(cluster: ClusterArn, kept?: ClusterTags): Policy;
  /** The tags themselves as they were last read here, to be kept with what begins; undefined where they never were. */
  tags(cluster: ClusterArn): ClusterTags | undefined;
  /** Reads the tags of all these clusters anew, with what is wrong with them. */
  refresh(clusters: readonly ClusterArn[]): Promise<ReadonlyMap<ClusterArn, ClusterPolicy>>;
}

/** A changed tag is in force everywhere after this long. */
const FRESH_MS = 300_000;

const POLICY_TAGS: ReadonlySet<string> = new Set(Object.keys(settings).map((name) => tagName(name as SettingName)));

interface Read extends ClusterPolicy {
  readonly tags: ClusterTags;
}

export function createPolicies(base: Policy, { ecs, now }: { readonly ecs: ECSClient; now(): number }): Policies {
  const read = new Map<ClusterArn, Read>();
  const outside: Policy = { ...base, mode: 'observe' };
  /** Instances may turn up in any cluster, but only those that are looked after may be read. */
  const isLookedAfter = (cluster: ClusterArn) => isNameIn(base.clusters, clusterName(cluster));
  const isFresh = ({ tags }: Read) => now() - tags.readAtMs < FRESH_MS;

  /** Reads under way, so that many looks at once make one. */
  const reading = new Map<ClusterArn, Promise<unknown>>();

  const refresh: Policies['refresh'] = async (clusters) => {
    const described = await describeClusterTags(ecs, clusters);
    for (const cluster of clusters) {
      const all = described.get(cluster) ?? {};
      const tags = Object.fromEntries(Object.entries(all).filter(([name]) => POLICY_TAGS.has(name)));
      read.set(cluster, { ...clusterPolicy(base, all), tags: { tags, readAtMs: now() } });
    }
    return read;
  };
  return {
    refresh,
    known(cluster, kept) {
      if (!isLookedAfter(cluster)) return base;
      const last = read.get(cluster);
      const isKeptNewer =
        kept !== undefined && (last === undefined || (last.tags.readAtMs < kept.readAtMs && !isFresh(last)));
      // Under the tags, the stack's settings of now: they may have changed since it began.
      return isKeptNewer ? clusterPolicy(base, kept.tags).policy : (last?.policy ?? base);
    },
    tags: (cluster) => read.get(cluster)?.tags,
    async of(cluster) {
      if (!isLookedAfter(cluster)) return outside;
      const known = read.get(cluster);
      if (known !== undefined && isFresh(known)) return known.policy;
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
