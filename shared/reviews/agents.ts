import { type DisconnectionDecision, isMissed } from '../domain/disconnection.ts';
import type { ClusterArn, ContainerInstance } from '../domain/model.ts';
import { disconnectionId, drainId, type Incident, type OutageIncident } from '../incidents/incident.ts';
import { outageId } from '../incidents/outage-incident.ts';
import type { Runtime } from '../runtime.ts';
import { decide, leave, note, observeAll, type Subject } from './disconnections.ts';
import { type Allowance, eachOf, type Failures } from './each.ts';
import { readEachCluster } from './each-cluster.ts';
import { climb, followRestart } from './ladder-steps.ts';
import { concerns, endedAtMs, reviewOutage } from './outages.ts';
import { findRegistrationsAnywhere, isLookedAfter } from './registrations.ts';
import { dueOf, findConnectedTwins, listSuspects, lookUpAll } from './suspects.ts';
import { clustersOf, goneSinceMs, type Whereabouts, whereaboutsOf } from './whereabouts.ts';

interface Judged extends Subject {
  readonly decision: DisconnectionDecision;
}

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
  const given = away.filter(({ clusterArn }) => !isLookedAfter(runtime, clusterArn));
  const left = await eachOf(
    given,
    ({ id }) => id,
    allowance,
    (incident) => leave(runtime, incident),
  );
  const listed = await listSuspects(runtime, await listClusters(), { away, allowance });
  const ids = listed.suspects.flatMap(({ arn }) => [disconnectionId(arn), drainId(arn)]);
  const inOutage = clustersInOutage(open);
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

/**
 * Before a step is taken, the instance is looked for in the other clusters: asked only now, for it takes a call for each.
 * Where one of them cannot be asked, on-call is told all the same, and whatever would change the fleet waits.
 */
async function judgeAll(
  runtime: Runtime,
  subjects: readonly Subject[],
): Promise<{ readonly subjects: Judged[]; readonly failures: Failures }> {
  // Where it was found before, it may be no more: whatever is due is looked for again.
  const judged = subjects.map(
    (subject): Judged => ({ ...subject, decision: decide(runtime, { ...subject, observation: anywhere(subject) }) }),
  );
  const failures: Failures = new Map();
  const due = judged.filter(
    ({ decision, observation }) => isStep(decision) && observation.instance?.external === false,
  );
  if (due.length === 0) return { subjects: judged, failures };
  const likely = new Set(due.map(({ suspect }) => suspect.clusterArn));
  const sought = new Set([...due, ...[...likely].flatMap((cluster) => countedIn(cluster, judged))]);
  const ids = [...new Set([...sought].flatMap(({ observation }) => observation.instance?.ec2InstanceId ?? []))];
  const found = await findRegistrationsAnywhere(runtime, ids, [...likely], (cluster, error) => {
    failures.set(cluster, error);
  });
  const subjectsNow = judged.map((subject): Judged => {
    if (!sought.has(subject)) return subject;
    const others = found.get(subject.observation.instance?.ec2InstanceId ?? '') ?? [];
    const elsewhere = others.find(
      ({ agentConnected, clusterArn }) => agentConnected && clusterArn !== subject.suspect.clusterArn,
    );
    if (elsewhere === undefined) {
      if (!isStep(subject.decision) || subject.decision.kind === 'alert') return subject;
      const isLeftBehind = others.some((other) => isLaterElsewhere(other, subject));
      if (failures.size > 0 || isLeftBehind) return { ...subject, decision: WAIT };
      return { ...subject, observation: anywhere(subject) };
    }
    const observation = { ...subject.observation, connectedIn: elsewhere.clusterArn };
    return { ...subject, observation, decision: decide(runtime, { ...subject, observation }) };
  });
  return { subjects: subjectsNow, failures };
}

function anywhere({ observation }: Subject): Subject['observation'] {
  return { ...observation, connectedIn: undefined };
}

/** Where enough are away for an outage, all of them: what is connected in another cluster is no part of one. */
function countedIn(cluster: ClusterArn, judged: readonly Judged[]): Judged[] {
  const missed = judged.filter(
    ({ suspect, observation }) =>
      suspect.clusterArn === cluster && isMissed(observation) && observation.instance?.external === false,
  );
  const [first] = missed;
  return first === undefined || missed.length < first.policy.outageCountMin ? [] : missed;
}

/**
 * The agent was moved on since: what is done to the instance is decided where it is now, by the policy there, and not at
 * all in a cluster that is not looked after. There it may be away for a moment, which nobody here knows of.
 */
function isLaterElsewhere(other: ContainerInstance, { suspect, observation }: Subject): boolean {
  const registeredAtMs = observation.instance?.registeredAtMs ?? 0;
  return other.clusterArn !== suspect.clusterArn && (other.registeredAtMs ?? 0) > registeredAtMs;
}

const WAIT = { kind: 'wait' } as const;

/** A step of the ladder; not the removal of what is left of an instance that has gone. */
function isStep(decision: DisconnectionDecision): boolean {
  if (decision.kind === 'deregister') return decision.reason === 'policy';
  return ['alert', 'restart', 'replace'].includes(decision.kind);
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
    awayByZone: new Map([...Map.groupBy(missed, zoneOf)].map(([zone, { length }]) => [zone, length])),
    dueZones: new Set(due.map(zoneOf)),
    previous: outageOf(incidents, clusterArn),
  });
}

function outageOf(incidents: ReadonlyMap<string, Incident>, clusterArn: ClusterArn): OutageIncident | undefined {
  const incident = incidents.get(outageId(clusterArn));
  return incident?.kind === 'outage' ? incident : undefined;
}

function isHolding(outage: OutageIncident | undefined, subject: Subject): boolean {
  return outage?.phase === 'open' && concerns(outage, zoneOf(subject));
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
