import { clusterName } from '../domain/arns.ts';
import type { DrainDecision } from '../domain/drain.ts';
import type { DrainIncident } from '../incidents/incident.ts';
import type { Alert } from './alert.ts';
import { consoleLink, duration, instant, sections, taskLine, toSubject } from './text.ts';

type Release = Extract<DrainDecision, { kind: 'release' }>;

/** What on-call is told when an instance was let go before its tasks had left; undefined when all went well. */
export function releaseAlert(incident: DrainIncident, release: Release, nowMs: number): Alert | undefined {
  if (release.reason === 'drained') return undefined;
  const [filed] = incident.registrations;
  const cluster = clusterName(filed.clusterArn);
  const isDeadline = release.reason === 'deadline';
  const tasks = release.remaining.map((task) => taskLine(task, nowMs));
  return {
    id: `${incident.id}#${incident.openedAtMs}#release`,
    kind: 'drain',
    state: 'opened',
    severity: 'critical',
    cluster,
    subject: toSubject(
      isDeadline
        ? `[${cluster}] Drain of ${incident.ec2InstanceId} reached its deadline, ${count(tasks.length)} left`
        : `[${cluster}] Lost contact with draining ${incident.ec2InstanceId}, released`,
    ),
    body: sections({
      What: isDeadline
        ? `The drain deadline has passed with ${count(tasks.length)} not stopped.`
        : 'The agent of a draining instance is gone; nobody can stop its tasks or tell how they fare.',
      Where: `${incident.ec2InstanceId} in cluster ${cluster}, Auto Scaling group ${incident.actions[0]?.groupName ?? 'unknown'}`,
      Console: consoleLink(filed.arn, filed.clusterArn),
      Since: `${instant(incident.openedAtMs)} (${duration(nowMs - incident.openedAtMs)} ago)`,
      Done: `${incident.actions.map((action) => action.hookName).join(', ')} completed with ${release.result}: the instance goes, with what is left on it.`,
      [isDeadline ? 'Not stopped' : 'Fate unknown']: tasks,
      Next: isDeadline
        ? 'Check that the work of these tasks is done again elsewhere. If they need longer, raise drainDeadlineMinutes.'
        : 'Check that the services are at their desired count, and why the agent went away (EC2 status checks, disk, memory).',
    }),
  };
}

function count(tasks: number): string {
  return tasks === 1 ? '1 task' : `${tasks} tasks`;
}
