import { clusterName } from '../domain/arns.ts';
import type { ManagedDrainIncident } from '../incidents/incident.ts';
import type { Alert } from './alert.ts';
import { consoleLink, duration, instant, sections, toSubject } from './text.ts';

/** ECS waits for the tasks of an instance for at most 48 hours (Managed draining). */
const MANAGED_DRAINING_MAX_MS = 48 * 3_600_000;

/** Nothing has moved for long in a drain that ECS makes by itself. */
export function managedDrainStalledAlert(
  incident: ManagedDrainIncident,
  { blocking, nowMs }: { readonly blocking: readonly string[]; readonly nowMs: number },
): Alert {
  const endsAtMs = incident.openedAtMs + MANAGED_DRAINING_MAX_MS;
  return alert(incident, {
    step: 'stalled',
    state: 'opened',
    severity: 'warning',
    title: `Drain of ${incident.ec2InstanceId} by ECS is stuck, ${blocking.length} ${blocking.length === 1 ? 'task' : 'tasks'} left`,
    What: `ECS drains this instance by itself (managed draining), and nothing has moved for long. It waits until about ${instant(endsAtMs)} (${duration(endsAtMs - nowMs)} more).`,
    since: `${instant(incident.openedAtMs)} (${duration(nowMs - incident.openedAtMs)} ago)`,
    Blocking: blocking,
    Done: 'nothing: the hook is that of ECS, which alone completes it.',
    Next: 'Do what the lines above say, or stop the tasks yourself.',
  });
}

export function managedDrainOverAlert(
  incident: ManagedDrainIncident,
  { isLeft, nowMs }: { readonly isLeft: boolean; readonly nowMs: number },
): Alert {
  return alert(incident, {
    step: 'resolved',
    state: 'resolved',
    severity: 'info',
    title: `Resolved: drain of ${incident.ec2InstanceId} by ECS is ${isLeft ? 'not watched any more' : 'over'}`,
    What: isLeft
      ? 'The setting clusters no longer lets this cluster in: Ebbtide does not look at it any more.'
      : 'ECS no longer holds the instance.',
    since: `${instant(incident.openedAtMs)}, over after ${duration(nowMs - incident.openedAtMs)}`,
    Next: 'Nothing to do.',
  });
}

interface Content extends Pick<Alert, 'state' | 'severity'> {
  readonly step: string;
  readonly title: string;
  readonly What: string;
  readonly since: string;
  readonly [section: string]: string | readonly string[];
}

function alert(incident: ManagedDrainIncident, { step, state, severity, title, What, since, ...rest }: Content): Alert {
  const cluster = clusterName(incident.clusterArn);
  return {
    id: `${incident.id}#${incident.openedAtMs}#${step}`,
    kind: 'drain',
    state,
    severity,
    cluster,
    subject: toSubject(`[${cluster}] ${title}`),
    body: sections({
      What,
      Where: `${incident.ec2InstanceId} in cluster ${cluster}, Auto Scaling group ${incident.groupName}`,
      Console: consoleLink(incident.registrations[0].arn, incident.clusterArn),
      Since: since,
      ...(rest as Record<string, string | readonly string[]>),
    }),
  };
}
