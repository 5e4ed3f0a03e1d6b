import { setContainerInstancesState } from '../aws/container-instances.ts';
import type { ClusterArn, ContainerInstance, ContainerInstanceArn } from '../domain/model.ts';
import { type DrainIncident, drainId, type Registration } from '../incidents/incident.ts';
import type { Runtime } from '../runtime.ts';
import { reviewDrains } from './drains.ts';
import type { Allowance, Failures } from './each.ts';
import { LookFailure, tryTo } from './look-failure.ts';
import type { Known } from './look-up.ts';
import { perform } from './perform.ts';
import { planLooks } from './planned-looks.ts';

/** A drain that has just been filed, and the registrations that it is about. */
export interface BegunDrain {
  readonly incident: DrainIncident;
  readonly instances: readonly ContainerInstance[];
}

/** The registrations of an EC2 instance. The first is the one its drain is filed under. */
export type Registered = readonly [ContainerInstance, ...ContainerInstance[]];

/**
 * Sets the instances of drains that have just been filed DRAINING, and takes a first look at each.
 *
 * @param known what the looks may rest on, beside the instances
 * @returns what failed, by EC2 instance id
 */
export async function beginDrains(
  runtime: Runtime,
  begun: readonly BegunDrain[],
  allowance: Allowance,
  known: Partial<Omit<Known, 'instances'>> = {},
): Promise<Failures> {
  const { instances, refused } = await setAllDraining(
    runtime,
    begun.flatMap((one) => one.instances),
  );
  const drains = begun.map(({ incident }) => incident);
  await planLooks(runtime, drains);
  const refusalOf = ({ registrations }: DrainIncident) => registrations.find((one) => refused.has(one.clusterArn));
  // Some are empty already, and some hooks have been waiting for a while: an event may be late, or lost.
  const set = drains.filter((drain) => refusalOf(drain) === undefined);
  const looked = await reviewDrains(runtime, set, allowance, { ...known, instances });
  const failures: Failures = new Map();
  for (const drain of drains) {
    const refusal = refusalOf(drain);
    if (refusal !== undefined) failures.set(drain.ec2InstanceId, refused.get(refusal.clusterArn));
    if (looked.has(drain.id)) failures.set(drain.ec2InstanceId, looked.get(drain.id));
  }
  return failures;
}

/** What became of instances that were to be set DRAINING. */
interface Changed {
  /** As they are now. */
  readonly instances: ReadonlyMap<ContainerInstanceArn, ContainerInstance>;
  /** The clusters in which ECS refused it, and why. */
  readonly refused: ReadonlyMap<ClusterArn, unknown>;
}

/** Sets instances DRAINING, ten a call. What ECS refuses in one cluster does not keep it from those of others. */
export async function setAllDraining(runtime: Runtime, all: readonly ContainerInstance[]): Promise<Changed> {
  const instances = new Map(all.map((instance) => [instance.arn, instance]));
  // Those that another handler, or ECS itself, has set already are left as they are: in a storm every call counts.
  const active = all.filter(({ status }) => status !== 'DRAINING');
  const refused = new Map<ClusterArn, unknown>();
  for (const [cluster, group] of Map.groupBy(active, ({ clusterArn }) => clusterArn)) {
    const changed = await tryTo(() => setDraining(runtime, cluster, group));
    if (changed instanceof LookFailure) refused.set(cluster, changed.cause);
    else for (const instance of changed) instances.set(instance.arn, instance);
  }
  return { instances, refused };
}

/** @returns the instances as they are once they drain, or would be if they might be changed */
async function setDraining(
  runtime: Runtime,
  cluster: ClusterArn,
  instances: readonly ContainerInstance[],
): Promise<ContainerInstance[]> {
  const policy = await runtime.policies.of(cluster);
  const arns = instances.map(({ arn }) => arn);
  const effect = { operation: 'UpdateContainerInstancesState', subject: arns.join(', '), status: 'DRAINING' };
  const answer = await perform(runtime, policy, effect, () =>
    setContainerInstancesState(runtime.ecs, cluster, arns, 'DRAINING'),
  );
  if (answer === 'observed') return instances.map((instance) => ({ ...instance, status: 'DRAINING' }));
  // The sweep sees that they are not draining yet and tries again.
  if (answer.failures.length > 0) runtime.logger.warn('not set to DRAINING', { cluster, failures: answer.failures });
  return answer.changed;
}

/**
 * Where a drain of the instance is under way, or not yet over, under a registration that is no longer the liveliest, a
 * new one is filed there too, so that each knows of the other.
 */
export async function underUnfinished(runtime: Runtime, instances: Registered): Promise<Registered> {
  if (instances.length === 1) return instances;
  const drains = await runtime.incidents.getMany(instances.map(({ arn }) => drainId(arn)));
  const open = new Set([...drains.values()].filter(({ closedAtMs }) => closedAtMs === undefined).map(({ id }) => id));
  const unfinished = instances.find(({ arn }) => open.has(drainId(arn)));
  return unfinished === undefined ? instances : [unfinished, ...instances.filter((one) => one !== unfinished)];
}

export function toRegistration({ arn, clusterArn }: ContainerInstance): Registration {
  return { arn, clusterArn };
}
