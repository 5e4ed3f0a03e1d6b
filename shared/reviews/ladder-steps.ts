import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { deregisteredAlert, disconnectedAlert, repairAlert, type Situation } from '../alerts/disconnection-alerts.ts';
import { commit } from '../alerts/publish.ts';
import { describeGroup, replaceUnhealthy } from '../aws/auto-scaling.ts';
import { deregisterContainerInstance } from '../aws/container-instances.ts';
import { commandOutcome, restartAgent } from '../aws/ssm.ts';
import type { DisconnectionDecision } from '../domain/disconnection.ts';
import { isReplacementSeen, OBSERVED } from '../domain/ladder.ts';
import type { ContainerInstance } from '../domain/model.ts';
import type { DisconnectionIncident } from '../incidents/incident.ts';
import type { Runtime } from '../runtime.ts';
import { closed, decide, type Subject } from './disconnections.ts';
import { describeRegistrations } from './look-up.ts';
import { perform } from './perform.ts';
import { claimRepair } from './repairs.ts';

type Step = DisconnectionIncident['steps'][number];
/** A subject of which there is a record, and which ECS still lists. */
type Climber = Subject & { readonly incident: DisconnectionIncident; readonly instance: ContainerInstance };

/** While one of these is suspended the group does not end the instance, or puts none in its place (Auto Scaling guide, Suspend and resume processes). */
const NEEDED_PROCESSES = ['ReplaceUnhealthy', 'Terminate', 'Launch'];

/** Takes the step of the ladder that was decided on. Other decisions are left to `note`. */
export async function climb(runtime: Runtime, subject: Subject, decision: DisconnectionDecision): Promise<unknown> {
  const { incident, observation } = subject;
  const { instance } = observation;
  if (incident === undefined || instance === undefined) return undefined;
  const climber: Climber = { ...subject, incident, instance };
  if (decision.kind === 'alert') return alert(runtime, climber);
  if (!REPAIRS.has(decision.kind) || !(await isStillDue(runtime, subject, decision))) return undefined;
  switch (decision.kind) {
    case 'restart':
      return restart(runtime, climber);
    case 'replace':
      return replace(runtime, climber);
    case 'deregister':
      return deregister(runtime, climber, decision.reason);
    default:
      return undefined;
  }
}

const REPAIRS: ReadonlySet<DisconnectionDecision['kind']> = new Set(['restart', 'replace', 'deregister']);

/** Looked at once more right before a repair: an agent that came back in this very moment is left alone. */
async function isStillDue(runtime: Runtime, subject: Subject, decision: DisconnectionDecision): Promise<boolean> {
  const { suspect, observation } = subject;
  const instance = (await describeRegistrations(runtime, [suspect])).get(suspect.arn);
  return decide(runtime, { ...subject, observation: { ...observation, instance } }).kind === decision.kind;
}

async function alert(runtime: Runtime, climber: Climber): Promise<unknown> {
  const { observation } = climber;
  const nowMs = runtime.now();
  const { connectedIn, startedAtMs = 0 } = observation;
  const incident = { ...climber.incident, sinceMs: Math.max(climber.incident.sinceMs, startedAtMs) };
  const opened = disconnectedAlert(incident, situationOf(climber), nowMs);
  runtime.metrics.addMetric('AgentsDisconnected', MetricUnit.Count, 1);
  return commit(
    runtime,
    {
      ...incident,
      phase: 'alerted',
      ...(connectedIn !== undefined && { connectedIn }),
      steps: [...incident.steps, { name: 'alert', atMs: nowMs }],
      outbox: [...incident.outbox, opened],
    },
    climber.incident,
  );
}

/** Neither this nor the next step may be taken twice for one decision: so they are recorded first. */
async function restart(runtime: Runtime, climber: Climber): Promise<unknown> {
  const { instance, policy } = climber;
  const claimed = await claim(runtime, climber, { name: 'restart', atMs: runtime.now() });
  if (claimed === undefined) return undefined;
  const effect = { operation: 'SendCommand', subject: instance.ec2InstanceId, reason: 'agent disconnected' };
  const outcome = await perform(runtime, policy, effect, () => restartAgent(runtime.ssm, instance.ec2InstanceId));
  if (outcome === OBSERVED) return record(runtime, climber, claimed, { name: 'restart', outcome: OBSERVED });
  if (outcome.kind === 'sent')
    return record(runtime, climber, claimed, { name: 'restart', commandId: outcome.commandId });
  return record(runtime, climber, claimed, { name: 'restart', outcome: `failed: ${outcome.reason}` });
}

