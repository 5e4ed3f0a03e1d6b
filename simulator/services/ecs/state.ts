import type {
  CapacityProviderStrategyItem,
  CapacityProviderUpdateStatus,
  ClusterConfiguration,
  ManagedScaling,
  RunTaskRequest,
  SettingName,
} from '@aws-sdk/client-ecs';
import type { AutoScalingWorld } from '../auto-scaling/state.ts';
import { arn, type FleetContext } from '../fleet-context.ts';
import type { Agent } from './agent.ts';
import type { EcsService } from './service-state.ts';
import type { Task, TaskDefinition } from './task-state.ts';

export type ContainerInstanceStatus = 'ACTIVE' | 'DRAINING' | 'INACTIVE' | 'REGISTERING' | 'DEREGISTERING';

/** A registration of one EC2 or external instance with one cluster. */
export interface ContainerInstance {
  readonly serial: number;
  readonly arn: string;
  readonly id: string;
  readonly cluster: Cluster;
  readonly ec2InstanceId: string;
  readonly availabilityZone: string;
  readonly instanceType: string;
  readonly capacityProviderName: string | undefined;
  readonly attributes: Map<string, string | undefined>;
  readonly tags: Map<string, string>;
  readonly registered: Resources;
  readonly registeredAtMs: number;
  status: ContainerInstanceStatus;
  statusReason: string | undefined;
  agentConnected: boolean;
  agentVersion: string;
  agentUpdateStatus: string | undefined;
  version: number;
  updatedAtMs: number;
  remaining: Resources;
  /** Ports of the host that its tasks have asked for by number. */
  readonly usedPorts: Set<number>;
  /** Tasks that ECS has placed here and that have not reached STOPPED. */
  readonly tasks: Set<Task>;
  /** Tasks whose desiredStatus is STOPPED, for as long as they are describable. */
  readonly stoppedTasks: Set<Task>;
  /** Kept with each task change; both count only tasks whose desiredStatus is RUNNING (ContainerInstance, API reference). */
  runningTasksCount: number;
  pendingTasksCount: number;
  connectivityChangedAtMs: number;
  /** None where the agent is too old to report any. */
  checks: readonly HealthCheck[];
}

export type HealthState = 'OK' | 'IMPAIRED' | 'INSUFFICIENT_DATA' | 'INITIALIZING';

export interface HealthCheck {
  readonly type: string;
  readonly status: HealthState;
  readonly reason: string;
  readonly changedAtMs: number;
}

/** The gravest of the checks (Monitor Amazon ECS container instance health). */
export function overallHealth({ checks }: ContainerInstance): HealthState {
  const gravity: readonly HealthState[] = ['IMPAIRED', 'INSUFFICIENT_DATA', 'INITIALIZING'];
  return gravity.find((status) => checks.some((check) => check.status === status)) ?? 'OK';
}

export interface Resources {
  readonly cpu: number;
  readonly memory: number;
}

export interface CapacityProvider {
  readonly serial: number;
  readonly name: string;
  readonly arn: string;
  /** Undefined: ECS Managed Instances. */
  readonly autoScalingGroupArn: string | undefined;
  readonly tags: Map<string, string>;
  managedDraining: 'ENABLED' | 'DISABLED';
  /** Kept and shown; nothing scales by it. */
  managedScaling: ManagedScaling;
  managedTerminationProtection: 'ENABLED' | 'DISABLED';
  status: 'ACTIVE' | 'INACTIVE';
  updateStatus: CapacityProviderUpdateStatus | undefined;
}

export type ContainerInsights = 'enabled' | 'disabled' | 'enhanced';

