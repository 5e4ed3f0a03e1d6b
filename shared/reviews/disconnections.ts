import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { disconnectedAlert, disconnectionResolvedAlert } from '../alerts/disconnection-alerts.ts';
import { commit } from '../alerts/publish.ts';
import { deregisterContainerInstance, findRegistrations } from '../aws/container-instances.ts';
import type { Policy } from '../config/settings.ts';
import {
  type DisconnectionDecision,
  type DisconnectionObservation,
  decideDisconnection,
} from '../domain/disconnection.ts';
import type { ContainerInstance } from '../domain/model.ts';
import {
  type DisconnectionIncident,
  disconnectionId,
  drainId,
  type Incident,
  type Registration,
} from '../incidents/incident.ts';
import type { Runtime } from '../runtime.ts';
import { type Allowance, eachOf, type Failures } from './each.ts';
import { describeRegistrations, type Known } from './look-up.ts';
import { perform } from './perform.ts';

/** A container instance that deserves a look, and what the event said that named it. */
export interface Suspect extends Registration {
  readonly event?: DisconnectionObservation['event'];
}

/**
 * Looks at container instances whose agent is or was away.
 *
 * @param known what is known of them; without EC2's word, an absence is noted but not judged
 * @returns what failed, by container instance ARN
 */
export async function reviewDisconnections(
  runtime: Runtime,
  suspects: readonly Suspect[],
  {
    known,
    incidents,
    allowance,
  }: {
    readonly known: Pick<Known, 'instances'> & Partial<Known>;
    readonly incidents: ReadonlyMap<string, Incident>;
    readonly allowance: Allowance;
  },
): Promise<Failures> {
  const suspected = await eachPolicy(runtime, suspects);
  const twins =
    known.ec2 === undefined
      ? new Map()
      : await findConnectedTwins(runtime, dueOf(runtime, suspected, known, incidents));
  return eachOf(
    suspected,
    ({ suspect }) => suspect.arn,
    allowance,
    async ({ suspect, policy }) => {
      const incident = asDisconnection(incidents.get(disconnectionId(suspect.arn)));
      const observation = observe(suspect, known, incidents, twins);
      const decision = decideDisconnection(incident, observation, { policy, nowMs: runtime.now() });
      runtime.logger.info(`agent: ${decision.kind}`, { containerInstance: suspect.arn, decision });
      await act(runtime, { suspect, policy, incident, observation, known }, decision);
    },
  );
}

/** One after the other: the first of a cluster reads its tags, and the others find them read. */
async function eachPolicy(
  runtime: Runtime,
  suspects: readonly Suspect[],
): Promise<{ suspect: Suspect; policy: Policy }[]> {
  const suspected: { suspect: Suspect; policy: Policy }[] = [];
  for (const suspect of suspects) {
    suspected.push({ suspect, policy: await runtime.policies.of(suspect.clusterArn) });
  }
  return suspected;
}

/** Those about which more is to be known than that they are away. */
function dueOf(
  runtime: Runtime,
  suspected: readonly { readonly suspect: Suspect; readonly policy: Policy }[],
  known: Pick<Known, 'instances'>,
  incidents: ReadonlyMap<string, Incident>,
): ContainerInstance[] {
  return suspected.flatMap(({ suspect, policy }) => {
    const incident = asDisconnection(incidents.get(disconnectionId(suspect.arn)));
    const isOpen = incident !== undefined && incident.closedAtMs === undefined;
    const isDue = isOpen && runtime.now() - incident.sinceMs >= policy.disconnectedAlertMinutes * 60_000;
    return (isDue && known.instances.get(suspect.arn)) || [];
  });
}

function asDisconnection(incident: Incident | undefined): DisconnectionIncident | undefined {
  return incident?.kind === 'disconnection' ? incident : undefined;
}

function observe(
  { arn, event }: Suspect,
  known: Pick<Known, 'instances'> & Partial<Known>,
  incidents: ReadonlyMap<string, Incident>,
  twins: ReadonlyMap<string, ContainerInstance>,
): DisconnectionObservation {
  const instance = known.instances.get(arn);
  const drain = incidents.get(drainId(arn));
  const ec2InstanceId = instance?.external === false ? instance.ec2InstanceId : undefined;
  return {
    instance,
    event,
    ec2State: ec2InstanceId && known.ec2 && (known.ec2.get(ec2InstanceId)?.state ?? 'gone'),
    lifecycleState: ec2InstanceId && known.autoScaling?.get(ec2InstanceId)?.lifecycleState,
    isDraining: drain?.kind === 'drain' && drain.phase === 'draining',
    connectedTwin: instance && twins.get(instance.arn),
  };
}

