import { clusterName } from '../domain/arns.ts';
import type { ScheduledChangeIncident } from '../incidents/scheduled-change-incident.ts';
import type { Alert } from './alert.ts';
import { consoleLink, duration, instant, sections, toSubject } from './text.ts';

/** What is going to be done about it. */
export interface Plan {
  /** Undefined: nothing, the operator wants it so. */
  readonly leavesAtMs: number | undefined;
  readonly groupName: string | undefined;
}

export function scheduledChangeAlert(
  incident: ScheduledChangeIncident,
  { leavesAtMs, groupName }: Plan,
  nowMs: number,
): Alert {
  const { startsAtMs, ec2InstanceId, typeCode } = incident;
  const when = startsAtMs === undefined ? 'at a time that it does not name' : `at ${instant(startsAtMs)}`;
  const isPlanned = leavesAtMs !== undefined;
  const leaves = isPlanned && leavesAtMs > nowMs ? `at ${instant(leavesAtMs)}` : 'now';
  const replaced =
    groupName === undefined ? '; it is in no group that would replace it' : `, and ${groupName} replaces it`;
  return alert(incident, {
    state: 'opened',
    severity: 'warning',
    title: `AWS has scheduled ${whatIsScheduled(typeCode)} of ${ec2InstanceId}`,
    What: `AWS is going to carry out ${typeCode} on the instance ${when}. Its tasks end then.`,
    Since: `${instant(incident.openedAtMs)}${startsAtMs === undefined ? '' : `, ${duration(startsAtMs - nowMs)} ahead`}`,
    Done: isPlanned ? `it is drained ${leaves}${replaced}.` : 'nothing, as scheduledChangeLeadMinutes is off.',
    Next:
      isPlanned && groupName !== undefined
        ? 'Nothing to do, unless the instance holds data of its own.'
        : 'Start a replacement, and drain the instance before that time (aws ecs update-container-instances-state --status DRAINING).',
  });
}

export type ScheduledChangeOutcome = 'gone' | 'over' | 'called off' | 'superseded';

export function scheduledChangeResolvedAlert(
  incident: ScheduledChangeIncident,
  outcome: ScheduledChangeOutcome,
  nowMs: number,
): Alert {
  const says = {
    gone: 'The instance is gone.',
    over: 'Its time has passed, and the instance is still there.',
    'called off': 'AWS Health says that it is closed.',
    superseded: 'AWS has scheduled another change of the instance, which comes sooner: you are told of that one.',
  }[outcome];
  return alert(incident, {
    state: 'resolved',
    severity: 'info',
    title: `Resolved: scheduled ${whatIsScheduled(incident.typeCode)} of ${incident.ec2InstanceId}, ${outcome}`,
    What: says,
    Since: `${instant(incident.openedAtMs)}, over after ${duration(nowMs - incident.openedAtMs)}`,
    Next: 'Nothing to do.',
  });
}

function alert(
  incident: ScheduledChangeIncident,
  {
    state,
    severity,
    title,
    What,
    ...rest
  }: Pick<Alert, 'state' | 'severity'> & { readonly title: string; readonly What: string } & Record<string, string>,
): Alert {
  const cluster = clusterName(incident.clusterArn);
  return {
    id: `${incident.id}#${incident.openedAtMs}#${state}`,
    kind: 'scheduled-change',
    state,
    severity,
    cluster,
    subject: toSubject(`[${cluster}] ${title}`),
    body: sections({
      What,
      Where: `${incident.ec2InstanceId} in cluster ${cluster}`,
      Console: consoleLink(incident.containerInstanceArn, incident.clusterArn),
      ...rest,
    }),
  };
}

/** `AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED` -> `retirement`. */
export function whatIsScheduled(typeCode: string): string {
  return typeCode
    .replace(/^AWS_EC2_(PERSISTENT_)?(INSTANCE_|SYSTEM_)?/, '')
    .replace(/_SCHEDULED$/, '')
    .toLowerCase()
    .replaceAll('_', ' ');
}
