import { isMissed } from '../domain/disconnection.ts';
import type { ClusterArn } from '../domain/model.ts';
import { disconnectionId, drainId, type Incident, type OutageIncident } from '../incidents/incident.ts';
import { outageId } from '../incidents/outage-incident.ts';
import type { Runtime } from '../runtime.ts';
import { leave, note, observeAll, type Subject } from './disconnections.ts';
import { type Allowance, eachOf, type Failures } from './each.ts';
import { readEachCluster } from './each-cluster.ts';
import { isStep, type Judged, judgeAll, WAIT } from './judged-agents.ts';
import { climb, followSteps } from './ladder-steps.ts';
import { concerns, endedAtMs, leaveOutage, reviewOutage } from './outages.ts';
import { isLookedAfter } from './registrations.ts';
import { dueOf, findConnectedTwins, listSuspects, lookUpAll } from './suspects.ts';
import { clustersOf, goneSinceMs, type Whereabouts, whereaboutsOf } from './whereabouts.ts';

/**
 * Finds every agent that is away, in any cluster that is looked after, judges each, and does what is due about it. A
 * cluster that ECS does not answer for is left out, and reported.
 */
export async function sweepAgents(
  runtime: Runtime,
  { open, listClusters }: { readonly open: ReadonlyMap<string, Incident>; listClusters(): Promise<ClusterArn[]> },
  allowance: Allowance,
): Promise<Failures> {
  const away = [...open.values()].flatMap((incident) =>
    incident.kind === 'disconnection' && incident.closedAtMs === undefined ? [incident] : [],
  );
  const outagesNow = openOutages(open);
  const left = await eachOf(
    [...away, ...outagesNow].filter(({ clusterArn }) => !isLookedAfter(runtime, clusterArn)),
    ({ id }) => id,
    allowance,
    (incident) => (incident.kind === 'outage' ? leaveOutage(runtime, incident) : leave(runtime, incident)),
  );
  const listed = await listSuspects(runtime, await listClusters(), { away, allowance });
  const ids = listed.suspects.flatMap(({ arn }) => [disconnectionId(arn), drainId(arn)]);
  const inOutage = outagesNow.flatMap(({ clusterArn }) => (isLookedAfter(runtime, clusterArn) ? [clusterArn] : []));
  // Closed incidents are not in the index: they give way to new ones, and tell when an outage was over.
  const outageIds = [...listed.suspects.map(({ clusterArn }) => clusterArn), ...inOutage].map(outageId);
  const incidents = new Map([...open, ...(await runtime.incidents.getMany([...ids, ...outageIds]))]);
  const twins = await findConnectedTwins(runtime, dueOf(runtime, listed.instances, incidents), allowance);
  const suspects = listed.suspects.filter(({ clusterArn }) => !twins.failures.has(clusterArn));
  const known = await lookUpAll(runtime, listed.instances, away);
  const subjects = await observeAll(runtime, suspects, { known, incidents, twins: twins.found });
  const whereabouts = whereaboutsOf(listed.instances);
  const followed = await followAll(
    runtime,
    withClocks(subjects, { whereabouts, incidents, nowMs: runtime.now() }),
    allowance,
  );
  const judged = await judgeAll(runtime, followed.subjects);
  const clusters = [...suspects.map(({ clusterArn }) => clusterArn), ...inOutage].filter(
    (cluster) => !listed.failures.has(cluster) && !twins.failures.has(cluster),
  );
  const outages = await readEachCluster(clusters, allowance, (clusterArn) =>
    reviewOutageIn(runtime, { clusterArn, judged: judged.subjects, incidents }),
  );
  const isHeldIn = (cluster: ClusterArn, subject: Subject) =>
    !outages.found.has(cluster) ||
    [outageOf(incidents, cluster), outages.found.get(cluster)].some((outage) => isHolding(outage, subject));
  // A step for a registration that was left behind is taken on an instance that another cluster's outage may concern.
  const decided = judged.subjects.map((subject): Judged => {
    const others = clustersOf(subject, whereabouts).filter((cluster) => cluster !== subject.suspect.clusterArn);
    const isHeld = isStep(subject.decision) && others.some((cluster) => isHeldIn(cluster, subject));
    return isHeld ? { ...subject, decision: WAIT } : subject;
  });
  const failures = await eachOf(
    decided.filter(({ suspect }) => outages.found.has(suspect.clusterArn)),
    ({ suspect }) => suspect.arn,
    allowance,
    async (subject) => {
      const { clusterArn } = subject.suspect;
      await note(runtime, subject, subject.decision);
      // One that ends in this sweep still holds what was decided before its end was known.
      const held = [outageOf(incidents, clusterArn), outages.found.get(clusterArn)];
      if (held.some((outage) => outage?.phase === 'open' && concerns(outage, zoneOf(subject)))) return;
      await climb(runtime, subject, subject.decision);
    },
  );
  const all = [listed, twins, followed, judged, outages].flatMap((part) => [...part.failures]);
  return new Map([...left, ...all, ...failures]);
}