/** A command that has not ended by then was lost: it must begin within one minute and end within two. */
const COMMAND_LOST_AFTER_MS = 300_000;

/** Records what has become of steps of which that was not known when they were taken. */
export async function followSteps(runtime: Runtime, subject: Subject): Promise<DisconnectionIncident | undefined> {
  if (subject.incident === undefined || subject.incident.phase === 'closed') return subject.incident;
  const incident = await followReplacement(runtime, subject, subject.incident);
  return incident && followRestart(runtime, subject, incident);
}

/** The function that had the instance replaced has died right after: its way out tells. */
async function followReplacement(
  runtime: Runtime,
  subject: Subject,
  incident: DisconnectionIncident,
): Promise<DisconnectionIncident | undefined> {
  if (subject.policy.mode === 'observe' || !isReplacementSeen(incident.steps, subject.observation)) return incident;
  return record(runtime, subject, incident, { name: 'replace', outcome: REPORTED });
}

/** A failure is told, if on-call knows of the incident. */
async function followRestart(
  runtime: Runtime,
  subject: Subject,
  incident: DisconnectionIncident,
): Promise<DisconnectionIncident | undefined> {
  const { instance } = subject.observation;
  const step = incident.steps.findLast(({ name }) => name === 'restart');
  if (instance === undefined || step === undefined || step.outcome !== undefined) return incident;
  const { commandId } = step;
  const outcome = commandId && (await commandOutcome(runtime.ssm, instance.ec2InstanceId, commandId));
  const isLost = runtime.now() - step.atMs >= COMMAND_LOST_AFTER_MS;
  if (outcome === 'succeeded') return record(runtime, subject, incident, { name: 'restart', outcome });
  if (!isLost && (outcome === 'pending' || outcome === undefined)) return incident;
  const why = typeof outcome === 'object' ? outcome.failed : 'no outcome within five minutes';
  return record(runtime, subject, incident, { name: 'restart', outcome: `failed: ${why}` });
}

const REPORTED = 'reported unhealthy';

async function replace(runtime: Runtime, climber: Climber): Promise<unknown> {
  const { incident, instance, policy, groupName = '' } = climber;
  // One that was only observed repaired nothing: where Ebbtide may act since, this is the first.
  const isFirst = incident.steps.every(({ name, outcome }) => name !== 'replace' || outcome === OBSERVED);
  const step: Step = { name: 'replace', atMs: runtime.now() };
  // Later attempts of the same repair are not counted again.
  const claimed = isFirst ? await claim(runtime, climber, step) : await recordStep(runtime, incident, step);
  if (claimed === undefined) return undefined;
  const group = await describeGroup(runtime.autoScaling, groupName);
  const suspended = group?.suspendedProcesses.filter((process) => NEEDED_PROCESSES.includes(process)) ?? [];
  if (suspended.length > 0) {
    return record(runtime, climber, claimed, {
      name: 'replace',
      outcome: `failed: ${groupName} has suspended ${suspended.join(', ')}`,
    });
  }
  const effect = { operation: 'SetInstanceHealth', subject: instance.ec2InstanceId, reason: 'agent disconnected' };
  const answer = await perform(runtime, policy, effect, () =>
    replaceUnhealthy(runtime.autoScaling, instance.ec2InstanceId),
  );
  const outcomes = {
    observed: OBSERVED,
    marked: REPORTED,
    'in-grace-period': `failed: within the health check grace period of ${groupName}`,
    'not-in-a-group': 'failed: in no Auto Scaling group any more',
  };
  return record(runtime, climber, claimed, { name: 'replace', outcome: outcomes[answer] });
}

