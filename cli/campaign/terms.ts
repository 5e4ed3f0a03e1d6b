import { clusterPolicy } from '../../shared/config/cluster-policy.ts';
import { parsePolicy } from '../../shared/config/config.ts';
import type { Policy } from '../../shared/config/settings.ts';
import { isNameIn } from '../../shared/domain/name-patterns.ts';
import type { Role, Terms } from '../../simulator/invariants/terms.ts';
import { CLOCK_SKEW_MS_MAX } from './faults.ts';
import { NON_BLOCKING } from './fleet-plan.ts';
import type { Plan } from './plan.ts';

const MINUTE_MS = 60_000;
/** A function's time, in which a look that meets faults may still act; what it looked at may have been stale by as much as ECS may be. */
const ACTS_WITHIN_MS = 90_000;
/** An alert that its function could not send is sent by a sweep some minutes later; that one may fail too. */
const TELLS_WITHIN_MS = 15 * MINUTE_MS;
/** Where nobody is told of disconnections, ghosts are cleaned up after this long (configuration reference). */
const CLEAN_UP_MINUTES = 10;

/** What a plan's settings promise: those of the stack, and of each cluster with its tags. */
export function termsOf({ settings, clusters }: Pick<Plan, 'settings' | 'clusters'>): Terms {
  const policy = parsePolicy(settings);
  const byCluster = new Map(
    clusters.map(({ name, tags = {} }) => {
      const isLookedAfter = isNameIn(policy.clusters, name);
      const own = isLookedAfter ? clusterPolicy(policy, tags).policy : policy;
      return [name, termsOfPolicy(own, isLookedAfter ? roleOf(own) : 'stays out')];
    }),
  );
  return {
    ...termsOfPolicy(policy, roleOf(policy)),
    in: (cluster) => byCluster.get(cluster) ?? termsOfPolicy(policy, roleOf(policy)),
  };
}

function roleOf({ mode }: Policy): Role {
  return mode === 'act' ? 'acts' : 'observes';
}

function termsOfPolicy(policy: Policy, role: Role): Terms {
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
    role,
    actsWithinMs: ACTS_WITHIN_MS,
    clockSkewMs: 2 * CLOCK_SKEW_MS_MAX,
    tellsWithinMs: TELLS_WITHIN_MS,
  };
}

function inMs(minutes: number | 'off'): number {
  return minutes === 'off' ? Number.POSITIVE_INFINITY : minutes * MINUTE_MS;
}
