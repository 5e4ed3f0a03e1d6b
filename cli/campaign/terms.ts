import { clusterPolicy } from '../../shared/config/cluster-policy.ts';
import { parsePolicy } from '../../shared/config/config.ts';
import type { Policy } from '../../shared/config/settings.ts';
import { isNameIn } from '../../shared/domain/name-patterns.ts';
import type { Role, Terms } from '../../simulator/invariants/terms.ts';
import { CLOCK_SKEW_MS_MAX } from './faults.ts';
import { type ClusterPlan, MANAGED_PROVIDER, NON_BLOCKING } from './fleet-plan.ts';
import type { Plan } from './plan.ts';
import { REDEPLOYS, TAGS_A_CLUSTER } from './stack-pushes.ts';

const MINUTE_MS = 60_000;
/** A function's time, in which a look that meets faults may still act; what it looked at may have been stale by as much as ECS may be. */
const ACTS_WITHIN_MS = 90_000;
/** An alert that its function could not send is sent by a sweep some minutes later; that one may fail too. */
const TELLS_WITHIN_MS = 15 * MINUTE_MS;
/** Where nobody is told of disconnections, ghosts are cleaned up after this long (configuration reference). */
const CLEAN_UP_MINUTES = 10;

interface Promised extends Pick<Plan, 'settings' | 'redeployed'> {
  readonly clusters: readonly (Pick<ClusterPlan, 'name' | 'tags' | 'retagged'> & {
    readonly groups?: ClusterPlan['groups'];
  })[];
  readonly pushes?: Plan['pushes'];
  readonly faults?: Plan['faults'];
}

/** When the first push of a name came, in epoch milliseconds; undefined until then. */
export type ChangedMs = (push: string) => number | undefined;

/** What a plan's settings promise: those of the stack, and of each cluster with its tags. */
export function termsOf(plan: Promised, changedMs: ChangedMs = () => undefined): Terms {
  const byCluster = new Map(plan.clusters.map(({ name }) => [name, inForce(plan, name)]));
  const ofStack = inForce(plan, undefined);
  const homes = new Map(plan.clusters.flatMap(({ name, groups = [] }) => groups.map((group) => [group.name, name])));
  const hearsWithinMs = hearingMs(plan.faults);
  const termsOfAll = (all: readonly PolicyInForce[]) => ({ ...all.map(termsOfPolicy).reduce(laxer), hearsWithinMs });
  const lax = new Map([...byCluster].map(([name, all]) => [name, termsOfAll(all)]));
  const laxOfStack = termsOfAll(ofStack);
  return {
    ...laxOfStack,
    ...roleAt(ofStack, changedMs, 0),
    homeOf: (group) => homes.get(group),
    in: (cluster, atMs) => {
      const all = byCluster.get(cluster) ?? ofStack;
      const heldSinceMs = all[0]?.role === 'stays out' ? (changedMs(REDEPLOYS) ?? 0) : 0;
      return { ...(lax.get(cluster) ?? laxOfStack), ...roleAt(all, changedMs, atMs), heldSinceMs };
    },
  };
}

/** Who read the tags of a cluster goes by them for so long (configuration reference). */
const TAGS_ARE_KEPT_MS = 5 * MINUTE_MS;

/**
 * Only the role is a matter of time: who acts or has read before a change may still act for a while. Where it changes, nobody
 * need act at any time: whether what is under way goes on depends on the moment.
 */
function roleAt(all: readonly PolicyInForce[], changedMs: ChangedMs, atMs: number): Pick<Terms, 'role' | 'mayStayOut'> {
  const mayBe = (push: string, isKnownAfterMs: number) => {
    const sinceMs = atMs - (changedMs(push) ?? Number.POSITIVE_INFINITY);
    return (isChanged: boolean) => (isChanged ? sinceMs >= 0 : sinceMs < isKnownAfterMs);
  };
  const mayBeRedeployed = mayBe(REDEPLOYS, ACTS_WITHIN_MS);
  const mayBeRetagged = mayBe(TAGS_A_CLUSTER, TAGS_ARE_KEPT_MS + ACTS_WITHIN_MS);
  const possible = all.filter((one) => mayBeRedeployed(one.isRedeployed) && mayBeRetagged(one.isRetagged));
  const mayBeAs = (role: Role) => possible.some((one) => one.role === role);
  const role = (['acts', 'observes'] as const).find(mayBeAs) ?? 'stays out';
  const isLasting = all.every((one) => one.role === role);
  return {
    role: role === 'acts' && !isLasting ? 'may act' : role,
    mayStayOut: role === 'stays out' || mayBeAs('stays out'),
  };
}

function hearingMs(faults: Plan['faults'] = { rates: {} }): number {
  if (losesEvents(faults)) return Number.POSITIVE_INFINITY;
  const { eventLate = 0, eventDoubled = 0 } = faults.rates;
  return eventLate + eventDoubled > 0 ? 60 * MINUTE_MS : TELLS_WITHIN_MS;
}

