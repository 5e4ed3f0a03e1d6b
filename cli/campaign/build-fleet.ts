import { readFact } from '../../simulator/invariants/facts.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { type ClusterPlan, FOREIGN_HOOK, MANAGED_PROVIDER } from './fleet-plan.ts';

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

const BACKUP_TAKES_MS = 20_000;

/** The other team: its tool completes its own hook, if that still waits. */
export function completeForeignHooks(simulator: Simulator): void {
  const { clock, trace } = simulator.kernel;
  const isOpen = (token: string) =>
    simulator.fleet.views
      .groupInstances()
      .some(({ hooks }) => hooks.some((action) => action.token === token && action.end === undefined));
  trace.onEntry((entry) => {
    const fact = readFact(entry);
    if (fact?.kind !== 'terminate action' || fact.hook !== FOREIGN_HOOK) return;
    clock.after(BACKUP_TAKES_MS, () => {
      if (!isOpen(fact.token)) return;
      void simulator.call('autoscaling', 'CompleteLifecycleAction', {
        AutoScalingGroupName: fact.group,
        LifecycleHookName: fact.hook,
        LifecycleActionToken: fact.token,
        LifecycleActionResult: 'CONTINUE',
      });
    });
  });
}
