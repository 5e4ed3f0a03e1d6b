import { resendAbandoned } from '../alerts/publish.ts';
import { listGroups } from '../aws/auto-scaling.ts';
import { destinationOf } from '../domain/lifecycle.ts';
import type { AutoScalingInstance, ClusterArn, LifecycleAction } from '../domain/model.ts';
import type { DrainIncident, Incident, ManagedDrainIncident } from '../incidents/incident.ts';
import { endSweepTurn, takeSweepTurn } from '../incidents/items.ts';
import type { Runtime } from '../runtime.ts';
import { sweepAgents } from './agents.ts';
import { reviewArrivals } from './arrivals.ts';
import { sweepConfigurations } from './configurations.ts';
import { type Allowance, eachOf, type Failures } from './each.ts';
import { keepAllAlive } from './keep-alive.ts';
import type { OnOverdue } from './launches.ts';
import { LookFailure, tryTo } from './look-failure.ts';
import { sweepManagedDrains } from './managed-drains.ts';
import { planLooks } from './planned-looks.ts';
import { listClustersLookedAfter } from './registrations.ts';
import { reviewRepairs } from './repairs.ts';
import { sweepScheduledChanges } from './scheduled-changes.ts';
import { sweepSummaries } from './summaries.ts';
import { sweepDrains } from './sweep-drains.ts';
import { sweepLaunches } from './sweep-launches.ts';
import { reviewOverdue } from './unregistered.ts';
import { listUntoldActions } from './untold.ts';
import { listPooled } from './warm-pools.ts';

export interface SweepAllowance extends Allowance {
  /** When the function will have been stopped for certain: no other sweep begins before, unless this one ends. */
  readonly endsAtMs: number;
}

/**
 * The safety net: finds by itself what is draining, disconnected or held by a hook, and runs the same loops over it as
 * the events do. Its cost grows with the clusters, the groups and what is wrong, not with the healthy fleet.
 *
 * @throws SweepError when some of it could not be done
 */
export async function sweep(runtime: Runtime, allowance: SweepAllowance): Promise<void> {
  const startedMs = runtime.now();
  const holder = runtime.uniqueId();
  const turn = { holder, nowMs: startedMs, untilMs: allowance.endsAtMs };
  if (!(await orKeepAllAlive(runtime, allowance, () => takeSweepTurn(runtime.table, turn)))) {
    runtime.logger.info('sweep skipped: another one is under way');
    return;
  }
  try {
    const incidents = await orKeepAllAlive(runtime, allowance, () => readUnsettled(runtime));
    const failures = await sweepAll(runtime, incidents, allowance);
    runtime.logger.info('sweep done', { seconds: (runtime.now() - startedMs) / 1_000, failures: failures.size });
    if (failures.size > 0) throw new SweepError(failures);
  } finally {
    await endSweepTurn(runtime.table, holder);
  }
}

/** @param read from the table, without which nothing can be swept */
async function orKeepAllAlive<T>(runtime: Runtime, allowance: Allowance, read: () => Promise<T>): Promise<T> {
  const answer = await tryTo(read);
  if (!(answer instanceof LookFailure)) return answer;
  const kept = await tryTo(() => keepAllAlive(runtime, allowance));
  if (kept instanceof LookFailure)
    throw new AggregateError([answer.cause, kept.cause], `${answer.cause}; ${kept.cause}`);
  throw answer.cause;
}

/** Names each thing that could not be done, and why. */
export class SweepError extends AggregateError {
  constructor(failures: Failures) {
    super(
      [...failures.values()],
      `not done: ${[...failures].map(([subject, error]) => `${subject} (${error})`).join('; ')}`,
    );
    this.name = 'SweepError';
  }
}

/** Open ones, and what was settled a moment ago: the index may lag behind, so what is judged is read consistently. */
async function readUnsettled({ incidents }: Runtime): Promise<ReadonlyMap<string, Incident>> {
  const open = await incidents.listOpen();
  return incidents.getMany(open.map(({ id }) => id));
}

/**
 * Drains first, because hooks expire. Each part is done whatever becomes of the others: a cluster that cannot be listed
 * must not keep the hooks of all from their heartbeats.
 */
