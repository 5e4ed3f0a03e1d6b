import type { Simulator } from '../../simulator/simulator.ts';
import { type ClusterPlan, MANAGED_PROVIDER } from './fleet-plan.ts';

const MINUTE_MS = 60_000;

/** Builds the fleet and gives it the time to come up. */
export async function buildFleet(simulator: Simulator, clusters: readonly ClusterPlan[]): Promise<void> {
  const { world } = simulator.fleet;
  for (const { name, tags = {}, groups, externalInstances = 0, managedInstances = 0 } of clusters) {
    world.createCluster({ name, tags });
    for (const group of groups) world.createAutoScalingGroup(group);
    for (let made = 0; made < externalInstances; made++) world.registerExternalInstance({ cluster: name });
    for (let made = 0; made < managedInstances; made++) {
      world.launchManagedInstance({ cluster: name, capacityProvider: MANAGED_PROVIDER });
    }
  }
  await simulator.runFor(3 * MINUTE_MS);
  for (const service of clusters.flatMap(({ services }) => services)) world.createService(service);
  await simulator.runFor(2 * MINUTE_MS);
}