/** A cluster with the indexes that keep each event's work independent of the fleet's size. */
export interface Cluster {
  readonly serial: number;
  readonly name: string;
  readonly arn: string;
  readonly tags: Map<string, string>;
  readonly capacityProviders: Set<string>;
  defaultCapacityProviderStrategy: readonly CapacityProviderStrategyItem[];
  /** While capacity providers are being (dis)associated, no other change of them is taken. */
  attachmentsStatus: 'UPDATE_IN_PROGRESS' | 'UPDATE_COMPLETE' | undefined;
  containerInsights: ContainerInsights;
  configuration: ClusterConfiguration | undefined;
  isDeleted: boolean;
  /** By id, INACTIVE ones included while they are describable. */
  readonly containerInstances: Map<string, ContainerInstance>;
  readonly byStatus: Map<ContainerInstanceStatus, Set<ContainerInstance>>;
  readonly disconnected: Set<ContainerInstance>;
  readonly byEc2InstanceId: Map<string, Set<ContainerInstance>>;
  /** ACTIVE instances by zone, for placement. */
  readonly placeable: Map<string, PlacementZone>;
  readonly services: Map<string, EcsService>;
  readonly daemons: Set<EcsService>;
  /** Services that could not place a task, to be tried again when capacity appears. */
  readonly waiting: Set<EcsService>;
  readonly tasks: Map<string, Task>;
  readonly runningTasks: Set<Task>;
  readonly stoppedTasks: Set<Task>;
  runningTasksCount: number;
  pendingTasksCount: number;
}

export interface PlacementZone {
  readonly instances: ContainerInstance[];
  cursor: number;
}

export interface EcsWorld {
  readonly context: FleetContext;
  readonly autoScaling: AutoScalingWorld;
  readonly clusters: Map<string, Cluster>;
  /** INACTIVE clusters, which DescribeClusters still shows until one of the name is created again. */
  readonly deletedClusters: Map<string, Cluster>;
  readonly agents: Map<string, Agent>;
  readonly registrations: Map<string, Set<ContainerInstance>>;
  readonly taskDefinitions: Map<string, TaskDefinition[]>;
  readonly capacityProviders: Map<string, CapacityProvider>;
  readonly accountSettings: AccountSettings;
  /** Calls of RunTask by client token, for as long as a token is remembered. */
  readonly runTaskCalls: Map<string, RunTaskCall>;
  /** Told of each change of a task: the scheduler, and managed draining, which waits for an instance to be empty. */
  readonly onTaskChanged: ((task: Task) => void)[];
  /** Zones whose agents do not reach ECS. */
  readonly lostZones: Set<string>;
  readonly agentConnectionsEnd: boolean;
  serial: number;
}

export interface RunTaskCall {
  readonly request: RunTaskRequest;
  readonly tasks: readonly Task[];
}

/** Settings that somebody has set; the others have their defaults. */
export interface AccountSettings {
  readonly account: Map<SettingName, string>;
  /** By principal ARN. */
  readonly principals: Map<string, Map<SettingName, string>>;
}

export function createEcsWorld(
  context: FleetContext,
  autoScaling: AutoScalingWorld,
  agentConnectionsEnd: boolean,
): EcsWorld {
  return {
    context,
    autoScaling,
    clusters: new Map(),
    deletedClusters: new Map(),
    agents: new Map(),
    registrations: new Map(),
    taskDefinitions: new Map(),
    capacityProviders: new Map(),
    accountSettings: { account: new Map(), principals: new Map() },
    runTaskCalls: new Map(),
    onTaskChanged: [],
    lostZones: new Set(),
    agentConnectionsEnd,
    serial: 0,
  };
}

export function addCluster(world: EcsWorld, name: string, tags: Readonly<Record<string, string>> = {}): Cluster {
  const existing = world.clusters.get(name);
  if (existing !== undefined) return existing;
  const cluster: Cluster = {
    serial: world.serial++,
    name,
    arn: arn(world.context, 'ecs', `cluster/${name}`),
    tags: new Map(Object.entries(tags)),
    capacityProviders: new Set(),
    defaultCapacityProviderStrategy: [],
    attachmentsStatus: undefined,
    containerInsights: 'disabled',
    configuration: undefined,
    isDeleted: false,
    containerInstances: new Map(),
    byStatus: new Map(),
    disconnected: new Set(),
    byEc2InstanceId: new Map(),
    placeable: new Map(),
    services: new Map(),
    daemons: new Set(),
    waiting: new Set(),
    tasks: new Map(),
    runningTasks: new Set(),
    stoppedTasks: new Set(),
    runningTasksCount: 0,
    pendingTasksCount: 0,
  };
  world.clusters.set(name, cluster);
  world.deletedClusters.delete(name);
  return cluster;
}

export function now(world: EcsWorld): number {
  return world.context.kernel.clock.now();
}

/** Adds to the set under `key`, making it when it is the first. */
export function addTo<Key, Item>(index: Map<Key, Set<Item>>, key: Key, item: Item): void {
  const items = index.get(key);
  if (items === undefined) index.set(key, new Set([item]));
  else items.add(item);
}