/** Whether what an event tells of may never be heard of. */
export function losesEvents({ rates: { eventLost = 0 }, only = [] }: Plan['faults']): boolean {
  return eventLost > 0 || only.some((name) => name.startsWith('eventLost '));
}

export interface PolicyInForce {
  readonly policy: Policy;
  readonly role: 'acts' | 'observes' | 'stays out';
  /** Whether it is the one of the later deployment, and of the later tags. */
  readonly isRedeployed: boolean;
  readonly isRetagged: boolean;
}

/**
 * The policies of a cluster (undefined: of the stack): at first, as a later deployment or later tags make it, and last as all
 * of that does. But for the role, it is from the start as if all were in force: what a drain began with, it keeps.
 */
export function inForce(
  { settings, clusters, redeployed, pushes = [] }: Promised,
  name: string | undefined,
): PolicyInForce[] {
  const happens = (change: string) => pushes.some(({ push }) => push === change);
  const { tags = {}, retagged = {} } = clusters.find((cluster) => cluster.name === name) ?? {};
  return (happens(TAGS_A_CLUSTER) ? [false, true] : [false]).flatMap((isRetagged) =>
    (happens(REDEPLOYS) ? [false, true] : [false]).map((isRedeployed) => {
      const policy = parsePolicy({ ...settings, ...(isRedeployed && redeployed) });
      const changed = { isRedeployed, isRetagged };
      if (name === undefined) return { policy, role: roleOf(policy), ...changed };
      if (!isNameIn(policy.clusters, name)) return { policy, role: 'stays out', ...changed };
      const own = clusterPolicy(policy, { ...tags, ...(isRetagged && retagged) }).policy;
      return { policy: own, role: roleOf(own), ...changed };
    }),
  );
}

/** What either allows. */
function laxer(one: Terms, other: Terms): Terms {
  const longest = (terms: Terms) => terms.drainDeadlineMsMax ?? terms.drainDeadlineMs;
  return {
    ...one,
    drainDeadlineMs: Math.min(one.drainDeadlineMs, other.drainDeadlineMs),
    drainDeadlineMsMax: Math.max(longest(one), longest(other)),
    lostContactMs: Math.min(one.lostContactMs, other.lostContactMs),
    blocks: (group) => one.blocks?.(group) === true && other.blocks?.(group) === true,
    mayBlock: (group) => [one, other].some(({ blocks, mayBlock = blocks }) => mayBlock?.(group) === true),
    stopsStandalone: one.stopsStandalone === true || other.stopsStandalone === true,
    repairsPerHourMax: Math.max(one.repairsPerHourMax ?? 0, other.repairsPerHourMax ?? 0),
  };
}

function roleOf({ mode }: Policy): 'acts' | 'observes' {
  return mode === 'act' ? 'acts' : 'observes';
}

function termsOfPolicy({ policy, role }: PolicyInForce): Terms {
  const { disconnectedAlertMinutes: alert, disconnectedDeregisterMinutes: deregister, nonBlockingGroups } = policy;
  const nonBlocking = [`service:${NON_BLOCKING.daemon}`, `family:${NON_BLOCKING.selfStarted}`];
  const isNamed = (group: string) => nonBlockingGroups !== 'none' && isNameIn(nonBlockingGroups, group);
  return {
    ownsHook: (hook) => hook.startsWith('ebbtide-'),
    drainDeadlineMs: policy.drainDeadlineMinutes * MINUTE_MS,
    lostContactMs: policy.lostContactMinutes * MINUTE_MS,
    disconnectedMs: (alert === 'off' ? CLEAN_UP_MINUTES : alert) * MINUTE_MS,
    blocks: (group) => !nonBlocking.some((prefix) => group.startsWith(prefix)) && !isNamed(group),
    stopsStandalone: policy.standaloneTasks === 'stop',
    tellsDisconnections: alert !== 'off',
    restartsMs: inMs(policy.disconnectedRestartMinutes),
    replacesMs: inMs(policy.disconnectedReplaceMinutes),
    deregistersRunningMs: policy.disconnectedDeregisterRunning ? inMs(deregister) : Number.POSITIVE_INFINITY,
    replacesUnregisteredMs:
      policy.unregisteredAction === 'replace' ? inMs(policy.unregisteredMinutes) : Number.POSITIVE_INFINITY,
    replacesAnnounced: policy.rebalance === 'replace' || policy.scheduledChangeLeadMinutes !== 'off',
    repairsPerHourMax: policy.repairs === 'off' ? 0 : policy.repairsPerHourMax,
    outage: { sharePercent: policy.outageSharePercent, countMin: policy.outageCountMin },
    deregistersExternalMs: inMs(deregister),
    isLeftAlone: (capacityProvider) => capacityProvider === MANAGED_PROVIDER,
    role,
    actsWithinMs: ACTS_WITHIN_MS,
    clockSkewMs: 2 * CLOCK_SKEW_MS_MAX,
    tellsWithinMs: TELLS_WITHIN_MS,
  };
}

function inMs(minutes: number | 'off'): number {
  return minutes === 'off' ? Number.POSITIVE_INFINITY : minutes * MINUTE_MS;
}
