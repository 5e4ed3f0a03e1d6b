import type { Policy } from '../config/settings.ts';
import { clusterName } from '../domain/arns.ts';
import { isSooner } from '../domain/scheduled-change.ts';
import type { ScheduledChangeIncident } from '../incidents/scheduled-change-incident.ts';
import type { Alert } from './alert.ts';
import { consoleLink, duration, instant, sections, toSubject } from './text.ts';

/** What is going to be done about it. */
export interface Plan {
  /** Undefined: nothing, the operator wants it so. */
  readonly leavesAtMs: number | undefined;
  readonly groupName: string | undefined;
  readonly policy: Pick<Policy, 'mode' | 'repairs'>;
}

export function scheduledChangeAlert(incident: ScheduledChangeIncident, plan: Plan, nowMs: number): Alert {
  const { startsAtMs, ec2InstanceId, typeCode, openedAtMs } = incident;
  return alert(incident, {
    step: 'opened',
    state: 'opened',
    severity: 'warning',
    title: `AWS has scheduled ${whatIsScheduled(typeCode)} of ${ec2InstanceId}`,
    What: `AWS is going to carry out ${typeCode} on the instance ${at(startsAtMs)}. Its tasks end then.`,
    Since: `${instant(openedAtMs)}${startsAtMs === undefined ? '' : `, ${duration(startsAtMs - nowMs)} ahead`}`,
    ...whatIsDone(plan, nowMs),
  });
}

/** The same change, at another time: news to act on where that is sooner. */
export function scheduledChangeMovedAlert(
  incident: ScheduledChangeIncident,
  earlier: Pick<ScheduledChangeIncident, 'startsAtMs'>,
  { nowMs, ...plan }: Plan & { readonly nowMs: number },
): Alert {
  const { startsAtMs, ec2InstanceId, typeCode, openedAtMs } = incident;
  const isForward = isSooner(incident, earlier);
  const moved = isForward ? 'brought forward' : 'put off';
  const to = startsAtMs === undefined ? '' : ` to ${instant(startsAtMs)}`;
  return alert(incident, {
    step: `moved-${nowMs}`,
    state: isForward ? 'escalated' : 'notice',
    severity: isForward ? 'warning' : 'info',
    title: `${whatIsScheduled(typeCode)} of ${ec2InstanceId} ${moved}${to}`,
    What: `AWS is going to carry out ${typeCode} on the instance ${at(startsAtMs)}, and no longer ${at(earlier.startsAtMs)}. Its tasks end then.`,
    Since: instant(openedAtMs),
    ...whatIsDone(plan, nowMs),
  });
}

function at(startsAtMs: number | undefined): string {
  return startsAtMs === undefined ? 'at a time that it does not name' : `at ${instant(startsAtMs)}`;
}

function whatIsDone(plan: Plan, nowMs: number): { readonly Done: string; readonly Next: string } {
  const { leavesAtMs, policy } = plan;
  const replacement = replacementIn(plan);
  const isSeenTo = leavesAtMs !== undefined && replacement.isPlanned && policy.mode === 'act';
  const leaves = leavesAtMs !== undefined && leavesAtMs > nowMs ? `at ${instant(leavesAtMs)}` : 'now';
  const drained = `drained ${leaves}${replacement.says}.`;
  const done = policy.mode === 'act' ? `it is ${drained}` : `nothing, as the mode is observe; it would be ${drained}`;
  return {
    Done: leavesAtMs === undefined ? 'nothing, as scheduledChangeLeadMinutes is off.' : done,
    Next: isSeenTo
      ? 'Nothing to do, unless the instance holds data of its own.'
      : 'Start a replacement, and drain the instance before that time (aws ecs update-container-instances-state --status DRAINING).',
  };
}

function replacementIn({ groupName, policy }: Plan): { readonly isPlanned: boolean; readonly says: string } {
  if (groupName === undefined) return { isPlanned: false, says: '; it is in no group that would replace it' };
  if (policy.repairs === 'off') {
    return { isPlanned: false, says: `; ${groupName} is not told to replace it, as repairs are switched off` };
  }
  return { isPlanned: true, says: `, and replaced by ${groupName}` };
}

export type ScheduledChangeOutcome = 'gone' | 'over' | 'called off' | 'superseded' | 'not looked after';

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
    'not looked after': 'Its cluster is not looked after any more: nothing is done ahead of the change.',
  }[outcome];
  return alert(incident, {
    step: 'resolved',
    state: 'resolved',
    severity: 'info',
    title: `Resolved: scheduled ${whatIsScheduled(incident.typeCode)} of ${incident.ec2InstanceId}, ${outcome}`,
    What: says,
    Since: `${instant(incident.openedAtMs)}, over after ${duration(nowMs - incident.openedAtMs)}`,
    Next: outcome === 'not looked after' ? 'See to the change yourself.' : 'Nothing to do.',
  });
}

interface Content extends Pick<Alert, 'state' | 'severity'> {
  readonly step: string;
  readonly title: string;
  readonly What: string;
  readonly [section: string]: string;
}

function alert(incident: ScheduledChangeIncident, { step, state, severity, title, What, ...rest }: Content): Alert {
  const cluster = clusterName(incident.clusterArn);
  return {
    id: `${incident.id}#${incident.openedAtMs}#${step}`,
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
