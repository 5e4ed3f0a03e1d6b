import { setContainerInstancesState } from '../aws/container-instances.ts';
import type { Policy } from '../config/settings.ts';
import type { DrainObservation } from '../domain/drain.ts';
import type { ClusterArn, ContainerInstance } from '../domain/model.ts';
import { clusterOf, type DrainIncident, type Registration } from '../incidents/incident.ts';
import type { Runtime } from '../runtime.ts';
import { perform } from './perform.ts';

/** A drain as it was looked at, and the policy of its cluster. */
export interface Subject {
  readonly runtime: Runtime;
  readonly policy: Policy;
  readonly incident: DrainIncident;
  readonly observation: DrainObservation;
}

export function closed(incident: DrainIncident, outcome: string, nowMs: number): DrainIncident {
  return { ...incident, phase: 'closed', closedAtMs: nowMs, outcome };
}

/** One instance in two clusters is drained where it is to be; the other cluster may only be observed. */
export async function policyIn({ runtime, policy, incident }: Subject, cluster: ClusterArn): Promise<Policy> {
  return cluster === clusterOf(incident) ? policy : runtime.policies.of(cluster);
}

/**
 * What is registered in another cluster besides, which is only observed, stays ACTIVE there: a drain that waited for it
 * to be set DRAINING would hold its hook until the deadline.
 */
export async function asIfDraining(
  runtime: Runtime,
  incident: DrainIncident,
  instances: readonly ContainerInstance[],
): Promise<ContainerInstance[]> {
  const asSeen: ContainerInstance[] = [];
  for (const instance of instances) {
    const isElsewhere = incident.actions.length > 0 && instance.clusterArn !== clusterOf(incident);
    const isObserved = isElsewhere && (await runtime.policies.of(instance.clusterArn)).mode === 'observe';
    asSeen.push(isObserved ? { ...instance, status: 'DRAINING' } : instance);
  }
  return asSeen;
}

/** @throws StateNotChangedError when ECS says that it did not change some of them */
export async function setState(
  subject: Subject,
  registrations: readonly Registration[],
  status: 'ACTIVE' | 'DRAINING',
): Promise<void> {
  for (const [cluster, group] of Map.groupBy(registrations, ({ clusterArn }) => clusterArn)) {
    const arns = group.map(({ arn }) => arn);
    const effect = { operation: 'UpdateContainerInstancesState', subject: arns.join(', '), status };
    const changed = await perform(subject.runtime, await policyIn(subject, cluster), effect, () =>
      setContainerInstancesState(subject.runtime.ecs, cluster, arns, status),
    );
    if (changed !== 'observed' && changed.failures.length > 0) throw new StateNotChangedError(status, changed.failures);
  }
}

class StateNotChangedError extends Error {
  constructor(status: string, failures: readonly { arn: string; reason: string }[]) {
    super(`not set to ${status}: ${failures.map(({ arn, reason }) => `${arn} (${reason})`).join(', ')}`);
    this.name = 'StateNotChangedError';
  }
}
