import { clusterName } from '../domain/arns.ts';
import type { Ec2View, Known, Standing } from '../domain/launch.ts';
import type { Ec2StatusChecks } from '../domain/model.ts';
import type { LaunchIncident } from '../incidents/incident.ts';
import type { Alert } from './alert.ts';
import { consoleLink, duration, instant, sections, toSubject } from './text.ts';

/** What was done about an instance that did not arrive, in a sentence; and whether that was the end of it. */
export interface Reaction {
  readonly done: string;
  readonly isOver: boolean;
}

/** The instance has not arrived in time: what is known, what was done, where to look. */
export function notArrivedAlert(incident: LaunchIncident, known: Known, { done, isOver, nowMs }: Reaction & At): Alert {
  return alert(incident, known.standing, {
    step: 'opened',
    state: isOver ? 'notice' : 'opened',
    severity: 'critical',
    title: `${incident.ec2InstanceId} ${shortly(known)} after ${duration(nowMs - incident.openedAtMs)}`,
    What: `${incident.ec2InstanceId} was launched and has not arrived in its cluster: no task can be placed on it.`,
    Known: [sentence(known.standing, incident), `EC2 says: ${ec2Sentence(known.ec2)}`],
    Since: `${instant(incident.openedAtMs)} (${duration(nowMs - incident.openedAtMs)} ago)`,
    Done: done,
    Next: advice(known),
  });
}

/** For who was told that it had not. */
export function arrivalResolvedAlert(incident: LaunchIncident, outcome: string, { nowMs }: At): Alert {
  const [title, what] = ENDS[outcome] ?? LEFT;
  return alert(incident, undefined, {
    step: 'resolved',
    state: 'resolved',
    severity: 'info',
    title: `Resolved: ${incident.ec2InstanceId} ${title}`,
    What: what,
    Since: `${instant(incident.openedAtMs)}, over after ${duration(nowMs - incident.openedAtMs)}`,
    Next: 'Nothing to do.',
  });
}

const LEFT = ['has left its group', 'The instance is no longer in service in its group.'] as const;

const ENDS: Readonly<Record<string, readonly [title: string, what: string]>> = {
  registered: ['is registered and connected', 'Its agent has registered and is connected.'],
  'not looked after': [
    'is not looked after',
    'Nobody wants Ebbtide to look after it any more: its cluster or its group is left to others.',
  ],
};

interface At {
  readonly nowMs: number;
}

interface Content extends Pick<Alert, 'state' | 'severity'> {
  readonly step: string;
  readonly title: string;
  readonly What: string;
  readonly [section: string]: string | readonly string[];
}

function alert(
  incident: LaunchIncident,
  standing: Standing | undefined,
  { step, state, severity, title, What, ...rest }: Content,
): Alert {
  const instance = standing !== undefined && 'instance' in standing ? standing.instance : undefined;
  const clusterArn = incident.clusterArn ?? instance?.clusterArn;
  const cluster = clusterArn === undefined ? 'unknown' : clusterName(clusterArn);
  return {
    id: `${incident.id}#${incident.openedAtMs}#${step}`,
    kind: 'launch',
    state,
    severity,
    cluster,
    subject: toSubject(`[${clusterArn === undefined ? incident.groupName : cluster}] ${title}`),
    body: sections({
      What,
      Where: `${incident.ec2InstanceId}, Auto Scaling group ${incident.groupName}${clusterArn === undefined ? '' : `, cluster ${cluster}`}`,
      Console: instance && consoleLink(instance.arn, instance.clusterArn),
      ...(rest as Record<string, string | readonly string[]>),
    }),
  };
}

function shortly({ standing, ec2 }: Known): string {
  if (isFailing(ec2.checks)) return 'fails its EC2 status checks';
  const words = { 'not registered': 'in no cluster', elsewhere: 'in the wrong cluster', disconnected: 'disconnected' };
  return standing.kind in words ? words[standing.kind as keyof typeof words] : 'not arrived';
}

function sentence(standing: Standing, { clusterArn, isCertain }: LaunchIncident): string {
  if (standing.kind === 'not registered') return 'No agent has registered from it in any cluster.';
  const { instance } = standing;
  const where = clusterName(instance.clusterArn);
  if (standing.kind === 'elsewhere') {
    return `It is registered in cluster ${where}, and its group's tag ebbtide:cluster says ${isCertain && clusterArn !== undefined ? clusterName(clusterArn) : 'otherwise'}.`;
  }
  const since = instance.registeredAtMs === undefined ? '' : ` since ${instant(instance.registeredAtMs)}`;
  const agent = instance.agentConnected ? `is ${instance.status}` : 'is registered, and its agent is disconnected';
  return `In cluster ${where} it ${agent}${since}.`;
}

function ec2Sentence({ state, checks }: Ec2View): string {
  if (checks === undefined) return `${state}, no status checks.`;
  return `${state}, system status ${checks.system}, instance status ${checks.instance}.`;
}

function isFailing(checks: Ec2StatusChecks | undefined): boolean {
  return checks !== undefined && [checks.system, checks.instance].includes('impaired');
}

function advice({ standing, ec2 }: Known): string {
  if (isFailing(ec2.checks)) {
    return 'Look at the console output of the instance (get-console-output): its host or its operating system does not answer.';
  }
  if (standing.kind === 'elsewhere') {
    return 'Set ECS_CLUSTER in /etc/ecs/ecs.config (user data of the launch template), or correct the tag, and replace the instance.';
  }
  if (standing.kind === 'disconnected') {
    return 'Look at /var/log/ecs/ecs-agent.log on the instance: the agent registered and cannot hold its connection to ECS.';
  }
  return 'Look at /var/log/ecs/ecs-init.log and ecs-agent.log on the instance: mostly the user data, the instance profile or the route to the ECS endpoints is wrong.';
}
