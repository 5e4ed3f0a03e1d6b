import { commit } from '../alerts/publish.ts';
import { instant } from '../alerts/text.ts';
import { listTasksOn } from '../aws/tasks.ts';
import type { Policy } from '../config/settings.ts';
import { deadlineOfDrain, decideDrain } from '../domain/drain.ts';
import { destinationOf } from '../domain/lifecycle.ts';
import type { ContainerInstance, Ec2InstanceId, EcsService, Task } from '../domain/model.ts';
import { clusterOf, type DrainIncident } from '../incidents/incident.ts';
import type { Runtime } from '../runtime.ts';
import { act, leave } from './drain-effects.ts';
import { describe, type Seen } from './drain-log.ts';
import { asIfDraining } from './drain-subject.ts';
import { type Allowance, eachOf, type Failures } from './each.ts';
import { describeServicesOf } from './explanations.ts';
import { LookFailure, tryTo } from './look-failure.ts';
import { describeRegistrations, type Known } from './look-up.ts';
import { isLookedAfter } from './registrations.ts';

/** What a sweep knows of drains besides. */
interface KnownOfDrains extends Known {
  readonly unsearched: ReadonlySet<Ec2InstanceId>;
}

/**
 * Looks at drains in progress and takes each as far as it can go.
 *
 * @returns what failed, by incident id
 */
export async function reviewDrains(
  runtime: Runtime,
  incidents: readonly DrainIncident[],
  allowance: Allowance,
  known: Partial<KnownOfDrains> = {},
): Promise<Failures> {
  const open = Object.groupBy(
    incidents.filter(({ phase }) => phase !== 'closed'),
    (incident) => (isLookedAfter(runtime, clusterOf(incident)) ? 'inScope' : 'outside'),
  );
  const left = await eachOf(open.outside ?? [], idOf, allowance, (incident) => leave(runtime, incident));
  const inScope = (open.inScope ?? []).map((incident) => withoutOutside(runtime, incident));
  const listed = known.instances ? undefined : await listByCluster(runtime, inScope);
  const failures = await eachOf(inScope, idOf, allowance, async (stored) => {
    const cluster = clusterOf(stored);
    const read = await tryTo(() => runtime.policies.of(cluster));
    const isRead = !(read instanceof LookFailure);
    const policy = isRead ? read : runtime.policies.known(cluster, stored.clusterTags);
    const incident = isRead ? await withDeadlineOfNow(runtime, stored, policy) : stored;
    const nowMs = runtime.now();
    const observation = await tryTo(async () => {
      if (read instanceof LookFailure) throw read.cause;
      const instances = known.instances ?? instancesOf(incident, listed);
      return observe(runtime, incident, { known: { ...known, instances }, policy, nowMs });
    });
    const isBlind = observation instanceof LookFailure;
    const seen: Seen = isBlind ? { unreadable: observation.cause } : observation;
    const decision = decideDrain(incident, seen, { policy, nowMs });
    runtime.logger.info(`drain: ${decision.kind}`, { ...describe(incident, decision, { seen, nowMs }), isBlind });
    // While nothing can be seen, the hook is kept from expiring until the deadline, and nothing else is done.
    const needsNoLook = decision.kind === 'wait' || (decision.kind === 'release' && decision.reason === 'deadline');
    if (!isBlind || needsNoLook) await act({ runtime, policy, incident, observation: seen }, decision);
    if (isBlind) throw observation.cause;
  });
  return new Map([...left, ...failures]);
}

function idOf({ id }: DrainIncident): string {
  return id;
}

/** Written down at once: a look that cannot read the settings goes by what the last one did. */
async function withDeadlineOfNow(runtime: Runtime, incident: DrainIncident, policy: Policy): Promise<DrainIncident> {
  const deadlineAtMs = deadlineOfDrain(incident, policy);
  if (deadlineAtMs === incident.deadlineAtMs) return incident;
  const { id, ec2InstanceId } = incident;
  runtime.logger.info('drain: deadline moved', { incident: id, ec2InstanceId, deadlineAt: instant(deadlineAtMs) });
  const moved = await commit(runtime, { ...incident, deadlineAtMs }, incident);
  return moved?.kind === 'drain' ? moved : incident;
}

/** An instance in two clusters may be registered in one that is no longer looked after: that one is left alone. */
function withoutOutside(runtime: Runtime, incident: DrainIncident): DrainIncident {
  const [filedUnder, ...others] = incident.registrations;
  const inScope = others.filter(({ clusterArn }) => isLookedAfter(runtime, clusterArn));
  return inScope.length === others.length ? incident : { ...incident, registrations: [filedUnder, ...inScope] };
}

type Listed = ReadonlyMap<string, Known['instances'] | LookFailure>;

/**
 * Read before any tasks are: on an instance that was DRAINING by then, no task can appear afterwards. A cluster that
 * ECS does not describe blinds only those who look at it.
 */
async function listByCluster(runtime: Runtime, incidents: readonly DrainIncident[]): Promise<Listed> {
  const registrations = incidents.flatMap((incident) => incident.registrations);
  const listed = new Map<string, Known['instances'] | LookFailure>();
  for (const [cluster, group] of Map.groupBy(registrations, ({ clusterArn }) => clusterArn)) {
    listed.set(cluster, await tryTo(() => describeRegistrations(runtime, group)));
  }
  return listed;
}

