import { resendAbandoned } from '../alerts/publish.ts';
import { describeLifecycleHooks, listGroups } from '../aws/auto-scaling.ts';
import { listContainerInstanceArns } from '../aws/container-instances.ts';
import { destinationOf, isHeartbeatDue } from '../domain/lifecycle.ts';
import type { LifecycleAction } from '../domain/model.ts';
import { isOwnedHook } from '../domain/name-patterns.ts';
import {
  type DisconnectionIncident,
  type DrainIncident,
  disconnectionId,
  drainId,
  type Incident,
  type Registration,
} from '../incidents/incident.ts';
import { endSweepTurn, takeSweepTurn } from '../incidents/items.ts';
import type { Runtime } from '../runtime.ts';
import { reviewArrivals } from './arrivals.ts';
import { reviewDisconnections } from './disconnections.ts';
import { reviewDrains, UNREMARKABLE_MS } from './drains.ts';
import { type Allowance, eachOf, type Failures } from './each.ts';
import { lookUp } from './look-up.ts';
import { planLooks } from './planned-looks.ts';
import { isLookedAfter, listClustersLookedAfter } from './registrations.ts';

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
  if (!(await takeSweepTurn(runtime.table, turn))) {
    runtime.logger.info('sweep skipped: another one is under way');
    return;
  }
  try {
    const failures = await sweepAll(runtime, allowance);
    runtime.logger.info('sweep done', { seconds: (runtime.now() - startedMs) / 1_000, failures: failures.size });
    if (failures.size > 0) throw new SweepError(failures);
  } finally {
    await endSweepTurn(runtime.table, holder);
  }
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

/**
 * Drains first, because hooks expire. Each part is done whatever becomes of the others: a cluster that cannot be listed
 * must not keep the hooks of all from their heartbeats.
 */
async function sweepAll(runtime: Runtime, allowance: Allowance): Promise<Failures> {
  const open = await runtime.incidents.listOpen();
  // The index may lag behind: what is judged is read consistently.
  const incidents = await runtime.incidents.getMany(open.map(({ id }) => id));
  const unsettled = [...incidents.values()].filter((incident) => incident.closedAtMs === undefined);
  const drains = unsettled.flatMap((incident) => (incident.kind === 'drain' ? [incident] : []));
  const away = unsettled.flatMap((incident) => (incident.kind === 'disconnection' ? [incident] : []));
  const parts: Record<string, () => Promise<Failures>> = {
    'planned looks': async () => {
      await planLooks(runtime, drains);
      return new Map();
    },
    drains: () =>
      sweepDrains(
        runtime,
        drains.filter((drain) => deservesSweep(drain, runtime.now())),
        allowance,
      ),
    arrivals: async () => reviewArrivals(runtime, await listArrived(runtime, drains), allowance),
    agents: () => sweepAgents(runtime, { incidents, away, allowance }),
    alerts: () => sweepAlerts(runtime, incidents, allowance),
  };
  const failures: Failures = new Map();
  for (const [name, part] of Object.entries(parts)) {
    try {
      for (const [subject, error] of await part()) failures.set(subject, error);
    } catch (error) {
      failures.set(name, error);
    }
  }
  return failures;
}

/** A drain that has just begun is followed by its events; it is swept once those should have ended it. */
function deservesSweep(drain: DrainIncident, nowMs: number): boolean {
  const isYoung = nowMs - drain.openedAtMs < UNREMARKABLE_MS;
  const isBeatDue = drain.actions.some((action) => isHeartbeatDue(action, nowMs));
  return !isYoung || isBeatDue || drain.phase !== 'draining' || nowMs >= drain.deadlineAtMs;
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

async function sweepDrains(
  runtime: Runtime,
  drains: readonly DrainIncident[],
  allowance: Allowance,
): Promise<Failures> {
  const registrations = drains.flatMap((drain) => drain.registrations);
  const ec2InstanceIds = drains.map(({ ec2InstanceId }) => ec2InstanceId);
  try {
    return await reviewDrains(runtime, drains, allowance, await lookUp(runtime, registrations, ec2InstanceIds));
  } catch (error) {
    // One of the services does not answer. Each drain is looked at by what the others say, and its hook kept alive.
    const failures = await reviewDrains(runtime, drains, allowance);
    return failures.set('looking up drains', error);
  }
}

async function sweepAgents(
  runtime: Runtime,
  {
    incidents,
    away,
    allowance,
  }: {
    readonly incidents: ReadonlyMap<string, Incident>;
    readonly away: readonly DisconnectionIncident[];
    readonly allowance: Allowance;
  },
): Promise<Failures> {
  const noted = away.map(({ containerInstanceArn, clusterArn }) => ({ arn: containerInstanceArn, clusterArn }));
  const suspects = unique([
    ...(await listDisconnected(runtime)),
    // The operator may have taken a cluster away from Ebbtide since.
    ...noted.filter(({ clusterArn }) => isLookedAfter(runtime, clusterArn)),
  ]);
  const known = await lookUp(
    runtime,
    suspects,
    away.flatMap(({ ec2InstanceId }) => ec2InstanceId ?? []),
  );
  // Closed incidents are not in the index, and give way to new ones.
  const ids = suspects.flatMap(({ arn }) => [disconnectionId(arn), drainId(arn)]);
  const all = new Map([...incidents, ...(await runtime.incidents.getMany(ids))]);
  return reviewDisconnections(runtime, suspects, { known, incidents: all, allowance });
}

function alertsOf({ id }: Incident): string {
  return `alerts of ${id}`;
}

/** Every container instance, in any cluster that is looked after, whose agent is away right now. */
async function listDisconnected(runtime: Runtime): Promise<Registration[]> {
  const disconnected: Registration[] = [];
  const clusters = await listClustersLookedAfter(runtime);
  await runtime.policies.refresh(clusters);
  for (const clusterArn of clusters) {
    const arns = await listContainerInstanceArns(runtime.ecs, clusterArn, { filter: 'agentConnected == false' });
    disconnected.push(...arns.map((arn) => ({ arn, clusterArn })));
  }
  return disconnected;
}

/**
 * The lifecycle actions that hold instances of which no event told. Their tokens and start times are lost with the
 * event: Auto Scaling goes by the instance id, and the drain's deadline counts from now.
 */
async function listArrived(runtime: Runtime, drains: readonly DrainIncident[]): Promise<LifecycleAction[]> {
  const waiting = (await listGroups(runtime.autoScaling)).flatMap(({ instances }) => instances);
  const untold = waiting.filter(({ ec2InstanceId, lifecycleState }) => {
    const destination = destinationOf(lifecycleState);
    const isTold = drains.some(
      (drain) =>
        drain.ec2InstanceId === ec2InstanceId && (drain.phase === 'draining' || drain.destination === destination),
    );
    return destination !== undefined && !isTold;
  });
  const actions: LifecycleAction[] = [];
  for (const [groupName, instances] of Map.groupBy(untold, (instance) => instance.groupName)) {
    const hooks = (await describeLifecycleHooks(runtime.autoScaling, groupName)).filter(
      ({ name, transition }) =>
        transition === 'autoscaling:EC2_INSTANCE_TERMINATING' &&
        isOwnedHook(runtime.config.policy.lifecycleHooks, name),
    );
    const startedAtMs = runtime.now();
    for (const { ec2InstanceId } of instances) {
      actions.push(...hooks.map(({ name }) => ({ ec2InstanceId, groupName, hookName: name, startedAtMs })));
    }
  }
  return actions;
}

function unique(registrations: readonly Registration[]): Registration[] {
  return [...new Map(registrations.map((registration) => [registration.arn, registration])).values()];
}