/** Registrations in the same cluster, connected, of the same EC2 instances: by the ARN of the one that is not. */
async function findConnectedTwins(
  runtime: Runtime,
  instances: readonly ContainerInstance[],
): Promise<Map<string, ContainerInstance>> {
  const twins = new Map<string, ContainerInstance>();
  const disconnected = instances.filter(({ agentConnected }) => !agentConnected);
  for (const [cluster, group] of Map.groupBy(disconnected, ({ clusterArn }) => clusterArn)) {
    const arns = await findRegistrations(
      runtime.ecs,
      cluster,
      group.map(({ ec2InstanceId }) => ec2InstanceId),
    );
    const others = arns.filter((arn) => group.every((instance) => instance.arn !== arn));
    const described = await describeRegistrations(
      runtime,
      others.map((arn) => ({ arn, clusterArn: cluster })),
    );
    for (const instance of group) {
      const twin = [...described.values()].find(
        (other) => other.ec2InstanceId === instance.ec2InstanceId && other.agentConnected,
      );
      if (twin !== undefined) twins.set(instance.arn, twin);
    }
  }
  return twins;
}

interface Subject {
  readonly suspect: Suspect;
  readonly policy: Policy;
  readonly incident: DisconnectionIncident | undefined;
  readonly observation: DisconnectionObservation;
  readonly known: Partial<Known>;
}

async function act(runtime: Runtime, subject: Subject, decision: DisconnectionDecision): Promise<unknown> {
  const { incident, observation } = subject;
  const nowMs = runtime.now();
  switch (decision.kind) {
    case 'forget':
      if (incident === undefined || incident.phase === 'closed') return undefined;
      return commit(runtime, closed(incident, 'momentary', nowMs), incident);
    case 'suspect': {
      const { sinceMs, instanceVersion } = decision;
      if (
        incident?.phase === 'suspected' &&
        incident.sinceMs === sinceMs &&
        incident.instanceVersion === instanceVersion
      )
        return undefined;
      return commit(runtime, suspected(subject, { sinceMs, instanceVersion, nowMs }), incident);
    }
    case 'alert': {
      if (incident === undefined || observation.instance === undefined) return undefined;
      const groupName = subject.known.autoScaling?.get(observation.instance.ec2InstanceId)?.groupName;
      const alert = disconnectedAlert(
        incident,
        { instance: observation.instance, ec2State: observation.ec2State, groupName },
        nowMs,
      );
      runtime.metrics.addMetric('AgentsDisconnected', MetricUnit.Count, 1);
      return commit(runtime, { ...incident, phase: 'alerted', outbox: [...incident.outbox, alert] }, incident);
    }
    case 'deregister':
      return deregister(runtime, subject, decision.reason);
    case 'resolve': {
      if (incident === undefined) return undefined;
      const alert = disconnectionResolvedAlert(incident, decision.outcome, nowMs);
      const resolved = closed(incident, decision.outcome, nowMs);
      return commit(runtime, { ...resolved, outbox: [...incident.outbox, alert] }, incident);
    }
    case 'wait':
      return undefined;
  }
}

/** Looked at once more right before: an agent that came back in this very moment keeps its registration. */
async function deregister(
  runtime: Runtime,
  { suspect, policy, incident }: Subject,
  reason: 'ghost' | 'duplicate' | 'policy',
): Promise<void> {
  if (incident === undefined) return;
  const instance = (await describeRegistrations(runtime, [suspect])).get(suspect.arn);
  if (instance?.agentConnected) return;
  const effect = { operation: 'DeregisterContainerInstance', subject: suspect.arn, reason };
  const outcome = await perform(runtime, policy, effect, () =>
    deregisterContainerInstance(runtime.ecs, suspect.clusterArn, suspect.arn),
  );
  if (outcome === 'observed') return;
  runtime.metrics.addMetric('ContainerInstancesDeregistered', MetricUnit.Count, 1);
  const nowMs = runtime.now();
  const ended = closed(incident, `deregistered: ${reason}`, nowMs);
  const alerts = incident.phase === 'alerted' ? [disconnectionResolvedAlert(incident, 'deregistered', nowMs)] : [];
  await commit(runtime, { ...ended, outbox: [...incident.outbox, ...alerts] }, incident);
}

function suspected(
  { suspect, observation }: Subject,
  {
    sinceMs,
    instanceVersion,
    nowMs,
  }: { readonly sinceMs: number; readonly instanceVersion: number; readonly nowMs: number },
): DisconnectionIncident {
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
    outbox: [],
  };
}

function closed(incident: DisconnectionIncident, outcome: string, nowMs: number): DisconnectionIncident {
  return { ...incident, phase: 'closed', closedAtMs: nowMs, outcome };
}
