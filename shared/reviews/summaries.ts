import { commit } from '../alerts/publish.ts';
import { openLine, summaryAlert } from '../alerts/summary-alerts.ts';
import { listContainerInstanceArns } from '../aws/container-instances.ts';
import type { ClusterArn } from '../domain/model.ts';
import { clusterOf, type Incident, type SummaryIncident } from '../incidents/incident.ts';
import { summaryId } from '../incidents/outage-incident.ts';
import type { Runtime } from '../runtime.ts';
import { type Allowance, eachOf, type Failures } from './each.ts';

/** When the day's summaries are made; a sweep that misses the minute is followed by others within the hour. */
const SUMMARY_HOUR_UTC = 8;

/** Where an instance has not registered anywhere, its alerts name no cluster either. */
const NO_CLUSTER = 'unknown';

/** Once a day and cluster: what is no news, but should not be forgotten. Nothing is sent where there is nothing. */
export async function sweepSummaries(
  runtime: Runtime,
  { open, listClusters }: { readonly open: readonly Incident[]; listClusters(): Promise<ClusterArn[]> },
  allowance: Allowance,
): Promise<Failures> {
  if (new Date(runtime.now()).getUTCHours() !== SUMMARY_HOUR_UTC) return new Map();
  const told = linesByCluster(open);
  // Noted as made where there is nothing, so that what is only told of within the hour is not summed up at once.
  const clusters = [...(await listClusters()), NO_CLUSTER];
  const made = await runtime.incidents.getMany(clusters.map(summaryId));
  const due = clusters.filter((cluster) => !isOfToday(made.get(summaryId(cluster)), runtime.now()));
  return eachOf(due, summaryId, allowance, (cluster) =>
    summarize(runtime, cluster, { open: told.get(cluster) ?? [], made: made.get(summaryId(cluster)) }),
  );
}

function isOfToday(summary: Incident | undefined, nowMs: number): boolean {
  return summary !== undefined && dayOf(summary.openedAtMs) === dayOf(nowMs);
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function linesByCluster(open: readonly Incident[]): ReadonlyMap<ClusterArn, readonly string[]> {
  const lines = new Map<ClusterArn, string[]>();
  for (const incident of open) {
    const line = openLine(incident);
    if (line === undefined) continue;
    const cluster = incident.kind === 'launch' ? (incident.clusterArn ?? NO_CLUSTER) : clusterOf(incident);
    lines.set(cluster, [...(lines.get(cluster) ?? []), line]);
  }
  return lines;
}

async function summarize(
  runtime: Runtime,
  clusterArn: ClusterArn,
  { open, made }: { readonly open: readonly string[]; readonly made: Incident | undefined },
): Promise<void> {
  const agentVersionMin = clusterArn === NO_CLUSTER ? 'none' : (await runtime.policies.of(clusterArn)).agentVersionMin;
  // ECS compares versions by itself, so that only the old ones are listed (Cluster query language).
  const filter = `agentVersion < ${agentVersionMin}`;
  const oldAgents =
    agentVersionMin === 'none' ? [] : await listContainerInstanceArns(runtime.ecs, clusterArn, { filter });
  const nowMs = runtime.now();
  const isEmpty = oldAgents.length === 0 && open.length === 0;
  const summary: SummaryIncident = {
    kind: 'summary',
    id: summaryId(clusterArn),
    version: 0,
    clusterArn,
    openedAtMs: nowMs,
    closedAtMs: nowMs,
    outcome: 'momentary',
    outbox: isEmpty ? [] : [summaryAlert(clusterArn, { oldAgents, agentVersionMin, open, nowMs })],
  };
  await commit(runtime, summary, made);
}
