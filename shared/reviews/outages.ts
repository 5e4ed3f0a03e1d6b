import { outageAlert, outageLeftAlert, outageResolvedAlert } from '../alerts/outage-alerts.ts';
import { commit } from '../alerts/publish.ts';
import { countRegistered } from '../aws/clusters.ts';
import { countContainerInstancesIn } from '../aws/container-instances.ts';
import type { Policy } from '../config/settings.ts';
import { type ClusterCensus, decideOutage } from '../domain/breaker.ts';
import type { ClusterArn } from '../domain/model.ts';
import type { Incident, OutageIncident } from '../incidents/incident.ts';
import { outageId } from '../incidents/outage-incident.ts';
import type { Runtime } from '../runtime.ts';

/** What the breaker looks at in one cluster. */
export interface ClusterState {
  readonly clusterArn: ClusterArn;
  readonly policy: Policy;
  /** How many are away that should not be, by Availability Zone. */
  readonly awayByZone: ReadonlyMap<string, number>;
  /** How many registrations are none of an instance whose agent ought to be there, or not its only one, by zone. */
  readonly surplusByZone: ReadonlyMap<string, number>;
  /** The zones in which something would be said or done about one of them now. */
  readonly dueZones: ReadonlySet<string>;
  /** The last one of the cluster, open or closed. */
  readonly previous: OutageIncident | undefined;
}

/** @returns the cluster's outage as it is now: open, or the last one that has closed */
export async function reviewOutage(runtime: Runtime, state: ClusterState): Promise<OutageIncident | undefined> {
  const { clusterArn, policy, awayByZone, dueZones, previous } = state;
  const isOpen = previous?.phase === 'open';
  const away = sumOf(awayByZone);
  const mayOpen = dueZones.size > 0 && away >= policy.outageCountMin;
  if (!isOpen && !mayOpen) return previous;
  const census = await takeCensus(runtime, state, away);
  const decision = decideOutage(isOpen, census, { policy, isStepDue: (zone) => dueZones.has(zone) });
  const nowMs = runtime.now();
  runtime.logger.info(`outage: ${decision.kind}`, { cluster: clusterArn, away, total: census.total, decision });
  switch (decision.kind) {
    case 'none':
      return previous;
    case 'open': {
      const opened: OutageIncident = {
        kind: 'outage',
        id: outageId(clusterArn),
        version: 0,
        phase: 'open',
        clusterArn,
        openedAtMs: nowMs,
        zones: toZones(decision.zones),
        awayMax: away,
        earlierEnds: endsOf(previous),
        outbox: [],
      };
      const alert = outageAlert(opened, census);
      return asOutage(await commit(runtime, { ...opened, outbox: [alert] }, previous)) ?? opened;
    }
    case 'keep': {
      if (previous === undefined) return undefined;
      // It may spread, and then all that it has touched is held until its end.
      const zones = widened(previous.zones, decision.zones);
      const isSame = String(zones) === String(previous.zones) && away <= previous.awayMax;
      if (isSame) return previous;
      const next = { ...previous, zones, awayMax: Math.max(away, previous.awayMax) };
      return asOutage(await commit(runtime, next, previous)) ?? next;
    }
    case 'close': {
      if (previous === undefined) return undefined;
      const alert = outageResolvedAlert(previous, away, nowMs);
      const ended = { ...previous, phase: 'closed', closedAtMs: nowMs, outcome: 'over' } as const;
      return asOutage(await commit(runtime, { ...ended, outbox: [...previous.outbox, alert] }, previous)) ?? ended;
    }
  }
}

/** The operator has taken its cluster away from Ebbtide, which may not even ask about it any more. */
export function leaveOutage(runtime: Runtime, outage: OutageIncident): Promise<unknown> {
  const nowMs = runtime.now();
  const ended = { ...outage, phase: 'closed', closedAtMs: nowMs, outcome: 'not looked after' } as const;
  return commit(runtime, { ...ended, outbox: [...outage.outbox, outageLeftAlert(outage, nowMs)] }, outage);
}

/** Whether the outage, open or over, is or was one of this zone too. */
export function concerns(outage: OutageIncident, zone: string): boolean {
  return outage.zones === 'all' || outage.zones.includes(zone);
}

/** When the last outage that was also one of this zone was over; an open one may have taken the place of its record. */
export function endedAtMs(outage: OutageIncident, zone: string): number | undefined {
  const ends = endsOf(outage);
  const known = [ends.all, ends[zone]].flatMap((atMs) => atMs ?? []);
  return known.length === 0 ? undefined : Math.max(...known);
}

function endsOf(outage: OutageIncident | undefined): Readonly<Record<string, number>> {
  const { zones = [], closedAtMs, earlierEnds = {} } = outage ?? {};
  if (closedAtMs === undefined) return earlierEnds;
  const own = (zones === 'all' ? ['all'] : zones).map((zone) => [zone, closedAtMs] as const);
  return { ...earlierEnds, ...Object.fromEntries(own) };
}

/** Two calls, and one for each zone in which enough are away to matter: asked only when something is wrong already. */
async function takeCensus(
  runtime: Runtime,
  { clusterArn, policy, awayByZone, surplusByZone, previous }: ClusterState,
  away: number,
): Promise<ClusterCensus> {
  const total = Math.max(away, (await countRegistered(runtime.ecs, clusterArn)) - sumOf(surplusByZone));
  const zones = new Map<string, { away: number; total: number | undefined }>();
  for (const [zone, count] of awayByZone) {
    const matters = zone.includes('-') && (count >= policy.outageCountMin || previous?.phase === 'open');
    const listed = matters ? await countContainerInstancesIn(runtime.ecs, clusterArn, zone) : undefined;
    zones.set(zone, { away: count, total: listed && Math.max(count, listed - (surplusByZone.get(zone) ?? 0)) });
  }
  return { away, total, zones };
}

function sumOf(byZone: ReadonlyMap<string, number>): number {
  return [...byZone.values()].reduce((sum, count) => sum + count, 0);
}

function toZones(zones: readonly string[] | 'all'): OutageIncident['zones'] {
  return zones === 'all' ? zones : [...zones];
}

function widened(before: OutageIncident['zones'], now: readonly string[] | 'all'): OutageIncident['zones'] {
  return before === 'all' || now === 'all' ? 'all' : [...new Set([...before, ...now])];
}

function asOutage(incident: Incident | undefined): OutageIncident | undefined {
  return incident?.kind === 'outage' ? incident : undefined;
}
