import { protectTask } from './ecs/operations/task-protection.ts';
import { place, spreadOf } from './ecs/placement.ts';
import type { EcsService } from './ecs/service-state.ts';
import { createService, updateService } from './ecs/services.ts';
import type { ContainerInstance } from './ecs/state.ts';
import { behaviourOf, registerTaskDefinition } from './ecs/task-definitions.ts';
import { endOnHost } from './ecs/task-host.ts';
import type { TaskBehaviour } from './ecs/task-state.ts';
import { startTask } from './ecs/tasks.ts';
import { NotInFleet, NotPossible } from './fleet-errors.ts';
import { clusterNamed, type FleetWorlds, registrationOf, taskOf } from './fleet-worlds.ts';

export interface TaskOptions extends Partial<TaskBehaviour> {
  readonly cluster: string;
  /** The task definition's family, registered with each call; default `job`. */
  readonly family?: string;
  readonly cpu?: number;
  readonly memory?: number;
  readonly stopTimeoutSeconds?: number;
  readonly group?: string;
  readonly startedBy?: string;
}

export interface ServiceOptions extends Partial<TaskBehaviour> {
  readonly cluster: string;
  readonly name: string;
  readonly desiredCount?: number;
  readonly minimumHealthyPercent?: number;
  readonly maximumPercent?: number;
  readonly cpu?: number;
  readonly memory?: number;
  readonly stopTimeoutSeconds?: number;
  /** With a load balancer: how long its targets drain. */
  readonly deregistrationDelaySeconds?: number;
  /** How long a task runs before it is healthy; default 40 (no load balancer, no health check). */
  readonly slowStartSeconds?: number;
  readonly schedulingStrategy?: 'REPLICA' | 'DAEMON';
  readonly tags?: Readonly<Record<string, string>>;
}

export interface WorkloadHandle {
  createService(options: ServiceOptions): void;
  setDesiredCount(cluster: string, service: string, desiredCount: number): void;
  /** Changes the deployment percentages, as an operator does who frees a blocked drain. */
  setDeploymentPercents(
    cluster: string,
    service: string,
    percents: { readonly minimumHealthyPercent: number; readonly maximumPercent: number },
  ): void;
  /** A standalone task, placed by ECS or on the named EC2 instance. @returns its ARN */
  runTask(options: TaskOptions & { readonly on?: string }): string;
  /** A task that the instance starts for itself; its group is `family:...`, `startedBy` the instance's ARN. */
  startTask(options: TaskOptions & { readonly on: string }): string;
  protectTask(taskArn: string, options: { readonly minutes: number }): void;
  unprotectTask(taskArn: string): void;
  /** The task's containers end by themselves, now. */
  exitTask(taskArn: string): void;
}

export function createWorkloads(worlds: FleetWorlds): WorkloadHandle {
  const { ecs } = worlds;
  const service = (cluster: string, name: string): EcsService => {
    const found = clusterNamed(worlds, cluster).services.get(name);
    if (found === undefined) throw new NotInFleet(`service in ${cluster} called`, name);
    return found;
  };
  return {
    createService: (options) => createServiceFor(worlds, options),
    setDesiredCount: (cluster, name, desiredCount) =>
      updateService(ecs, service(cluster, name), { settings: { desiredCount } }),
    setDeploymentPercents: (cluster, name, percents) =>
      updateService(ecs, service(cluster, name), { settings: percents }),
    runTask: (options) => {
      const definition = definitionFor(worlds, options);
      const instance = options.on === undefined ? placeOrThrow(worlds, options) : registrationOf(worlds, options.on);
      return startTask(ecs, {
        instance,
        definition,
        group: options.group ?? `family:${definition.family}`,
        startedBy: options.startedBy,
      }).arn;
    },
    startTask: (options) => {
      const instance = registrationOf(worlds, options.on);
      const definition = definitionFor(worlds, options);
      const group = options.group ?? `family:${definition.family}`;
      return startTask(ecs, { instance, definition, group, startedBy: options.startedBy ?? instance.id }).arn;
    },
    protectTask: (taskArn, { minutes }) => protectTask(ecs, taskOf(worlds, taskArn), minutes),
    unprotectTask: (taskArn) => protectTask(ecs, taskOf(worlds, taskArn), undefined),
    exitTask: (taskArn) => endOnHost(ecs, taskOf(worlds, taskArn), 'exited'),
  };
}

const DEFAULT_CPU = 256;
const DEFAULT_MEMORY = 512;

function definitionFor({ ecs }: FleetWorlds, options: TaskOptions) {
  return registerTaskDefinition(ecs, {
    family: options.family ?? 'job',
    cpu: options.cpu ?? DEFAULT_CPU,
    memory: options.memory ?? DEFAULT_MEMORY,
    stopTimeoutSeconds: options.stopTimeoutSeconds,
    behaviour: options,
  });
}

function placeOrThrow(worlds: FleetWorlds, options: TaskOptions): ContainerInstance {
  const need = { cpu: options.cpu ?? DEFAULT_CPU, memory: options.memory ?? DEFAULT_MEMORY };
  const attempt = place(clusterNamed(worlds, options.cluster), need, spreadOf([]));
  if (!attempt.placed)
    throw new NotPossible(`no container instance of cluster ${options.cluster} has room for the task`);
  return attempt.instance;
}

function createServiceFor(worlds: FleetWorlds, options: ServiceOptions): void {
  const daemon = options.schedulingStrategy === 'DAEMON';
  const seconds = (value: number | undefined) => (value === undefined ? undefined : value * 1_000);
  const definition = definitionFor(worlds, { ...options, family: options.name });
  createService(worlds.ecs, {
    cluster: clusterNamed(worlds, options.cluster),
    definition,
    behaviour: behaviourOf(options),
    settings: {
      name: options.name,
      schedulingStrategy: options.schedulingStrategy ?? 'REPLICA',
      desiredCount: options.desiredCount ?? 1,
      minimumHealthyPercent: options.minimumHealthyPercent ?? (daemon ? 0 : 100),
      maximumPercent: options.maximumPercent ?? (daemon ? 100 : 200),
      deregistrationDelayMs: seconds(options.deregistrationDelaySeconds),
      slowStartMs: seconds(options.slowStartSeconds),
    },
    ...(options.tags === undefined ? {} : { tags: options.tags }),
  });
}
