import type { ContainerInstanceChange } from '../events/container-instance-change.ts';
import { type DrainIncident, disconnectionId, drainId, type Incident } from '../incidents/incident.ts';
import { launchId } from '../incidents/launch-incident.ts';
import type { Runtime } from '../runtime.ts';
import { reviewDisconnections, type Suspect } from './disconnections.ts';
import { reviewDrains } from './drains.ts';
import type { Allowance, Failures } from './each.ts';
import { inEachCluster } from './each-cluster.ts';
import { reviewLaunches } from './launches.ts';
import { describeRegistrations, lookUp } from './look-up.ts';
import { isLookedAfter } from './registrations.ts';

/**
 * Looks at container instances that ECS says have changed. ECS tells of every task that comes or goes on every instance,
 * so most of these have nothing to do with an incident: one read for the whole batch tells them apart.
 *
 * @returns what failed, by container instance ARN
 */
export async function reviewChanges(
  runtime: Runtime,
  events: readonly ContainerInstanceChange[],
  allowance: Allowance,
): Promise<Failures> {
  // The rule hears of every cluster of the account.
  const ours = events.filter(({ clusterArn }) => isLookedAfter(runtime, clusterArn));
  const changes = newestOfEach(ours).filter((change) => !isOnItsWay(change));
  const ids = changes.flatMap((change) => [drainId(change.arn), disconnectionId(change.arn), ...launchIdsOf(change)]);
  const incidents = await runtime.incidents.getMany(ids);
  return inEachCluster(
    changes,
    async (inCluster) =>
      new Map([
        ...(await reviewDraining(runtime, inCluster, incidents, allowance)),
        ...(await reviewReturning(runtime, inCluster, incidents, allowance)),
        ...(await reviewArrived(runtime, inCluster, incidents, allowance)),
        ...(await reviewAgents(runtime, inCluster, incidents, allowance)),
      ]),
  );
}

/** Draining, connected, and not empty yet: every task that leaves tells so, and none but the last is news. */
function isOnItsWay(change: ContainerInstanceChange): boolean {
  return change.status === 'DRAINING' && change.agentConnected === true && !mayBeEmpty(change);
}

function mayBeEmpty({ runningTasksCount, pendingTasksCount, resourcesFree }: ContainerInstanceChange): boolean {
  return !runningTasksCount && !pendingTasksCount && resourcesFree !== false;
}

function newestOfEach(events: readonly ContainerInstanceChange[]): ContainerInstanceChange[] {
  const newest = new Map<string, ContainerInstanceChange>();
  for (const event of events) {
    const other = newest.get(event.arn);
    if (other === undefined || rank(event) >= rank(other)) newest.set(event.arn, event);
  }
  return [...newest.values()];
}

/** ECS numbers the states of a resource; an event without a number goes by its time. */
function rank(event: ContainerInstanceChange): number {
  return event.version ?? event.atMs;
}

/** Drains of instances that, by what the event says, have no task left: before that, looking is for the sweep. */
async function reviewDraining(
  runtime: Runtime,
  changes: readonly ContainerInstanceChange[],
  incidents: ReadonlyMap<string, Incident>,
  allowance: Allowance,
): Promise<Failures> {
  const drains = drainsOf(changes.filter(mayBeEmpty), incidents).filter(({ phase }) => phase === 'draining');
  return byArn(drains, await reviewDrains(runtime, drains, allowance));
}

/** Instances that lived on after their drain, and have changed: their agent may be connected again. */
async function reviewReturning(
  runtime: Runtime,
  changes: readonly ContainerInstanceChange[],
  incidents: ReadonlyMap<string, Incident>,
  allowance: Allowance,
): Promise<Failures> {
  const connected = changes.filter(({ agentConnected }) => agentConnected !== false);
  const drains = drainsOf(connected, incidents).filter(({ phase }) => phase === 'returning');
  if (drains.length === 0) return new Map();
  const registrations = drains.flatMap((drain) => drain.registrations);
  const ec2InstanceIds = drains.map(({ ec2InstanceId }) => ec2InstanceId);
  const known = await lookUp(runtime, registrations, ec2InstanceIds);
  return byArn(drains, await reviewDrains(runtime, drains, allowance, known));
}

