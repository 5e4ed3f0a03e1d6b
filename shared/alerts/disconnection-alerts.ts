import type { Policy } from '../config/settings.ts';
import { clusterName } from '../domain/arns.ts';
import type { DisconnectionOutcome } from '../domain/disconnection.ts';
import { impairedChecks } from '../domain/health.ts';
import { isTypeChanged, type LadderSituation, OBSERVED, planOf, type StepName } from '../domain/ladder.ts';
import type { ContainerInstance } from '../domain/model.ts';
import type { DisconnectionIncident } from '../incidents/incident.ts';
import type { Alert } from './alert.ts';
import { consoleLink, duration, instant, sections, toSubject } from './text.ts';

type Step = DisconnectionIncident['steps'][number];

/** What is known about the instance at the moment of the alert. */
export interface Situation extends LadderSituation {
  readonly groupName: string | undefined;
  /** What the delays of the ladder count from. */
  readonly clockMs: number;
  readonly policy: Policy;
}

export function disconnectedAlert(incident: DisconnectionIncident, situation: Situation, nowMs: number): Alert {
  const { instance, ec2State, connectedIn } = situation;
  const cluster = clusterName(incident.clusterArn);
  const { headline, what, next } = describeTrouble(situation, duration(nowMs - incident.sinceMs));
  return {
    id: `${incident.id}#${incident.openedAtMs}#opened`,
    kind: 'disconnection',
    state: 'opened',
    severity: connectedIn === undefined ? 'critical' : 'warning',
    cluster,
    subject: toSubject(`[${cluster}] ${headline}`),
    body: sections({
      What: what,
      Where: where(incident, situation),
      Console: consoleLink(instance.arn, instance.clusterArn),
      Since: instant(incident.sinceMs),
      Known: `EC2 says ${ec2State ?? 'nothing of an external instance'}; ECS counts ${instance.runningTasksCount} tasks on it, ${instance.status}, agent ${instance.agentVersion ?? 'of unknown version'}`,
      Health: impairedChecks(instance).map(
        ({ type, statusReason }) => `${type} IMPAIRED: ${statusReason ?? 'no reason given'}`,
      ),
      Done: incident.steps.map(describeStep),
      Planned: planOf([...incident.steps, { name: 'alert', atMs: nowMs }], situation, situation.policy).map(
        ({ name, afterMinutes, refusal }) =>
          refusal === undefined
            ? `${STEPS[name]} at ${instant(situation.clockMs + afterMinutes * 60_000)}`
            : `no ${STEPS[name]}: ${refusal}`,
      ),
      Next: next,
    }),
  };
}

/** The one sentence that on-call reads first. */
function describeTrouble(situation: Situation, away: string): { headline: string; what: string; next: string } {
  const { instance, connectedIn } = situation;
  const id = instance.ec2InstanceId;
  if (connectedIn !== undefined) {
    const other = clusterName(connectedIn);
    return {
      headline: `${id} is registered in two clusters: connected in ${other}`,
      what: `The same EC2 instance is registered here, where its agent has been disconnected for ${away}, and in cluster ${other}, where it is connected. ECS cannot move an instance from one cluster to another.`,
      next: `Find out which cluster it belongs to. If it is ${other}, deregister it here; better, replace the instance.`,
    };
  }
  if (isTypeChanged(situation)) {
    const types = `from ${instance.instanceType} to ${situation.ec2InstanceType}`;
    return {
      headline: `Instance type of ${id} changed ${types}: agent down`,
      what: `The instance type was changed ${types} while it was registered. ECS does not take that: the agent has been disconnected for ${away} and will not come up.`,
      next: 'Change the type back, or replace the instance by one of the new type.',
    };
  }
  if (instance.agentConnected) {
    const types = impairedChecks(instance).map(({ type }) => type);
    return {
      headline: `${id} impaired: ${types.join(', ')}`,
      what: `The agent is connected, but ECS has called the instance impaired for ${away}.`,
      next: 'Look at the reason below and at the instance (`systemctl status docker ecs`); drain and replace it if it stays so.',
    };
  }
  return {
    headline: `Agent of ${id} disconnected for ${away}`,
    what: `The ECS agent has been disconnected without a break for ${away}. Its tasks cannot be started, stopped or watched.`,
    next: 'Look at the EC2 status checks, then at /var/log/ecs/ecs-agent.log on the instance; `systemctl restart ecs` brings a hung agent back. Replace the instance if it stays away.',
  };
}