/** @throws what kept one of its clusters from being described */
function instancesOf({ registrations }: DrainIncident, listed: Listed | undefined): Map<string, ContainerInstance> {
  const instances = new Map<string, ContainerInstance>();
  for (const { arn, clusterArn } of registrations) {
    const inCluster = listed?.get(clusterArn);
    if (inCluster instanceof LookFailure) throw inCluster.cause;
    const instance = inCluster?.get(arn);
    if (instance !== undefined) instances.set(arn, instance);
  }
  return instances;
}

/** `reviewDrains` for ids of incidents that may exist or not: an event names an instance, nobody knows if it drains. */
export async function reviewDrainsById(
  runtime: Runtime,
  ids: readonly string[],
  allowance: Allowance,
): Promise<Failures> {
  const incidents = await runtime.incidents.getMany(ids);
  const drains = [...incidents.values()].flatMap((incident) =>
    incident.kind === 'drain' && incident.phase === 'draining' ? [incident] : [],
  );
  return reviewDrains(runtime, drains, allowance);
}

function namesOfDaemons(services: ReadonlyMap<string, EcsService>): Set<string> {
  return new Set([...services.values()].flatMap((one) => (one.schedulingStrategy === 'DAEMON' ? [one.name] : [])));
}

async function observe(
  runtime: Runtime,
  incident: DrainIncident,
  {
    known,
    ...when
  }: {
    readonly known: Pick<Known, 'instances'> & Partial<KnownOfDrains>;
    readonly policy: Policy;
    readonly nowMs: number;
  },
): Promise<Seen> {
  const listed = incident.registrations.flatMap(({ arn }) => known.instances.get(arn) ?? []);
  const instances = await asIfDraining(runtime, incident, listed);
  const state = known.autoScaling?.get(incident.ec2InstanceId)?.lifecycleState;
  const ec2State = known.ec2 && (known.ec2.get(incident.ec2InstanceId)?.state ?? 'gone');
  const tasks = mustListTasks(incident, instances, {
    ...when,
    ec2State,
    lifecycleState: known.autoScaling && (state ?? 'gone'),
  })
    ? await listTasks(runtime, incident)
    : undefined;
  const services = tasks && (await describeServicesOf(runtime, incident, tasks));
  return {
    instances,
    autoScaling: known.autoScaling && { lifecycleState: state ?? 'gone' },
    ec2State,
    tasks,
    daemonServices: services && namesOfDaemons(services),
    services,
    isUnsearched: known.unsearched?.has(incident.ec2InstanceId),
  };
}

/** Most drains are over by then. Those that are not are looked into, for what keeps them. */
export const UNREMARKABLE_MS = 120_000;

/** A drain that has lasted so long waits for something slow: its tasks are looked at every so many minutes. */
const SLOW_MS = 300_000;
const SLOW_LOOK_MINUTES = 5;

/**
 * What the container instances tell costs one call for all drains, and mostly suffices to know that it is too early.
 * It does not where tasks are left that ECS does not stop by itself.
 */
function mustListTasks(
  incident: DrainIncident,
  instances: readonly ContainerInstance[],
  {
    policy,
    nowMs,
    ec2State,
    lifecycleState,
  }: {
    readonly policy: Policy;
    readonly nowMs: number;
    readonly ec2State: string | undefined;
    readonly lifecycleState: string | undefined;
  },
): boolean {
  if (incident.phase !== 'draining') return false;
  // What it took with it is to be told.
  const isLetGo = lifecycleState !== undefined && destinationOf(lifecycleState) === undefined;
  if (isLetGo || (ec2State !== undefined && ec2State !== 'running')) return true;
  if (policy.standaloneTasks === 'stop' || incident.actions.length === 0) return true;
  if (nowMs >= incident.deadlineAtMs || incident.unblockedAtMs !== undefined) return true;
  // About to be given up: the tasks whose fate is unknown are to be named.
  const silentMs = nowMs - (incident.lostContact?.atMs ?? nowMs);
  if (silentMs >= policy.lostContactMinutes * 60_000) return true;
  return instances.every(mayBeEmpty) || isLookDue(nowMs - incident.openedAtMs);
}

/** Whether a drain of this age is looked into, if nothing else asks for it. */
export function isLookDue(ageMs: number): boolean {
  if (ageMs < SLOW_MS) return ageMs >= UNREMARKABLE_MS;
  return Math.floor(ageMs / 60_000) % SLOW_LOOK_MINUTES === 0;
}

function mayBeEmpty({ runningTasksCount, pendingTasksCount, resourcesFree }: ContainerInstance): boolean {
  return runningTasksCount + pendingTasksCount === 0 && resourcesFree !== false;
}

async function listTasks(runtime: Runtime, { registrations }: DrainIncident): Promise<Task[]> {
  const lists = await Promise.all(
    registrations.map(({ arn, clusterArn }) => listTasksOn(runtime.ecs, clusterArn, arn)),
  );
  return lists.flat();
}
