import { clusterPolicy } from '../../shared/config/cluster-policy.ts';
import { parsePolicy } from '../../shared/config/config.ts';
import type { Policy } from '../../shared/config/settings.ts';
import { isNameIn } from '../../shared/domain/name-patterns.ts';
import type { Role, Terms } from '../../simulator/invariants/terms.ts';
import { CLOCK_SKEW_MS_MAX } from './faults.ts';
import { type ClusterPlan, MANAGED_PROVIDER, NON_BLOCKING } from './fleet-plan.ts';
import type { Plan } from './plan.ts';
import { REDEPLOYS } from './stack-pushes.ts';

const MINUTE_MS = 60_000;
/** A function's time, in which a look that meets faults may still act; what it looked at may have been stale by as much as ECS may be. */
const ACTS_WITHIN_MS = 90_000;
/** An alert that its function could not send is sent by a sweep some minutes later; that one may fail too. */
const TELLS_WITHIN_MS = 15 * MINUTE_MS;
/** Where nobody is told of disconnections, ghosts are cleaned up after this long (configuration reference). */
const CLEAN_UP_MINUTES = 10;

interface Promised extends Pick<Plan, 'settings' | 'redeployed'> {
  readonly clusters: readonly (Pick<ClusterPlan, 'name' | 'tags'> & { readonly groups?: ClusterPlan['groups'] })[];
  readonly pushes?: Plan['pushes'];
}

/**
 * What a plan's settings promise: those of the stack, and of each cluster with its tags.
 *
 * @param redeployedMs when the stack was deployed anew, in epoch milliseconds; undefined until then
 */
export function termsOf(plan: Promised, redeployedMs: () => number | undefined = () => undefined): Terms {
  const byCluster = new Map(plan.clusters.map(({ name }) => [name, inTurn(plan, name)]));
  const elsewhere = inTurn(plan, undefined);
  const homes = new Map(plan.clusters.flatMap(({ name, groups = [] }) => groups.map((group) => [group.name, name])));
  const termsIn = (cluster: string, atMs: number) => {
    const { before, after } = byCluster.get(cluster) ?? elsewhere;
    const changedMs = redeployedMs();
    // Who looked before that may still act.
    const isChanged = changedMs !== undefined && atMs - changedMs >= (after.role === 'observes' ? ACTS_WITHIN_MS : 0);
    return isChanged ? after : before;
  };
  return { ...elsewhere.before, homeOf: (group) => homes.get(group), in: termsIn };
}

/**
 * Of the stack deployed anew only the mode is a matter of time. Where it changes, nobody need act at any time: whether what
 * is under way goes on depends on the moment.
 */
function inTurn(plan: Promised, name: string | undefined): { readonly before: Terms; readonly after: Terms } {
  const all = inForce(plan, name).map(termsOfPolicy);
  const terms = all.reduce(laxer);
  const [before = 'acts', after = before] = all.map(({ role }) => role);
  const during = (role: Role): Terms => ({ ...terms, role: before !== after && role === 'acts' ? 'may act' : role });
  return { before: during(before), after: during(after) };
}

export interface PolicyInForce {
  readonly policy: Policy;
  readonly role: Role;
}

/**
 * The policy of a cluster (undefined: of the stack), and the one that a later deployment brings. But for their modes, it is
 * from the start as if both were in force: what a drain began with, it keeps.
 */
export function inForce(
  { settings, clusters, redeployed, pushes = [] }: Promised,
  name: string | undefined,
): PolicyInForce[] {
  const isRedeployed = redeployed !== undefined && pushes.some(({ push }) => push === REDEPLOYS);
  const all = isRedeployed ? [settings, { ...settings, ...redeployed }] : [settings];
  const tags = clusters.find((cluster) => cluster.name === name)?.tags ?? {};
  return all.map((one) => {
    const policy = parsePolicy(one);
    if (name === undefined) return { policy, role: roleOf(policy) };
    if (!isNameIn(policy.clusters, name)) return { policy, role: 'stays out' };
    const own = clusterPolicy(policy, tags).policy;
    return { policy: own, role: roleOf(own) };
  });
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
    stopsStandalone: one.stopsStandalone === true || other.stopsStandalone === true,
  };
}

function roleOf({ mode }: Policy): Role {
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