async function sweepAll(
  runtime: Runtime,
  incidents: ReadonlyMap<string, Incident>,
  allowance: Allowance,
): Promise<Failures> {
  const unsettled = [...incidents.values()].filter((incident) => incident.closedAtMs === undefined);
  const drains = unsettled.flatMap((incident) => (incident.kind === 'drain' ? [incident] : []));
  const away = unsettled.flatMap((incident) => (incident.kind === 'disconnection' ? [incident] : []));
  const repairs = unsettled.flatMap((incident) => (incident.kind === 'repairs' ? [incident] : []));
  const launches = unsettled.flatMap((incident) => (incident.kind === 'launch' ? [incident] : []));
  const managed = unsettled.flatMap((incident) => (incident.kind === 'managed-drain' ? [incident] : []));
  const groups = once(() => listGroups(runtime.autoScaling));
  const pooled = once(async () => listPooled(runtime, await groups(), allowance));
  const listClusters = once(() => listClustersLookedAfter(runtime));
  const overdue: Parameters<OnOverdue>[] = [];
  const onOverdue: OnOverdue = (...launch) => overdue.push(launch);
  const failures: Failures = new Map();
  const hasUnknownAgents = (cluster: ClusterArn) => failures.has('agents') || failures.has(cluster);
  const parts: Record<string, () => Promise<Failures>> = {
    'planned looks': async () => {
      await planLooks(runtime, [...drains, ...launches]);
      return new Map();
    },
    drains: () => sweepDrains(runtime, { drains, away, groups }, allowance),
    arrivals: async () => {
      const { instances, failures } = await pooled();
      const members = [...(await groups()).flatMap((group) => group.instances), ...instances];
      const arrived = await reviewArrivals(
        runtime,
        await listArrived(runtime, members, { drains, managed }),
        allowance,
      );
      return new Map([...failures, ...arrived]);
    },
    'managed drains': async () =>
      sweepManagedDrains(runtime, { watched: managed, drains, groups: await groups() }, allowance),
    launches: async () => {
      const returning = new Set(drains.map(({ ec2InstanceId }) => ec2InstanceId));
      const entering = (await pooled()).instances.filter(({ ec2InstanceId }) => !returning.has(ec2InstanceId));
      const swept = { open: launches, groups: await groups(), entering, listClusters, onOverdue };
      return sweepLaunches(runtime, swept, allowance);
    },
    'scheduled changes': () => sweepScheduledChanges(runtime, incidents, allowance),
    // Before the agents: reads the tags of all clusters at once.
    configurations: () => sweepConfigurations(runtime, { open: incidents, listClusters }, allowance),
    agents: () => sweepAgents(runtime, { open: incidents, listClusters }, allowance),
    'overdue launches': () => reviewOverdue(runtime, overdue, { allowance, hasUnknownAgents }),
    repairs: () =>
      eachOf(
        // Where nobody could look, nobody could ask for a repair that is held either.
        repairs.filter(({ clusterArn }) => !hasUnknownAgents(clusterArn)),
        ({ id }) => id,
        allowance,
        (incident) => reviewRepairs(runtime, incident),
      ),
    summaries: () => sweepSummaries(runtime, { open: unsettled, listClusters }, allowance),
    alerts: () => sweepAlerts(runtime, incidents, allowance),
  };
  for (const [name, part] of Object.entries(parts)) {
    try {
      for (const [subject, error] of await part()) failures.set(subject, error);
    } catch (error) {
      failures.set(name, error);
    }
  }
  return failures;
}

/** What several parts need is read by the first of them. */
function once<T>(read: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    answer ??= read();
    return answer;
  };
}

/** Read anew: the parts before have written some of them. */
async function sweepAlerts(
  runtime: Runtime,
  incidents: ReadonlyMap<string, Incident>,
  allowance: Allowance,
): Promise<Failures> {
  const unsent = [...incidents.values()].filter(({ outbox }) => outbox.length > 0);
  const current = await runtime.incidents.getMany(unsent.map(({ id }) => id));
  return eachOf([...current.values()], alertsOf, allowance, (incident) => resendAbandoned(runtime, incident));
}

function alertsOf({ id }: Incident): string {
  return `alerts of ${id}`;
}

/** The terminate actions that hold instances of which no event told. */
async function listArrived(
  runtime: Runtime,
  members: readonly AutoScalingInstance[],
  { drains, managed }: { readonly drains: readonly DrainIncident[]; readonly managed: readonly ManagedDrainIncident[] },
): Promise<LifecycleAction[]> {
  const patterns = String(runtime.config.policy.lifecycleHooks);
  const isSameSetting = ({ ownHooks }: ManagedDrainIncident) => ownHooks === undefined || String(ownHooks) === patterns;
  const watched = new Set(managed.filter(isSameSetting).map(({ ec2InstanceId }) => ec2InstanceId));
  const untold = members.filter(({ ec2InstanceId, lifecycleState }) => {
    const destination = destinationOf(lifecycleState);
    const isTold = drains.some(
      (drain) =>
        drain.ec2InstanceId === ec2InstanceId &&
        // Without one it was begun by an interruption, and no hook has been heard of.
        drain.actions.length > 0 &&
        // What was let go, or is bound for somewhere else, may be held anew.
        drain.phase === 'draining' &&
        drain.destination === destination,
    );
    return destination !== undefined && !isTold && !watched.has(ec2InstanceId);
  });
  return listUntoldActions(runtime, untold, 'autoscaling:EC2_INSTANCE_TERMINATING');
}
