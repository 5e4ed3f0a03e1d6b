import { resendAbandoned } from '../alerts/publish.ts';
import { describeLifecycleHooks, listWaitingInstances } from '../aws/auto-scaling.ts';
import { listContainerInstanceArns } from '../aws/container-instances.ts';
import { destinationOf } from '../domain/lifecycle.ts';
import type { LifecycleAction } from '../domain/model.ts';
import { isNameIn } from '../domain/name-patterns.ts';
import {
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
import { reviewDrains } from './drains.ts';
import { type Allowance, eachOf, type Failures } from './each.ts';
import { lookUp } from './look-up.ts';
import { planLooks } from './planned-looks.ts';
import { listClustersLookedAfter } from './registrations.ts';

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

async function sweepAll(runtime: Runtime, allowance: Allowance): Promise<Failures> {
  const open = await runtime.incidents.listOpen();
  const disconnected = await listDisconnected(runtime);
  // The index may lag behind, and the closed incidents are not in it: what is judged is read consistently.
  const incidents = await runtime.incidents.getMany([
    ...open.map(({ id }) => id),
    ...disconnected.flatMap(({ arn }) => [disconnectionId(arn), drainId(arn)]),
  ]);
  const unsettled = [...incidents.values()].filter((incident) => incident.closedAtMs === undefined);
  const drains = unsettled.flatMap((incident) => (incident.kind === 'drain' ? [incident] : []));
  const away = unsettled.flatMap((incident) => (incident.kind === 'disconnection' ? [incident] : []));
  const suspects = unique([
    ...disconnected,
    ...away.map(({ containerInstanceArn, clusterArn }) => ({ arn: containerInstanceArn, clusterArn })),
  ]);
  const known = await lookUp(
    runtime,
    unique([...suspects, ...drains.flatMap(({ registrations }) => registrations)]),
    unsettled.flatMap(({ ec2InstanceId }) => ec2InstanceId ?? []),
  );
  const arrived = await listArrived(runtime, drains);
  await planLooks(runtime, drains);
  return new Map([
    ...(await eachOf([...incidents.values()], alertsOf, allowance, (incident) => resendAbandoned(runtime, incident))),
    ...(await reviewArrivals(runtime, arrived, allowance)),
    ...(await reviewDrains(runtime, drains, allowance, known)),
    ...(await reviewDisconnections(runtime, suspects, { known, incidents, allowance })),
  ]);
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
  const waiting = await listWaitingInstances(runtime.autoScaling);
  const untold = waiting.filter(({ ec2InstanceId, lifecycleState }) => {
    const destination = destinationOf(lifecycleState);
    const drain = drains.find((other) => other.ec2InstanceId === ec2InstanceId);
    return destination !== undefined && drain?.phase !== 'draining' && drain?.destination !== destination;
  });
  const actions: LifecycleAction[] = [];
  for (const [groupName, instances] of Map.groupBy(untold, (instance) => instance.groupName)) {
    const hooks = (await describeLifecycleHooks(runtime.autoScaling, groupName)).filter(
      ({ name, transition }) =>
        transition === 'autoscaling:EC2_INSTANCE_TERMINATING' && isNameIn(runtime.config.policy.lifecycleHooks, name),
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
