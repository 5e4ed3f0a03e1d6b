import { clusterName } from '../domain/arns.ts';
import type { ContainerInstance } from '../domain/model.ts';
import type { DisconnectionIncident } from '../incidents/incident.ts';
import type { Alert } from './alert.ts';
import { consoleLink, duration, instant, sections, toSubject } from './text.ts';

/** What is known about the instance at the moment of the alert. */
export interface Situation {
  readonly instance: ContainerInstance;
  readonly ec2State: string | undefined;
  readonly groupName: string | undefined;
}

export function disconnectedAlert(incident: DisconnectionIncident, situation: Situation, nowMs: number): Alert {
  const { instance, ec2State, groupName } = situation;
  const cluster = clusterName(incident.clusterArn);
  const away = duration(nowMs - incident.sinceMs);
  return {
    id: `${incident.id}#${incident.openedAtMs}#opened`,
    kind: 'disconnection',
    state: 'opened',
    severity: 'critical',
    cluster,
    subject: toSubject(`[${cluster}] Agent of ${instance.ec2InstanceId} disconnected for ${away}`),
    body: sections({
      What: `The ECS agent has been disconnected without a break for ${away}. Its tasks cannot be started, stopped or watched.`,
      Where: where(instance, cluster, groupName),
      Console: consoleLink(instance.arn, instance.clusterArn),
      Since: instant(incident.sinceMs),
      Known: `EC2 says ${ec2State ?? 'nothing of an external instance'}; ECS counts ${instance.runningTasksCount} tasks on it, ${instance.status}, agent ${instance.agentVersion ?? 'of unknown version'}`,
      Next: 'Look at the EC2 status checks, then at /var/log/ecs/ecs-agent.log on the instance; `systemctl restart ecs` brings a hung agent back. Replace the instance if it stays away.',
    }),
  };
}

export function disconnectionResolvedAlert(
  incident: DisconnectionIncident,
  outcome: 'reconnected' | 'stopped' | 'deregistered',
  nowMs: number,
): Alert {
  const cluster = clusterName(incident.clusterArn);
  const what = {
    reconnected: 'is connected again',
    stopped: 'belongs to an instance that has been stopped',
    deregistered: 'belongs to an instance that has been deregistered',
  }[outcome];
  const subject = incident.ec2InstanceId ?? incident.containerInstanceArn;
  return {
    id: `${incident.id}#${incident.openedAtMs}#resolved`,
    kind: 'disconnection',
    state: 'resolved',
    severity: 'info',
    cluster,
    subject: toSubject(`[${cluster}] Resolved: agent of ${subject} ${outcome}`),
    body: sections({
      What: `The ECS agent ${what}.`,
      Where: `${subject} in cluster ${cluster}`,
      Console: consoleLink(incident.containerInstanceArn, incident.clusterArn),
      Since: `${instant(incident.sinceMs)}, over after ${duration(nowMs - incident.sinceMs)}`,
      Next: 'Nothing to do.',
    }),
  };
}

function where(instance: ContainerInstance, cluster: string, groupName: string | undefined): string {
  const zone = instance.availabilityZone === undefined ? '' : ` (${instance.availabilityZone})`;
  const group = groupName === undefined ? '' : `, Auto Scaling group ${groupName}`;
  return `${instance.ec2InstanceId}${zone} in cluster ${cluster}${group}`;
}
