import { clusterName } from '../domain/arns.ts';
import type { Release } from '../domain/drain.ts';
import { clusterOf, type DrainIncident } from '../incidents/incident.ts';
import type { Alert } from './alert.ts';
import { consoleLink, duration, instant, sections, toSubject } from './text.ts';

/** How a drain ended, as far as an alert about it goes. */
export interface Ending {
  readonly reason: Release['reason'];
  /** What the hook was really completed with. */
  readonly result: 'CONTINUE' | 'ABANDON';
  /** Nothing was done: the mode says so. */
  readonly isObserved: boolean;
  /** The instance lives on, kept by its group. */
  readonly isRetained: boolean;
  /** ECS did not say what is left. */
  readonly isUnreadable: boolean;
  /** A line for each task that had not stopped. */
  readonly remaining: readonly string[];
}

/** What on-call is told when a drain is over; undefined when all went well and nobody was told that it did not. */
export function releaseAlert(incident: DrainIncident, ending: Ending, nowMs: number): Alert | undefined {
  switch (ending.reason) {
    case 'deadline':
      return deadlineAlert(incident, ending, nowMs);
    case 'lost contact':
      return lostContactAlert(incident, ending, nowMs);
    case 'terminated':
      if (ending.remaining.length > 0) return terminatedAlert(incident, ending, nowMs);
      return isToldAbout(incident) ? resolvedAlert(incident, ending.reason, nowMs) : undefined;
    case 'drained':
      return isToldAbout(incident) ? resolvedAlert(incident, ending.reason, nowMs) : undefined;
  }
}

/** Whether on-call has an open alert about this drain. */
export function isToldAbout({ stalledAtMs, interruption }: DrainIncident): boolean {
  return stalledAtMs !== undefined || interruption?.sparedToldAtMs !== undefined;
}

/** An instance that was spared was told of as an interruption: what resolves that is one too. */
function kindOf({ interruption }: DrainIncident): Pick<Content, 'kind'> {
  return interruption?.sparedToldAtMs === undefined ? {} : { kind: 'interruption' };
}

/** Nothing has moved for long, and there is time to do something about it. */
export function stalledAlert(incident: DrainIncident, blocking: readonly string[], nowMs: number): Alert {
  return drainAlert(incident, {
    step: 'stalled',
    state: 'opened',
    severity: 'warning',
    title: `Drain of ${incident.ec2InstanceId} is stuck, ${count(blocking)} left`,
    What: `Nothing has moved in this drain for long. ${goes(incident, nowMs)}`,
    Blocking: blocking,
    Next:
      incident.actions.length > 0
        ? 'Do what the lines above say, or let the deadline come; the tag ebbtide:drain-deadline-minutes of the cluster moves it.'
        : 'Do what the lines above say while there is time.',
    nowMs,
  });
}

/** The hook was ended by somebody else, or the instance is gone, after on-call was told that the drain is stuck. */
export function overAlert(
  incident: DrainIncident,
  { outcome, lost }: { readonly outcome: string; readonly lost: readonly string[] },
  nowMs: number,
): Alert {
  return drainAlert(incident, {
    step: 'resolved',
    ...kindOf(incident),
    state: 'resolved',
    severity: 'info',
    title: `Resolved: drain of ${incident.ec2InstanceId} is over, ${outcome}`,
    What: `The drain is over without Ebbtide's doing: ${outcome}.`,
    ...(lost.length > 0 && { 'Not stopped': lost }),
    Next: lost.length > 0 ? 'Check that the work of these tasks is done again elsewhere.' : 'Nothing to do.',
    nowMs,
  });
}

/** Its cluster is no longer looked after: what Ebbtide began, somebody else has to end. */
export function leftAlert(incident: DrainIncident, { isOpen }: { readonly isOpen: boolean }, nowMs: number): Alert {
  return drainAlert(incident, {
    step: 'left',
    ...kindOf(incident),
    state: isOpen ? 'resolved' : 'notice',
    severity: 'warning',
    title: `Drain of ${incident.ec2InstanceId} is left alone: its cluster is not looked after any more`,
    What: 'The setting clusters no longer lets this cluster in: Ebbtide does nothing more about this instance.',
    Left: ['The container instance is DRAINING, if Ebbtide had set it so.', ...heldUntil(incident)],
    Next: 'Finish the drain by hand: complete the hook once its tasks have stopped, or set the container instance ACTIVE. Or let the cluster in again before the hook ends.',
    nowMs,
  });
}

/** One that was never kept alive was found by the sweep: nobody knows since when it waits. */
function heldUntil(incident: DrainIncident): string[] {
  const { actions, phase } = incident;
  if (phase !== 'draining' || actions.length === 0) return [];
  const ends = actions.map((action) => action.heartbeatAtMs + action.heartbeatTimeoutSeconds * 1_000);
  const until = actions.every(({ heartbeatAtMs }) => heartbeatAtMs > 0)
    ? ` until about ${instant(Math.max(...ends))}`
    : '';
  return [`${hooks(incident)} holds the instance${until}, and then it goes with what runs on it.`];
}

function deadlineAlert(incident: DrainIncident, ending: Ending, nowMs: number): Alert {
  const { remaining } = ending;
  return drainAlert(incident, {
    step: 'release',
    state: isToldAbout(incident) ? 'escalated' : 'opened',
    severity: 'critical',
    title: `Drain of ${incident.ec2InstanceId} reached its deadline, ${left(ending)} left`,
    What: `The drain deadline has passed with ${left(ending)} not stopped.`,
    Done: done(incident, ending),
    'Not stopped': remaining,
    Next: 'Check that the work of these tasks is done again elsewhere. If they need longer, raise drainDeadlineMinutes.',
    nowMs,
  });
}