/**
 * After an outage the clocks of those that it concerned start anew at its end; and what is left of an earlier
 * registration has been away for long when the agent goes for a moment.
 */
function withClocks(subjects: readonly Subject[], { whereabouts, incidents, nowMs }: Circumstances): Subject[] {
  const byInstance = Map.groupBy(subjects, ({ observation }) => observation.instance?.ec2InstanceId);
  return subjects.map((subject) => {
    const endsMs = clustersOf(subject, whereabouts).flatMap((cluster) => {
      const outage = outageOf(incidents, cluster);
      return (outage && endedAtMs(outage, zoneOf(subject))) ?? [];
    });
    const others = byInstance.get(subject.observation.instance?.ec2InstanceId) ?? [];
    const startsMs = [
      ...endsMs,
      ...goneSinceMs(subject, { others, nowMs }),
      ...[subject.observation.clockStartsMs].flatMap((atMs) => atMs ?? []),
    ];
    if (startsMs.length === 0) return subject;
    return { ...subject, observation: { ...subject.observation, clockStartsMs: Math.max(...startsMs) } };
  });
}

interface Circumstances {
  readonly whereabouts: Whereabouts;
  readonly incidents: ReadonlyMap<string, Incident>;
  readonly nowMs: number;
}

async function followAll(
  runtime: Runtime,
  subjects: readonly Subject[],
  allowance: Allowance,
): Promise<{ readonly subjects: Subject[]; readonly failures: Failures }> {
  const followed = new Map<string, Subject>();
  const failures = await eachOf(
    subjects,
    ({ suspect }) => suspect.arn,
    allowance,
    async (subject) => {
      followed.set(subject.suspect.arn, { ...subject, incident: await followSteps(runtime, subject) });
    },
  );
  // Where Systems Manager does not answer, the agent is away all the same: it is judged, and counted.
  return { subjects: subjects.map((subject) => followed.get(subject.suspect.arn) ?? subject), failures };
}

async function reviewOutageIn(
  runtime: Runtime,
  {
    clusterArn,
    judged,
    incidents,
  }: {
    readonly clusterArn: ClusterArn;
    readonly judged: readonly Judged[];
    readonly incidents: ReadonlyMap<string, Incident>;
  },
): Promise<OutageIncident | undefined> {
  const policy = await runtime.policies.of(clusterArn);
  const subjects = judged.filter(({ suspect }) => suspect.clusterArn === clusterArn);
  const missed = subjects.filter(({ observation }) => isMissed(observation));
  // An instance counts once, however many registrations it has.
  const counted = new Set(new Map(missed.map((one) => [one.observation.instance?.ec2InstanceId, one])).values());
  const steps = judged.filter(({ decision }) => isStep(decision));
  const dueIds = new Set(steps.map(({ observation }) => observation.instance?.ec2InstanceId));
  // Whichever of its registrations a step is due for, it would be taken on the instance.
  const due = [
    ...steps.filter((step) => subjects.includes(step)),
    ...missed.filter(({ observation }) => dueIds.has(observation.instance?.ec2InstanceId)),
  ];
  return reviewOutage(runtime, {
    clusterArn,
    policy,
    awayByZone: countByZone(counted),
    surplusByZone: countByZone(subjects.filter((subject) => isSilent(subject) && !counted.has(subject))),
    dueZones: new Set(due.map(zoneOf)),
    previous: outageOf(incidents, clusterArn),
  });
}

/** What ECS counts among those registered, although nobody is at the other end. */
function isSilent({ observation: { instance } }: Subject): boolean {
  return instance !== undefined && !instance.agentConnected && ['ACTIVE', 'DRAINING'].includes(instance.status);
}

function countByZone(subjects: Iterable<Subject>): Map<string, number> {
  return new Map([...Map.groupBy(subjects, zoneOf)].map(([zone, { length }]) => [zone, length]));
}

function outageOf(incidents: ReadonlyMap<string, Incident>, clusterArn: ClusterArn): OutageIncident | undefined {
  const incident = incidents.get(outageId(clusterArn));
  return incident?.kind === 'outage' ? incident : undefined;
}

function isHolding(outage: OutageIncident | undefined, subject: Subject): boolean {
  return outage?.phase === 'open' && concerns(outage, zoneOf(subject));
}

function openOutages(incidents: ReadonlyMap<string, Incident>): OutageIncident[] {
  return [...incidents.values()].flatMap((incident) =>
    incident.kind === 'outage' && incident.phase === 'open' ? [incident] : [],
  );
}

/** External instances are in none: they count together. */
function zoneOf({ observation }: Subject): string {
  return observation.instance?.availabilityZone ?? 'no Availability Zone';
}
