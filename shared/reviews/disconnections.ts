import type { Alert } from '../alerts/alert.ts';
import { disconnectionResolvedAlert, foundDeregisteredAlert } from '../alerts/disconnection-alerts.ts';
import { commit } from '../alerts/publish.ts';
import type { Policy } from '../config/settings.ts';
import {
  type DisconnectionDecision,
  type DisconnectionObservation,
  type DisconnectionOutcome,
  decideDisconnection,
} from '../domain/disconnection.ts';
import { OBSERVED } from '../domain/ladder.ts';
import type { AutoScalingGroupName, ContainerInstance } from '../domain/model.ts';
import {
  type DisconnectionIncident,
  disconnectionId,
  drainId,
  type Incident,
  type Registration,
} from '../incidents/incident.ts';
import type { Runtime } from '../runtime.ts';
import { type Allowance, eachOf, type Failures } from './each.ts';
import type { Known } from './look-up.ts';

/** A container instance that deserves a look, and what the event said that named it. */
export interface Suspect extends Registration {
  readonly event?: DisconnectionObservation['event'];
}

/** A suspect with all that is known about it. */
export interface Subject {
  readonly suspect: Suspect;
  readonly policy: Policy;
  readonly incident: DisconnectionIncident | undefined;
  readonly observation: DisconnectionObservation;
  readonly groupName: AutoScalingGroupName | undefined;
}

export interface Records {
  readonly known: Pick<Known, 'instances'> & Partial<Known>;
  readonly incidents: ReadonlyMap<string, Incident>;
  /** Connected registrations of the same EC2 instances in the same cluster: by the ARN of the one that is not. */
  readonly twins?: ReadonlyMap<string, ContainerInstance>;
}

/**
 * Looks at container instances whose agent came or went, or whose health changed, by the word of ECS alone: notes since
 * when, and what is over. Whether anything is to be said or done, the sweep judges, which asks EC2 too.
 *
 * @returns what failed, by container instance ARN
 */
export async function reviewDisconnections(
  runtime: Runtime,
  suspects: readonly Suspect[],
  { allowance, ...records }: Records & { readonly allowance: Allowance },
): Promise<Failures> {
  const subjects = await observeAll(runtime, suspects, records);
  return eachOf(
    subjects,
    ({ suspect }) => suspect.arn,
    allowance,
    (subject) => note(runtime, subject, decide(runtime, subject)),
  );
}

export function decide(runtime: Runtime, { incident, observation, policy }: Subject): DisconnectionDecision {
  return decideDisconnection(incident, observation, { policy, nowMs: runtime.now() });
}

/** One after the other: the first of a cluster reads its tags, and the others find them read. */
export async function observeAll(runtime: Runtime, suspects: readonly Suspect[], records: Records): Promise<Subject[]> {
  const subjects: Subject[] = [];
  for (const suspect of suspects) {
    const policy = await runtime.policies.of(suspect.clusterArn);
    const incident = openIncident(records.incidents, suspect);
    const observation = observe(suspect, records, incident);
    const ec2InstanceId = observation.instance?.ec2InstanceId;
    const groupName = ec2InstanceId && records.known.autoScaling?.get(ec2InstanceId)?.groupName;
    subjects.push({ suspect, policy, incident, observation, groupName });
  }
  return subjects;
}

/** Closed ones included: they give way to a new one under the same id. */
function openIncident(
  incidents: ReadonlyMap<string, Incident>,
  { arn }: Registration,
): DisconnectionIncident | undefined {
  const incident = incidents.get(disconnectionId(arn));
  return incident?.kind === 'disconnection' ? incident : undefined;
}

function observe(
  { arn, event }: Suspect,
  { known, incidents, twins }: Records,
  incident: DisconnectionIncident | undefined,
): DisconnectionObservation {
  const instance = known.instances.get(arn);
  const drain = incidents.get(drainId(arn));
  const ec2InstanceId = instance?.external === false ? instance.ec2InstanceId : undefined;
  const ec2 = ec2InstanceId && known.ec2?.get(ec2InstanceId);
  return {
    instance,
    event,
    ec2State: ec2InstanceId && known.ec2 && (ec2 ? ec2.state : 'gone'),
    ec2InstanceType: ec2 ? ec2.instanceType : undefined,
    operator: ec2 ? ec2.operator : undefined,
    // While it was stopped, ECS called the connection impaired.
    startedAtMs: ec2 ? ec2.launchedAtMs : undefined,
    clockStartsMs: ec2 ? ec2.launchedAtMs : undefined,
    lifecycleState: ec2InstanceId && known.autoScaling?.get(ec2InstanceId)?.lifecycleState,
    // One that no hook holds is never given up for lost contact: nobody else would tell.
    isDraining: drain?.kind === 'drain' && drain.phase === 'draining' && drain.actions.length > 0,
    isWaitedFor: [...incidents.values()].some(
      (other) =>
        other.kind === 'drain' && other.phase === 'draining' && other.ec2InstanceId === instance?.ec2InstanceId,
    ),
    connectedTwin: instance && twins?.get(instance.arn),
    connectedIn: incident?.phase === 'closed' ? undefined : incident?.connectedIn,
  };
}