function left({ remaining, isUnreadable }: Ending): string {
  return isUnreadable ? 'nobody knows how many tasks' : count(remaining);
}

function done(incident: DrainIncident, { result, isObserved, isRetained }: Ending): string {
  if (isObserved) return `nothing, as the mode is observe; ${hooks(incident)} would be completed with ${result}.`;
  return isRetained
    ? `${hooks(incident)} completed with ${result}; the group retains the instance, which is made ACTIVE again. It is outside the group's desired capacity and is billed until somebody terminates it.`
    : `${hooks(incident)} completed with ${result}: the instance goes, with what is left on it.`;
}

function lostContactAlert(incident: DrainIncident, ending: Ending, nowMs: number): Alert {
  return drainAlert(incident, {
    step: 'release',
    state: isToldAbout(incident) ? 'escalated' : 'opened',
    severity: 'critical',
    title: `Lost contact with draining ${incident.ec2InstanceId}, released`,
    What: 'The agent of a draining instance is gone: nobody can stop its tasks or tell how they fare.',
    Done: done(incident, ending),
    'Fate unknown': ending.remaining,
    Next: 'Check that the services are at their desired count, and why the agent went away (EC2 status checks, disk, memory).',
    nowMs,
  });
}

function terminatedAlert(incident: DrainIncident, ending: Ending, nowMs: number): Alert {
  return drainAlert(incident, {
    step: 'release',
    ...kindOf(incident),
    state: isToldAbout(incident) ? 'resolved' : 'notice',
    severity: 'warning',
    title: `EC2 terminated draining ${incident.ec2InstanceId}, ${count(ending.remaining)} lost`,
    What: `EC2 terminated the instance before its hook was completed${incident.interruption?.cause === 'spot' ? ': a Spot interruption' : ''}.`,
    Lost: ending.remaining,
    Next: 'Check that the work of these tasks is done again elsewhere.',
    nowMs,
  });
}

/** The hook expired, or somebody completed it, while tasks still ran. */
export function cutShortAlert(incident: DrainIncident, lost: readonly string[], nowMs: number): Alert {
  return drainAlert(incident, {
    step: 'release',
    state: 'opened',
    severity: 'critical',
    title: `Hook of ${incident.ec2InstanceId} ended without Ebbtide, ${count(lost)} left`,
    What: `${hooks(incident)} ended before the drain was over: it expired, somebody else completed it, or its group was deleted by force. The instance goes with what was left on it.`,
    'Not stopped': lost,
    Next: 'Check that the work of these tasks is done again elsewhere. Unless somebody completed the hook by hand, look for failed heartbeats in the log.',
    nowMs,
  });
}

function resolvedAlert(incident: DrainIncident, reason: 'drained' | 'terminated', nowMs: number): Alert {
  return drainAlert(incident, {
    step: 'resolved',
    ...kindOf(incident),
    state: 'resolved',
    severity: 'info',
    title: `Resolved: ${incident.ec2InstanceId} ${reason}`,
    What: reason === 'drained' ? 'The last task that blocked has stopped.' : 'EC2 has terminated the instance.',
    Next: 'Nothing to do.',
    nowMs,
  });
}

export interface Content {
  readonly step: string;
  readonly kind?: Alert['kind'];
  readonly state: Alert['state'];
  readonly severity: Alert['severity'];
  readonly title: string;
  readonly nowMs: number;
  readonly What: string;
  readonly Next: string;
  readonly [section: string]: string | number | readonly string[];
}

/** An alert about a drain: `What` first, then where and since when, then the other sections in the order given. */
export function drainAlert(incident: DrainIncident, content: Content): Alert {
  const { step, kind = 'drain', state, severity, title, nowMs, What, ...rest } = content;
  const clusterArn = clusterOf(incident);
  const cluster = clusterName(clusterArn);
  return {
    id: `${incident.id}#${incident.openedAtMs}#${step}`,
    kind,
    state,
    severity,
    cluster,
    subject: toSubject(`[${cluster}] ${title}`),
    body: sections({
      What,
      Where: `${incident.ec2InstanceId} in cluster ${cluster}, ${group(incident)}`,
      Console: consoleLink(incident.registrations[0].arn, clusterArn),
      Since: `${instant(incident.openedAtMs)} (${duration(nowMs - incident.openedAtMs)} ago)`,
      ...(rest as Record<string, string | readonly string[]>),
    }),
  };
}

function group({ actions: [action], interruption }: DrainIncident): string {
  const name = action?.groupName ?? interruption?.groupName;
  return name === undefined ? 'in no Auto Scaling group' : `Auto Scaling group ${name}`;
}

/** When the instance goes at the latest, as far as anybody knows. */
function goes({ actions, deadlineAtMs, interruption }: DrainIncident, nowMs: number): string {
  const takenAtMs = interruption?.expectedAtMs ?? Number.POSITIVE_INFINITY;
  const at = (ms: number) => `At ${instant(ms)} (in ${duration(ms - nowMs)})`;
  if (actions.length > 0 && deadlineAtMs <= takenAtMs) return `${at(deadlineAtMs)} its hook is completed all the same.`;
  if (Number.isFinite(takenAtMs)) return `${at(takenAtMs)} AWS takes the instance all the same.`;
  return 'AWS may take the instance at any time.';
}

function hooks({ actions }: DrainIncident): string {
  return actions.map(({ hookName }) => hookName).join(', ') || 'no hook';
}

function count(tasks: readonly string[]): string {
  return tasks.length === 1 ? '1 task' : `${tasks.length} tasks`;
}
