import type { ContainerInstanceHealthChange } from '../events/container-instance-health-change.ts';
import { disconnectionId, drainId } from '../incidents/incident.ts';
import type { Runtime } from '../runtime.ts';
import { reviewDisconnections } from './disconnections.ts';
import type { Allowance, Failures } from './each.ts';
import { inEachCluster } from './each-cluster.ts';
import { describeRegistrations } from './look-up.ts';
import { isLookedAfter } from './registrations.ts';

/**
 * Looks at container instances whose health changed by ECS's word: for the worse, or while there is an incident. The
 * event has no version and may be late: what counts is the health that ECS reports now.
 *
 * @returns what failed, by container instance ARN
 */
export async function reviewHealthChanges(
  runtime: Runtime,
  events: readonly ContainerInstanceHealthChange[],
  allowance: Allowance,
): Promise<Failures> {
  const changes = events.filter(({ clusterArn }) => isLookedAfter(runtime, clusterArn));
  const incidents = await runtime.incidents.getMany(changes.flatMap(({ arn }) => [disconnectionId(arn), drainId(arn)]));
  const suspects = new Map(
    changes
      .filter(({ arn, overallStatus }) => {
        const incident = incidents.get(disconnectionId(arn));
        return overallStatus === 'IMPAIRED' || (incident !== undefined && incident.closedAtMs === undefined);
      })
      .map(({ arn, clusterArn }) => [arn, { arn, clusterArn }]),
  );
  return inEachCluster([...suspects.values()], async (inCluster) => {
    const known = { instances: await describeRegistrations(runtime, inCluster) };
    return reviewDisconnections(runtime, inCluster, { known, incidents, allowance });
  });
}
