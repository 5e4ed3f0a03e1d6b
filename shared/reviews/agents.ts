import { findRegistrations, listContainerInstanceArns } from '../aws/container-instances.ts';
import type { Policy } from '../config/settings.ts';
import { type DisconnectionDecision, isMissed } from '../domain/disconnection.ts';
import type { ClusterArn, ContainerInstance } from '../domain/model.ts';
import {
  type DisconnectionIncident,
  disconnectionId,
  drainId,
  type Incident,
  type OutageIncident,
  type Registration,
} from '../incidents/incident.ts';
import { outageId } from '../incidents/outage-incident.ts';
import type { Runtime } from '../runtime.ts';
import { decide, note, observeAll, type Subject } from './disconnections.ts';
import { type Allowance, eachOf, type Failures } from './each.ts';
import { climb, followRestart } from './ladder-steps.ts';
import { describeRegistrations, lookUp } from './look-up.ts';
import { concerns, reviewOutage } from './outages.ts';
import { findRegistrationsAnywhere, isLookedAfter } from './registrations.ts';

interface Judged extends Subject {
  readonly decision: DisconnectionDecision;
}

/** Finds every agent that is away, in any cluster that is looked after, judges each, and does what is due about it. */
export async function sweepAgents(
  runtime: Runtime,
  { open, listClusters }: { readonly open: ReadonlyMap<string, Incident>; listClusters(): Promise<ClusterArn[]> },
  allowance: Allowance,
): Promise<Failures> {
  const away = [...open.values()].flatMap((incident) =>
    incident.kind === 'disconnection' && incident.closedAtMs === undefined ? [incident] : [],
  );
  const suspects = await listSuspects(runtime, await listClusters(), away);
  const known = await lookUp(
    runtime,
    suspects,
    away.flatMap(({ ec2InstanceId }) => ec2InstanceId ?? []),
  );
  const clusters = new Set([...suspects.map(({ clusterArn }) => clusterArn), ...clustersInOutage(open)]);
  // Closed incidents are not in the index: they give way to new ones, and tell when an outage was over.
  const ids = [...suspects.flatMap(({ arn }) => [disconnectionId(arn), drainId(arn)]), ...[...clusters].map(outageId)];
  const incidents = new Map([...open, ...(await runtime.incidents.getMany(ids))]);
  const twins = await findConnectedTwins(runtime, dueOf(runtime, [...known.instances.values()], incidents));
  const subjects = await observeAll(runtime, suspects, { known, incidents, twins });
  const followed = await followAll(runtime, withClocks(subjects, incidents), allowance);
  const judged = await judgeAll(runtime, followed.subjects);
  const outages = await reviewOutages(runtime, { clusters, judged, incidents });
  const failures = await eachOf(
    judged,
    ({ suspect }) => suspect.arn,
    allowance,
    async (subject) => {
      const { clusterArn } = subject.suspect;
      await note(runtime, subject, subject.decision);
      // One that ends in this sweep still holds what was decided before its end was known.
      const held = [outageOf(incidents, clusterArn), outages.get(clusterArn)];
      if (held.some((outage) => outage?.phase === 'open' && concerns(outage, zoneOf(subject)))) return;
      await climb(runtime, subject, subject.decision);
    },
  );
  return new Map([...followed.failures, ...failures]);
}

/**
 * Agents that are away right now, and the instances with an incident. That finds those too that have registered and have
 * never been heard from: no event tells of them. A connected instance that ECS calls impaired is only known by its event:
 * ECS lists no instances by their health.
 */
async function listSuspects(
  runtime: Runtime,
  clusters: readonly ClusterArn[],
  away: readonly DisconnectionIncident[],
): Promise<Registration[]> {
  const suspects = new Map<string, Registration>();
  for (const clusterArn of clusters) {
    const arns = await listContainerInstanceArns(runtime.ecs, clusterArn, { filter: 'agentConnected == false' });
    for (const arn of arns) suspects.set(arn, { arn, clusterArn });
  }
  for (const { containerInstanceArn: arn, clusterArn } of away) {
    // The operator may have taken a cluster away from Ebbtide since.
    if (isLookedAfter(runtime, clusterArn)) suspects.set(arn, { arn, clusterArn });
  }
  return [...suspects.values()];
}

/** A duplicate is dealt with as soon as a first step may be due; before that nothing is asked about it. */
const TWIN_AFTER_MS = 60_000;

function dueOf(
  runtime: Runtime,
  instances: readonly ContainerInstance[],
  incidents: ReadonlyMap<string, Incident>,
): ContainerInstance[] {
  return instances.filter(({ arn, agentConnected }) => {
    const incident = incidents.get(disconnectionId(arn));
    if (incident?.kind !== 'disconnection' || incident.closedAtMs !== undefined) return false;
    return !agentConnected && runtime.now() - incident.sinceMs >= TWIN_AFTER_MS;
  });
}

