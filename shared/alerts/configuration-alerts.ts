import { clusterName } from '../domain/arns.ts';
import type { ConfigurationIncident } from '../incidents/incident.ts';
import type { Alert } from './alert.ts';
import { clusterLink, instant, sections, toSubject } from './text.ts';

/** Told when it begins, and again when more tags have become wrong. */
export function configurationAlert(
  incident: ConfigurationIncident,
  state: 'opened' | 'escalated',
  nowMs: number,
): Alert {
  const { problems } = incident;
  const count = problems.length === 1 ? '1 tag' : `${problems.length} tags`;
  return {
    ...common(incident, state, nowMs),
    severity: 'warning',
    subject: toSubject(`[${clusterName(incident.clusterArn)}] ${count} of the cluster cannot be understood`),
    body: sections({
      What: `Tags of the cluster that are meant for Ebbtide are not valid, and Ebbtide goes on without them.`,
      ...where(incident),
      Problems: problems,
      Since: instant(incident.openedAtMs),
      Done: 'The values of the stack are in force in their place; the valid tags hold.',
      Next: 'Correct the tags, or remove them. The new values hold within minutes, and you are told once all is well.',
    }),
  };
}

export function configurationResolvedAlert(incident: ConfigurationIncident, nowMs: number): Alert {
  const cluster = clusterName(incident.clusterArn);
  return {
    ...common(incident, 'resolved', nowMs),
    severity: 'info',
    subject: toSubject(`[${cluster}] Resolved: tags of the cluster`),
    body: sections({
      What: 'No tag of the cluster is wrong any more.',
      ...where(incident),
      Since: `${instant(incident.openedAtMs)}, over at ${instant(nowMs)}`,
      Next: 'Nothing to do.',
    }),
  };
}

function common<State extends Alert['state']>(
  { id, openedAtMs, clusterArn }: ConfigurationIncident,
  state: State,
  nowMs: number,
) {
  const step = state === 'escalated' ? `${state}-${nowMs}` : state;
  return { id: `${id}#${openedAtMs}#${step}`, kind: 'configuration', state, cluster: clusterName(clusterArn) } as const;
}

function where({ clusterArn }: ConfigurationIncident): Record<string, string> {
  return { Where: `cluster ${clusterName(clusterArn)}`, Console: clusterLink(clusterArn, 'tags') };
}
