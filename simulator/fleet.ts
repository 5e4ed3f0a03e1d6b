import type { Kernel } from './kernel/kernel.ts';
import { createLifecycleHookProvider } from './services/auto-scaling/lifecycle-hook-resource.ts';
import type { NotifyTarget } from './services/auto-scaling/notifications.ts';
import { followInstances } from './services/auto-scaling/reconcile.ts';
import { createAutoScalingService } from './services/auto-scaling/service.ts';
import { createAutoScalingWorld } from './services/auto-scaling/state.ts';
import { createEc2World } from './services/ec2/instances.ts';
import { createEc2Service } from './services/ec2/service.ts';
import { followHosts } from './services/ecs/hosts.ts';
import { followManagedDraining } from './services/ecs/managed-draining.ts';
import { followTasks } from './services/ecs/scheduler.ts';
import { createEcsService } from './services/ecs/service.ts';
import { createEcsWorld } from './services/ecs/state.ts';
import { createCommandRunner, listManagedInstances } from './services/fleet-commands.ts';
import type { FleetContext } from './services/fleet-context.ts';
import { createFleetHandle, type FleetHandle } from './services/fleet-handle.ts';
import { followUserData } from './services/fleet-user-data.ts';
import { createFleetViews, type FleetViews } from './services/fleet-views.ts';
import type { CommandRunner } from './services/ssm/commands.ts';
import type { ManagedInstance } from './services/ssm/managed-instances.ts';
import { DEFAULT_UNDOCUMENTED, type UndocumentedBehaviour } from './services/undocumented.ts';
import type { BusEvent, ResourceProvider, SimulatedService } from './wire/service.ts';

export interface FleetOptions {
  /** Where the services' events go. */
  publish(event: BusEvent): void;
  /** Where lifecycle hooks send their notifications; default: there is no such target. */
  readonly notifyTarget?: NotifyTarget;
  /** Which way AWS goes where it does not say. */
  readonly undocumented?: Partial<UndocumentedBehaviour>;
  /** Whether agents lose their connection every half hour, as in normal operation; default true. */
  readonly agentConnectionsEnd?: boolean;
}

export interface Fleet {
  readonly services: readonly SimulatedService[];
  readonly providers: Readonly<Record<string, ResourceProvider>>;
  /** Builds the fleet and pushes it about. */
  readonly world: FleetHandle;
  /** What its hosts do with commands of Systems Manager. */
  readonly runCommand: CommandRunner;
  /** Those of its hosts that Systems Manager knows. */
  readonly managedInstances: () => readonly ManagedInstance[];
  /** Reads what is true, for those who check it. */
  readonly views: FleetViews;
}

/** ECS, EC2 Auto Scaling and EC2 of one account and region, and the hosts and agents between them. */
export function createFleet(kernel: Kernel, options: FleetOptions): Fleet {
  const undocumented = { ...DEFAULT_UNDOCUMENTED, ...options.undocumented };
  const context = (name: string): FleetContext => ({
    kernel,
    random: kernel.random.fork(name),
    undocumented,
    publish: (event) => options.publish(event),
  });
  const ec2 = createEc2World(context('ec2'));
  const autoScaling = createAutoScalingWorld(
    context('auto-scaling'),
    ec2,
    options.notifyTarget ?? (() => 'NO_RESOURCE'),
  );
  const ecs = createEcsWorld(context('ecs'), autoScaling, options.agentConnectionsEnd ?? true);
  followHosts(ecs, ec2);
  followInstances(autoScaling);
  followTasks(ecs);
  followManagedDraining(ecs, autoScaling);
  const worlds = { ecs, ec2, autoScaling, unmanagedHosts: new Set<string>() };
  followUserData(worlds);
  return {
    services: [createEcsService(ecs), createAutoScalingService(autoScaling), createEc2Service(ec2)],
    providers: { 'AWS::AutoScaling::LifecycleHook': createLifecycleHookProvider(autoScaling) },
    world: createFleetHandle(worlds),
    runCommand: createCommandRunner(worlds),
    managedInstances: () => listManagedInstances(worlds),
    views: createFleetViews(worlds),
  };
}