/** Instances whose launch waits for their agent: it may be connected now. */
async function reviewArrived(
  runtime: Runtime,
  changes: readonly ContainerInstanceChange[],
  incidents: ReadonlyMap<string, Incident>,
  allowance: Allowance,
): Promise<Failures> {
  const waiting = changes.filter((change) =>
    launchIdsOf(change).some((id) => incidents.get(id)?.closedAtMs === undefined && incidents.has(id)),
  );
  if (waiting.length === 0) return new Map();
  const launches = waiting.flatMap(launchIdsOf).flatMap((id) => {
    const incident = incidents.get(id);
    return incident?.kind === 'launch' ? [incident] : [];
  });
  const instances = [...(await describeRegistrations(runtime, waiting)).values()];
  const failures = await reviewLaunches(runtime, launches, allowance, ({ ec2InstanceId }) => ({
    registrations: instances.filter((instance) => instance.ec2InstanceId === ec2InstanceId),
  }));
  return new Map(
    waiting.flatMap((change) =>
      launchIdsOf(change).flatMap((id) => (failures.has(id) ? [[change.arn, failures.get(id)] as const] : [])),
    ),
  );
}

function launchIdsOf({ ec2InstanceId, agentConnected }: ContainerInstanceChange): string[] {
  return ec2InstanceId !== undefined && agentConnected !== false ? [launchId(ec2InstanceId)] : [];
}

async function reviewAgents(
  runtime: Runtime,
  changes: readonly ContainerInstanceChange[],
  incidents: ReadonlyMap<string, Incident>,
  allowance: Allowance,
): Promise<Failures> {
  const suspects: Suspect[] = changes
    .filter(({ arn, agentConnected, status }) => {
      const incident = incidents.get(disconnectionId(arn));
      const isAway =
        agentConnected === false && status !== 'INACTIVE' && !isGoing(runtime, incidents.get(drainId(arn)));
      return isAway || (incident !== undefined && incident.closedAtMs === undefined);
    })
    .map(({ arn, clusterArn, agentConnected, atMs, version }) => ({
      arn,
      clusterArn,
      ...(agentConnected === false && { event: { atMs, version } }),
    }));
  if (suspects.length === 0) return new Map();
  const known = { instances: await describeRegistrations(runtime, suspects) };
  return reviewDisconnections(runtime, suspects, { known, incidents, allowance });
}

/** As long as EC2 may take to shut an instance down that its hook has let go. */
const GOING_MS = 600_000;

/** Its agent goes because the instance does. Should it stay after all, the sweep finds an agent that is away. */
function isGoing(runtime: Runtime, drain: Incident | undefined): boolean {
  if (drain?.kind !== 'drain' || drain.destination !== 'termination') return false;
  const isReleased = drain.closedAtMs !== undefined && runtime.now() - drain.closedAtMs < GOING_MS;
  return drain.phase === 'draining' || (isReleased && drain.outcome !== 'back in service');
}

function drainsOf(
  changes: readonly ContainerInstanceChange[],
  incidents: ReadonlyMap<string, Incident>,
): DrainIncident[] {
  return changes.flatMap(({ arn }) => {
    const incident = incidents.get(drainId(arn));
    return incident?.kind === 'drain' ? [incident] : [];
  });
}

function byArn(drains: readonly DrainIncident[], failures: Failures): Failures {
  return new Map(
    drains.flatMap(({ id, registrations }) =>
      failures.has(id) ? registrations.map(({ arn }): [string, unknown] => [arn, failures.get(id)]) : [],
    ),
  );
}
