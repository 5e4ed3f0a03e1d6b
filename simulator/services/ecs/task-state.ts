import type { ContainerDefinition, RegisterTaskDefinitionRequest, TaskOverride } from '@aws-sdk/client-ecs';
import type { Timer } from '../../kernel/clock.ts';
import type { EcsService } from './service-state.ts';
import type { Cluster, ContainerInstance } from './state.ts';

export type TaskStatus =
  | 'PROVISIONING'
  | 'PENDING'
  | 'ACTIVATING'
  | 'RUNNING'
  | 'DEACTIVATING'
  | 'STOPPING'
  | 'DEPROVISIONING'
  | 'STOPPED';

/** How the containers of a task ended, as nobody but the simulated host knows. */
export type ContainerEnd =
  /** They ended by themselves, or within the stop timeout after the stop signal. */
  | 'exited'
  /** They were still running at the end of the stop timeout. */
  | 'killed-after-stop-timeout'
  /** The host went away under them (stop, termination, Spot reclaim). */
  | 'host-gone'
  /** They never ran. */
  | 'never-started';

/** What a task's containers do. Durations in milliseconds. */
export interface TaskBehaviour {
  /** The task ends by itself this long after it started; undefined: it runs for ever. */
  readonly runsForMs: number | undefined;
  /** How long the containers take to exit after the stop signal. */
  readonly exitsAfterSignalMs: number;
}

export interface TaskDefinition {
  readonly family: string;
  readonly revision: number;
  readonly arn: string;
  readonly cpu: number;
  readonly memory: number;
  readonly stopTimeoutMs: number;
  /** As they were registered. */
  readonly containers: readonly ContainerDefinition[];
  /** Ports of the host that its containers ask for by number. */
  readonly hostPorts: readonly number[];
  /** The rest of the registration, which is shown as it was given. */
  readonly registration: Partial<RegisterTaskDefinitionRequest>;
  readonly behaviour: TaskBehaviour;
  readonly registeredAtMs: number;
  readonly tags: Map<string, string>;
  status: 'ACTIVE' | 'INACTIVE' | 'DELETE_IN_PROGRESS' | 'DELETED';
  deregisteredAtMs: number | undefined;
  deleteRequestedAtMs: number | undefined;
}

export interface Task {
  readonly serial: number;
  readonly arn: string;
  readonly id: string;
  readonly cluster: Cluster;
  readonly definition: TaskDefinition;
  readonly behaviour: TaskBehaviour;
  readonly group: string;
  readonly startedBy: string | undefined;
  readonly service: EcsService | undefined;
  readonly containerInstance: ContainerInstance;
  readonly launchType: 'EC2' | 'EXTERNAL';
  /** Where a capacity provider strategy placed it. */
  readonly capacityProviderName: string | undefined;
  /** As requested; simulated containers take no notice of it. */
  readonly overrides: TaskOverride | undefined;
  readonly tags: Map<string, string>;
  readonly createdAtMs: number;
  lastStatus: TaskStatus;
  desiredStatus: 'RUNNING' | 'STOPPED';
  version: number;
  updatedAtMs: number;
  pullStartedAtMs?: number;
  pullStoppedAtMs?: number;
  startedAtMs?: number;
  stoppingAtMs?: number;
  stoppedAtMs?: number;
  executionStoppedAtMs?: number;
  stopCode?: string;
  stoppedReason?: string;
  protectedUntilMs?: number;
  /** The scheduler counts the task as healthy from here on. */
  healthyAtMs?: number;
  /** What is true on the host, whether or not ECS has heard of it. */
  readonly host: TaskOnHost;
}

export interface TaskOnHost {
  state: 'waiting' | 'pulling' | 'running' | 'stopping' | 'ended';
  endedAtMs: number | undefined;
  end: ContainerEnd | undefined;
  timer: Timer | undefined;
}