/** Records what nobody has to be told of, and tells those who have been told when it is over. The rest is left. */
export async function note(runtime: Runtime, subject: Subject, decision: DisconnectionDecision): Promise<unknown> {
  const { incident, suspect } = subject;
  const nowMs = runtime.now();
  runtime.logger.info(`agent: ${decision.kind}`, { containerInstance: suspect.arn, decision });
  switch (decision.kind) {
    case 'forget':
      if (incident === undefined || incident.phase === 'closed') return undefined;
      if (wasDeregisteredByLadder(subject)) {
        const ended = closed(incident, 'deregistered: policy', nowMs);
        const notice = foundDeregisteredAlert(ended, { state: 'notice', nowMs });
        return commit(runtime, { ...ended, outbox: [...incident.outbox, notice] }, incident);
      }
      return endUntold(runtime, incident, decision.reason);
    case 'suspect': {
      const { sinceMs, instanceVersion } = decision;
      const isSame = incident?.sinceMs === sinceMs && incident.instanceVersion === instanceVersion;
      if (incident?.phase === 'suspected' && isSame) return undefined;
      return commit(runtime, suspected(subject, { sinceMs, instanceVersion, nowMs }), incident);
    }
    case 'away again': {
      if (incident === undefined) return undefined;
      const { atMs, instanceVersion } = decision;
      return commit(runtime, { ...incident, awayAgainAtMs: atMs, instanceVersion }, incident);
    }
    case 'resolve': {
      if (incident === undefined) return undefined;
      return wasDeregisteredByLadder(subject)
        ? conclude(runtime, incident, 'deregistered', (ended) =>
            foundDeregisteredAlert(ended, { state: 'resolved', nowMs }),
          )
        : resolve(runtime, incident, decision.outcome);
    }
    default:
      return undefined;
  }
}

function resolve(runtime: Runtime, incident: DisconnectionIncident, outcome: DisconnectionOutcome): Promise<unknown> {
  return conclude(runtime, incident, outcome, (ended) => disconnectionResolvedAlert(ended, outcome, runtime.now()));
}

function conclude(
  runtime: Runtime,
  incident: DisconnectionIncident,
  outcome: DisconnectionOutcome,
  alertOf: (ended: DisconnectionIncident) => Alert,
): Promise<unknown> {
  const ended = closed(incident, outcome, runtime.now());
  return commit(runtime, { ...ended, outbox: [...incident.outbox, alertOf(ended)] }, incident);
}

/** The operator has taken its cluster away from Ebbtide: nobody looks after it any more, and who was told is told so. */
export function leave(runtime: Runtime, incident: DisconnectionIncident): Promise<unknown> {
  return incident.phase === 'alerted'
    ? resolve(runtime, incident, 'not looked after')
    : endUntold(runtime, incident, 'not looked after');
}

/** Of an absence for which nothing was done either, nothing has to be kept. */
function endUntold(runtime: Runtime, incident: DisconnectionIncident, reason: string): Promise<unknown> {
  const isRepaired = incident.steps.some(({ name, outcome }) => name !== 'alert' && outcome !== OBSERVED);
  return commit(runtime, closed(incident, isRepaired ? reason : 'momentary', runtime.now()), incident);
}

/** Of whoever was about to deregister it, nobody has noted that it is done: the function has died in between. */
function wasDeregisteredByLadder({ incident, observation }: Subject): boolean {
  return observation.instance === undefined && incident?.deregisteringAtMs !== undefined;
}

function suspected(
  { suspect, observation, incident }: Subject,
  {
    sinceMs,
    instanceVersion,
    nowMs,
  }: { readonly sinceMs: number; readonly instanceVersion: number | undefined; readonly nowMs: number },
): DisconnectionIncident {
  const isSame = incident?.phase === 'suspected' && incident.sinceMs === sinceMs;
  return {
    kind: 'disconnection',
    id: disconnectionId(suspect.arn),
    version: 0,
    phase: 'suspected',
    containerInstanceArn: suspect.arn,
    clusterArn: suspect.clusterArn,
    ec2InstanceId: observation.instance?.ec2InstanceId,
    openedAtMs: nowMs,
    sinceMs,
    instanceVersion,
    steps: isSame ? incident.steps : [],
    // Those of the incident that it took the place of may still be unsent.
    ...(incident?.phase === 'suspected'
      ? { outbox: incident.outbox, outboxAtMs: incident.outboxAtMs }
      : { outbox: [] }),
  };
}

/** A restart of whose outcome nobody has heard yet ended with what ended the incident. */
export function closed(incident: DisconnectionIncident, outcome: string, nowMs: number): DisconnectionIncident {
  const steps = incident.steps.map((step) => (step.name === 'restart' && !step.outcome ? { ...step, outcome } : step));
  return { ...incident, phase: 'closed', closedAtMs: nowMs, outcome, steps };
}
