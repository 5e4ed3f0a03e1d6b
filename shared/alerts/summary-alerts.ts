import { clusterName, shortId } from '../domain/arns.ts';
import type { ClusterArn, ContainerInstanceArn } from '../domain/model.ts';
import type { Incident } from '../incidents/incident.ts';
import type { Alert } from './alert.ts';
import { instant, sections, toSubject } from './text.ts';

/** Enough to see which group they are of. */
const LINES_MAX = 20;

export interface Summary {
  readonly oldAgents: readonly ContainerInstanceArn[];
  readonly agentVersionMin: string;
  readonly open: readonly Incident[];
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
      Open: limited(open.map((incident) => `${nameOf(incident)}, since ${instant(incident.openedAtMs)}`)),
      [`Agent older than ${agentVersionMin}`]: limited(oldAgents.map(shortId)),
      Next: 'Close what is open; update old agents or, better, replace their instances by ones of a current image.',
    }),
  };
}

function nameOf(incident: Incident): string {
  if (incident.kind === 'disconnection') {
    return `agent of ${incident.ec2InstanceId ?? shortId(incident.containerInstanceArn)} disconnected`;
  }
  return incident.kind;
}

function limited(lines: readonly string[]): string[] {
  const more = lines.length - LINES_MAX;
  return more > 0 ? [...lines.slice(0, LINES_MAX), `and ${more} more`] : [...lines];
}
