import { commit } from '../alerts/publish.ts';
import { summaryAlert } from '../alerts/summary-alerts.ts';
import { listContainerInstanceArns } from '../aws/container-instances.ts';
import type { ClusterArn } from '../domain/model.ts';
import type { Incident, SummaryIncident } from '../incidents/incident.ts';
import { summaryId } from '../incidents/outage-incident.ts';
import type { Runtime } from '../runtime.ts';
import { type Allowance, eachOf, type Failures } from './each.ts';

/** When the day's summaries are made; a sweep that misses the minute is followed by others within the hour. */
const SUMMARY_HOUR_UTC = 8;

/** Once a day and cluster: what is no news, but should not be forgotten. Nothing is sent where there is nothing. */
export async function sweepSummaries(
  runtime: Runtime,
  { open, listClusters }: { readonly open: readonly Incident[]; listClusters(): Promise<ClusterArn[]> },
  allowance: Allowance,
): Promise<Failures> {
  if (new Date(runtime.now()).getUTCHours() !== SUMMARY_HOUR_UTC) return new Map();
  const clusters = await listClusters();
  const made = await runtime.incidents.getMany(clusters.map(summaryId));
  const due = clusters.filter((cluster) => !isOfToday(made.get(summaryId(cluster)), runtime.now()));
  return eachOf(due, summaryId, allowance, (cluster) => summarize(runtime, cluster, { open, made }));
}

function isOfToday(summary: Incident | undefined, nowMs: number): boolean {
  return summary !== undefined && dayOf(summary.openedAtMs) === dayOf(nowMs);
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

async function summarize(
  runtime: Runtime,
  clusterArn: ClusterArn,
  { open, made }: { readonly open: readonly Incident[]; readonly made: ReadonlyMap<string, Incident> },
): Promise<void> {
  const { agentVersionMin } = await runtime.policies.of(clusterArn);
  // ECS compares versions by itself, so that only the old ones are listed (Cluster query language).
  const filter = `agentVersion < ${agentVersionMin}`;
  const oldAgents =
    agentVersionMin === 'none' ? [] : await listContainerInstanceArns(runtime.ecs, clusterArn, { filter });
  const told = open.filter(
    (incident) => isTold(incident) && 'clusterArn' in incident && incident.clusterArn === clusterArn,
  );
  const nowMs = runtime.now();
  const isEmpty = oldAgents.length === 0 && told.length === 0;
  const summary: SummaryIncident = {
    kind: 'summary',
    id: summaryId(clusterArn),
    version: 0,
    clusterArn,
    openedAtMs: nowMs,
    closedAtMs: nowMs,
    outcome: 'momentary',
    outbox: isEmpty ? [] : [summaryAlert(clusterArn, { oldAgents, agentVersionMin, open: told, nowMs })],
  };
  await commit(runtime, summary, made.get(summary.id));
}

/** Those that on-call knows of and may have forgotten. */
function isTold(incident: Incident): boolean {
  if (incident.closedAtMs !== undefined) return false;
  return (incident.kind === 'disconnection' && incident.phase === 'alerted') || incident.kind === 'outage';
}
