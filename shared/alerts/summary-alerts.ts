import { clusterName, shortId } from '../domain/arns.ts';
import type { ClusterArn, ContainerInstanceArn } from '../domain/model.ts';
import type { Incident } from '../incidents/incident.ts';
import type { Alert } from './alert.ts';
import { isToldAbout } from './drain-alerts.ts';
import { whatIsScheduled } from './scheduled-change-alerts.ts';
import { instant, sections, toSubject } from './text.ts';

/** Enough to see which group they are of. */
const LINES_MAX = 20;

export interface Summary {
  readonly oldAgents: readonly ContainerInstanceArn[];
  readonly agentVersionMin: string;
  /** A line for each thing that on-call was told of and that is not over. */
  readonly open: readonly string[];
  readonly nowMs: number;
}

/** For somebody who reads it when there is time. */
export function summaryAlert(clusterArn: ClusterArn, { oldAgents, agentVersionMin, open, nowMs }: Summary): Alert {
  const cluster = clusterName(clusterArn);
  const counts = [
    ...(open.length > 0 ? [`${open.length} open`] : []),
    ...(oldAgents.length > 0 ? [`${oldAgents.length} with an old agent`] : []),
  ];
  return {
    id: `summary#${clusterArn}#${nowMs}`,
    kind: 'summary',
    state: 'notice',
    severity: 'info',
    cluster,
    subject: toSubject(`[${cluster}] Daily summary: ${counts.join(', ')}`),
    body: sections({
      Open: limited(open),
      [`Agent older than ${agentVersionMin}`]: limited(oldAgents.map(shortId)),
      Next: 'Close what is open; update old agents or, better, replace their instances by ones of a current image.',
    }),
  };
}

/** What on-call was told of an incident and may have forgotten; undefined where they were told of nothing, or it is over. */
export function openLine(incident: Incident): string | undefined {
  if (incident.closedAtMs !== undefined) return undefined;
  const since = (words: string, ms: number = incident.openedAtMs) => `${words}, since ${instant(ms)}`;
  switch (incident.kind) {
    case 'drain': {
      if (incident.phase !== 'draining' || !isToldAbout(incident)) return undefined;
      const { ec2InstanceId, stalledAtMs, interruption } = incident;
      return interruption?.sparedToldAtMs === undefined
        ? since(`drain of ${ec2InstanceId} stuck`, stalledAtMs)
        : since(`${ec2InstanceId} left DRAINING, its interruption did not come`, interruption.sparedToldAtMs);
    }
    case 'managed-drain': {
      const { ec2InstanceId, stalledAtMs } = incident;
      return stalledAtMs === undefined ? undefined : since(`drain of ${ec2InstanceId} by ECS stuck`, stalledAtMs);
    }
    case 'disconnection': {
      const { phase, ec2InstanceId, containerInstanceArn, sinceMs } = incident;
      if (phase !== 'alerted') return undefined;
      return since(`agent of ${ec2InstanceId ?? shortId(containerInstanceArn)} disconnected or impaired`, sinceMs);
    }
    case 'launch': {
      const { phase, ec2InstanceId, groupName } = incident;
      return phase === 'told' ? since(`${ec2InstanceId} of ${groupName} not arrived`) : undefined;
    }
    case 'outage':
      return since(`outage${incident.zones === 'all' ? '' : ` in ${incident.zones.join(', ')}`}`);
    case 'repairs':
      return incident.phase === 'limited' ? since('repairs held', incident.heldSinceMs) : undefined;
    case 'configuration': {
      const { length } = incident.problems;
      return since(`${length} ${length === 1 ? 'tag' : 'tags'} of the cluster not understood`);
    }
    case 'scheduled-change':
      return since(`${whatIsScheduled(incident.typeCode)} of ${incident.ec2InstanceId} scheduled by AWS`);
    // Told once, and kept as a record that it was.
    case 'misfit':
    case 'summary':
      return undefined;
  }
}

function limited(lines: readonly string[]): string[] {
  const more = lines.length - LINES_MAX;
  return more > 0 ? [...lines.slice(0, LINES_MAX), `and ${more} more`] : [...lines];
}