/** Registrations in the same cluster, connected, of the same EC2 instances: by the ARN of the one that is not. */
async function findConnectedTwins(
  runtime: Runtime,
  instances: readonly ContainerInstance[],
): Promise<Map<string, ContainerInstance>> {
  const twins = new Map<string, ContainerInstance>();
  for (const [cluster, group] of Map.groupBy(instances, ({ clusterArn }) => clusterArn)) {
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

/** After an outage the clocks of those that it concerned start anew at its end. */
function withClocks(subjects: readonly Subject[], incidents: ReadonlyMap<string, Incident>): Subject[] {
  return subjects.map((subject) => {
    const outage = outageOf(incidents, subject.suspect.clusterArn);
    if (outage?.closedAtMs === undefined || !concerns(outage, zoneOf(subject))) return subject;
    return { ...subject, observation: { ...subject.observation, clockStartsMs: outage.closedAtMs } };
  });
}

async function followAll(
  runtime: Runtime,
  subjects: readonly Subject[],
  allowance: Allowance,
): Promise<{ readonly subjects: Subject[]; readonly failures: Failures }> {
  const followed: Subject[] = [];
  const failures = await eachOf(
    subjects,
    ({ suspect }) => suspect.arn,
    allowance,
    async (subject) => {
      followed.push({ ...subject, incident: await followRestart(runtime, subject) });
    },
  );
  return { subjects: followed, failures };
}

/** Before a step is taken, the instance is looked for in the other clusters: asked only now, for it takes a call for each. */
async function judgeAll(runtime: Runtime, subjects: readonly Subject[]): Promise<Judged[]> {
  const judged = subjects.map((subject): Judged => ({ ...subject, decision: decide(runtime, subject) }));
  const due = judged.filter(
    ({ decision, observation }) => isStep(decision) && observation.instance?.external === false,
  );
  const ids = due.flatMap(({ observation }) => observation.instance?.ec2InstanceId ?? []);
  if (ids.length === 0) return judged;
  const likely = new Set(due.map(({ suspect }) => suspect.clusterArn));
  const found = await findRegistrationsAnywhere(runtime, ids, [...likely]);
  return judged.map((subject) => {
    if (!due.includes(subject)) return subject;
    const others = found.get(subject.observation.instance?.ec2InstanceId ?? '') ?? [];
    const elsewhere = others.find(
      ({ agentConnected, clusterArn }) => agentConnected && clusterArn !== subject.suspect.clusterArn,
    );
    if (elsewhere === undefined) return subject;
    const observation = { ...subject.observation, connectedIn: elsewhere.clusterArn };
    return { ...subject, observation, decision: decide(runtime, { ...subject, observation }) };
  });
}

/** A step of the ladder; not the removal of what is left of an instance that has gone. */
function isStep(decision: DisconnectionDecision): boolean {
  if (decision.kind === 'deregister') return decision.reason === 'policy';
  return ['alert', 'restart', 'replace'].includes(decision.kind);
}

async function reviewOutages(
  runtime: Runtime,
  {
    clusters,
    judged,
    incidents,
  }: {
    readonly clusters: ReadonlySet<ClusterArn>;
    readonly judged: readonly Judged[];
    readonly incidents: ReadonlyMap<string, Incident>;
  },
): Promise<Map<ClusterArn, OutageIncident>> {
  const outages = new Map<ClusterArn, OutageIncident>();
  for (const clusterArn of clusters) {
    const policy: Policy = await runtime.policies.of(clusterArn);
    const subjects = judged.filter(({ suspect }) => suspect.clusterArn === clusterArn);
    const missed = Map.groupBy(
      subjects.filter(({ observation }) => isMissed(observation)),
      zoneOf,
    );
    const outage = await reviewOutage(runtime, {
      clusterArn,
      policy,
      awayByZone: new Map([...missed].map(([zone, { length }]) => [zone, length])),
      dueZones: new Set(subjects.filter(({ decision }) => isStep(decision)).map(zoneOf)),
      previous: outageOf(incidents, clusterArn),
    });
    if (outage !== undefined) outages.set(clusterArn, outage);
  }
  return outages;
}

function outageOf(incidents: ReadonlyMap<string, Incident>, clusterArn: ClusterArn): OutageIncident | undefined {
  const incident = incidents.get(outageId(clusterArn));
  return incident?.kind === 'outage' ? incident : undefined;
}

function clustersInOutage(incidents: ReadonlyMap<string, Incident>): ClusterArn[] {
  return [...incidents.values()].flatMap((incident) =>
    incident.kind === 'outage' && incident.phase === 'open' ? [incident.clusterArn] : [],
  );
}

/** External instances are in none: they count together. */
function zoneOf({ observation }: Subject): string {
  return observation.instance?.availabilityZone ?? 'no Availability Zone';
}