async function deregister(runtime: Runtime, climber: Climber, reason: 'ghost' | 'duplicate' | 'policy'): Promise<void> {
  const { suspect, policy, incident } = climber;
  // What is left of an instance that has gone is no repair: nothing that runs depends on it. And what is tried again, as
  // the call failed, is the same one.
  const isCounted = reason !== 'policy' || incident.deregisteringAtMs !== undefined;
  if (!isCounted && !(await claimRepair(runtime, suspect.clusterArn, policy))) return;
  // Noted first: should the function die right after, nothing else tells of the containers that run on.
  const noted = reason === 'policy' && policy.mode === 'act' ? await noteDeregistering(runtime, incident) : incident;
  if (noted === undefined) return;
  const effect = { operation: 'DeregisterContainerInstance', subject: suspect.arn, reason };
  const outcome = await perform(runtime, policy, effect, () =>
    deregisterContainerInstance(runtime.ecs, suspect.clusterArn, suspect.arn),
  );
  const nowMs = runtime.now();
  if (outcome === OBSERVED) {
    await recordStep(runtime, noted, { name: 'deregister', atMs: nowMs, outcome });
    return;
  }
  runtime.metrics.addMetric('ContainerInstancesDeregistered', MetricUnit.Count, 1);
  const ended = closed(noted, `deregistered: ${reason}`, nowMs);
  const steps = [...ended.steps, { name: 'deregister', atMs: nowMs, outcome } as const];
  const state = noted.phase === 'alerted' ? 'resolved' : 'notice';
  const isTold = state === 'resolved' || reason === 'policy';
  const alerts = isTold ? [deregisteredAlert({ ...ended, steps }, situationOf(climber), { reason, state, nowMs })] : [];
  await commit(runtime, { ...ended, steps, outbox: [...noted.outbox, ...alerts] }, noted);
}

async function noteDeregistering(
  runtime: Runtime,
  incident: DisconnectionIncident,
): Promise<DisconnectionIncident | undefined> {
  const saved = await commit(runtime, { ...incident, deregisteringAtMs: runtime.now() }, incident);
  return saved?.kind === 'disconnection' ? saved : undefined;
}

/** @returns the incident with the step in it; undefined when too much has been repaired, or somebody else wrote first */
async function claim(runtime: Runtime, climber: Climber, step: Step): Promise<DisconnectionIncident | undefined> {
  if (!(await claimRepair(runtime, climber.suspect.clusterArn, climber.policy))) return undefined;
  return recordStep(runtime, climber.incident, step);
}

async function recordStep(
  runtime: Runtime,
  incident: DisconnectionIncident,
  step: Step,
): Promise<DisconnectionIncident | undefined> {
  const saved = await commit(runtime, { ...incident, steps: [...lastOfEach(incident.steps), step] }, incident);
  return saved?.kind === 'disconnection' ? saved : undefined;
}

/** Of attempts that went alike the last: an agent may stay away for weeks in a group that does not replace it, and the record must not grow with that. */
function lastOfEach(steps: readonly Step[]): Step[] {
  return steps.filter((step, index) => {
    const later = steps.slice(index + 1);
    return later.every(({ name, outcome }) => name !== step.name || outcome !== step.outcome);
  });
}

/**
 * Records how a step went: the last of its name, as others may have been taken since. On-call is told of a replacement,
 * which drains and ends the instance, and of what has failed; each news once.
 */
async function record(
  runtime: Runtime,
  { observation: { instance }, groupName }: Subject,
  claimed: DisconnectionIncident,
  result: Pick<Step, 'name' | 'outcome' | 'commandId'>,
): Promise<DisconnectionIncident | undefined> {
  const taken = claimed.steps.findLast(({ name }) => name === result.name);
  if (taken === undefined) return undefined;
  const step = { ...taken, ...result };
  const next = { ...claimed, steps: claimed.steps.map((one) => (one === taken ? step : one)) };
  const isNews = claimed.steps.every(({ name, outcome }) => name !== step.name || outcome !== step.outcome);
  const isFailed = step.outcome?.startsWith('failed');
  const isTold = isNews && (isFailed ? claimed.phase === 'alerted' : step.name === 'replace');
  const alerts = isTold ? [repairAlert(next, step, { instance, groupName })] : [];
  const saved = await commit(runtime, { ...next, outbox: [...claimed.outbox, ...alerts] }, claimed);
  return saved?.kind === 'disconnection' ? saved : undefined;
}

function situationOf({ incident, instance, observation, policy, groupName }: Climber): Situation {
  const clockMs = Math.max(incident.sinceMs, observation.clockStartsMs ?? 0);
  return { ...observation, instance, policy, groupName, clockMs };
}