/** A step that was taken, or that failed. */
export function repairAlert(incident: DisconnectionIncident, step: Step, place: Place): Alert {
  const cluster = clusterName(incident.clusterArn);
  const id = subjectOf(incident);
  const isFailed = step.outcome?.startsWith('failed') ?? false;
  const headline = isFailed ? `${STEPS[step.name]} of ${id} failed` : `${id} is being replaced`;
  return {
    // Of one word, as all are after the last `#`: by what is before it, alerts belong together.
    id: `${incident.id}#${incident.openedAtMs}#${step.name}-${step.atMs}`,
    kind: 'disconnection',
    state: incident.phase === 'alerted' ? 'escalated' : 'notice',
    severity: isFailed ? 'critical' : 'warning',
    cluster,
    subject: toSubject(`[${cluster}] ${headline}`),
    body: sections({
      What: `The agent is still away: ${describeStep(step)}.`,
      Where: where(incident, place),
      Console: consoleLink(incident.containerInstanceArn, incident.clusterArn),
      Since: instant(incident.sinceMs),
      Done: incident.steps.map(describeStep),
      Next: isFailed
        ? 'Repair or replace the instance by hand.'
        : 'Nothing, unless it does not go: the group ends it through its hooks and launches another. Its agent is silent, so the drain gives it up after the lost-contact time.',
    }),
  };
}

/**
 * Ebbtide itself has removed the registration.
 *
 * @param state whether it ends what on-call was told of, or is the first that they hear
 */
export function deregisteredAlert(
  incident: DisconnectionIncident,
  situation: Situation,
  {
    reason,
    state,
    nowMs,
  }: {
    readonly reason: 'ghost' | 'duplicate' | 'policy';
    readonly state: 'resolved' | 'notice';
    readonly nowMs: number;
  },
): Alert {
  if (reason !== 'policy') return disconnectionResolvedAlert(incident, 'deregistered', nowMs);
  const mayRun = situation.ec2State === 'running' || situation.instance.external;
  return orphansAlert(incident, { where: where(incident, situation), mayRun, state, nowMs });
}

/** The function that deregistered it died before it could tell: what EC2 said of the instance is not known any more. */
export function foundDeregisteredAlert(
  incident: DisconnectionIncident,
  { state, nowMs }: { readonly state: 'resolved' | 'notice'; readonly nowMs: number },
): Alert {
  const place = `${subjectOf(incident)} in cluster ${clusterName(incident.clusterArn)}`;
  return orphansAlert(incident, { where: place, mayRun: true, state, nowMs });
}

function orphansAlert(
  incident: DisconnectionIncident,
  {
    where: place,
    mayRun,
    state,
    nowMs,
  }: {
    readonly where: string;
    readonly mayRun: boolean;
    readonly state: 'resolved' | 'notice';
    readonly nowMs: number;
  },
): Alert {
  const alert = disconnectionResolvedAlert(incident, 'deregistered', nowMs);
  const id = subjectOf(incident);
  return {
    ...alert,
    id: `${incident.id}#${incident.openedAtMs}#${state}`,
    state,
    severity: 'warning',
    subject: toSubject(`[${alert.cluster}] ${id} deregistered${mayRun ? ': its containers may run on' : ''}`),
    body: sections({
      What: `Ebbtide has deregistered the container instance, as disconnectedDeregisterMinutes says: its agent has been away for ${duration(nowMs - incident.sinceMs)}.`,
      Orphans: mayRun
        ? `Containers that were running on ${id} run on with nobody to manage them, beside the tasks that ECS starts in their place. The agent does not register again by itself.`
        : undefined,
      Where: place,
      Since: instant(incident.sinceMs),
      Done: incident.steps.map(describeStep),
      Next: mayRun ? 'Stop or terminate the instance.' : 'Nothing to do.',
    }),
  };
}

export function disconnectionResolvedAlert(
  incident: DisconnectionIncident,
  outcome: DisconnectionOutcome,
  nowMs: number,
): Alert {
  const cluster = clusterName(incident.clusterArn);
  const what = {
    reconnected: 'is connected again',
    stopped: 'belongs to an instance that has been stopped',
    deregistered: 'belongs to an instance that has been deregistered',
    'not looked after': 'is in a cluster that Ebbtide does not look after any more',
  }[outcome];
  const subject = subjectOf(incident);
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
      Done: incident.steps.map(describeStep),
      Next: 'Nothing to do.',
    }),
  };
}

function subjectOf({ ec2InstanceId, containerInstanceArn }: DisconnectionIncident): string {
  return ec2InstanceId ?? containerInstanceArn;
}

const STEPS: Readonly<Record<StepName, string>> = {
  alert: 'alert',
  restart: 'restart of the agent',
  replace: 'replacement by its Auto Scaling group',
  deregister: 'deregistration',
};

function describeStep({ name, atMs, commandId, outcome }: Step): string {
  const command = commandId === undefined ? '' : ` (Systems Manager command ${commandId})`;
  const result = outcome === OBSERVED ? ': only observed, not done' : outcome ? `: ${outcome}` : '';
  return `${STEPS[name]} at ${instant(atMs)}${command}${result}`;
}

/** Where an instance is, or was before ECS forgot it. */
type Place = Pick<Situation, 'groupName'> & { readonly instance: ContainerInstance | undefined };

function where(incident: DisconnectionIncident, { instance, groupName }: Place): string {
  const zone = instance?.availabilityZone === undefined ? '' : ` (${instance.availabilityZone})`;
  const group = groupName === undefined ? '' : `, Auto Scaling group ${groupName}`;
  return `${subjectOf(incident)}${zone} in cluster ${clusterName(incident.clusterArn)}${group}`;
}
