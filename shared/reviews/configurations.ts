import { configurationAlert, configurationResolvedAlert } from '../alerts/configuration-alerts.ts';
import { commit } from '../alerts/publish.ts';
import { decideConfiguration } from '../domain/configuration.ts';
import type { ClusterArn } from '../domain/model.ts';
import { configurationId } from '../incidents/configuration-incident.ts';
import type { ConfigurationIncident, Incident } from '../incidents/incident.ts';
import type { Runtime } from '../runtime.ts';
import { type Allowance, eachOf, type Failures } from './each.ts';

/** Reads the tags of every cluster that is looked after, and tells on-call of those that are wrong, until they are not. */
export async function sweepConfigurations(
  runtime: Runtime,
  { open, listClusters }: { readonly open: ReadonlyMap<string, Incident>; listClusters(): Promise<ClusterArn[]> },
  allowance: Allowance,
): Promise<Failures> {
  const clusters = await listClusters();
  const policies = await runtime.policies.refresh(clusters);
  const problems = new Map<ClusterArn, readonly string[]>();
  for (const incident of open.values()) {
    if (incident.kind === 'configuration') problems.set(incident.clusterArn, []);
  }
  for (const cluster of clusters) {
    const found = policies.get(cluster)?.problems ?? [];
    if (found.length > 0) problems.set(cluster, found);
  }
  const incidents = await runtime.incidents.getMany([...problems.keys()].map(configurationId));
  return eachOf(
    [...problems],
    ([cluster]) => configurationId(cluster),
    allowance,
    async ([cluster, found]) => {
      const incident = incidents.get(configurationId(cluster));
      await review(runtime, { cluster, incident: incident?.kind === 'configuration' ? incident : undefined, found });
    },
  );
}

interface Subject {
  readonly cluster: ClusterArn;
  readonly incident: ConfigurationIncident | undefined;
  readonly found: readonly string[];
}

async function review(runtime: Runtime, { cluster, incident, found }: Subject): Promise<void> {
  const decision = decideConfiguration(incident, found);
  const nowMs = runtime.now();
  const problems = [...found];
  if (decision.kind !== 'none') runtime.logger.warn(`tags: ${decision.kind}`, { cluster, problems });
  if (decision.kind === 'open') {
    const opened: ConfigurationIncident = {
      kind: 'configuration',
      id: configurationId(cluster),
      version: 0,
      phase: 'open',
      clusterArn: cluster,
      openedAtMs: nowMs,
      problems,
      outbox: [],
    };
    await commit(runtime, { ...opened, outbox: [configurationAlert(opened, 'opened', nowMs)] }, incident);
  }
  if (incident === undefined) return;
  if (decision.kind === 'update') {
    const next = { ...incident, problems };
    const alerts = decision.isWorse ? [configurationAlert(next, 'escalated', nowMs)] : [];
    await commit(runtime, { ...next, outbox: [...incident.outbox, ...alerts] }, incident);
  }
  if (decision.kind === 'close') {
    const outbox = [...incident.outbox, configurationResolvedAlert(incident, nowMs)];
    const ended = { ...incident, phase: 'closed', closedAtMs: nowMs, outcome: 'corrected', outbox } as const;
    await commit(runtime, ended, incident);
  }
}
