import type { TaskOverride } from '@aws-sdk/client-ecs';
import { arn, later } from '../fleet-context.ts';
import { TIMING } from '../fleet-timing.ts';
import { changed } from './container-instance-change.ts';
import { publishTask } from './events.ts';
import type { EcsService } from './service-state.ts';
import { type ContainerInstance, type EcsWorld, now } from './state.ts';
import { count, reserve, update } from './task-changes.ts';
import { reconcile } from './task-host.ts';
import type { Task, TaskBehaviour, TaskDefinition } from './task-state.ts';

export interface TaskStart {
  readonly instance: ContainerInstance;
  readonly definition: TaskDefinition;
  readonly behaviour?: TaskBehaviour | undefined;
  readonly group: string;
  readonly startedBy?: string | undefined;
  readonly service?: EcsService | undefined;
  readonly tags?: Readonly<Record<string, string>>;
  readonly capacityProviderName?: string | undefined;
  readonly overrides?: TaskOverride | undefined;
}

/** Places a task: its resources are taken at once, and the agent is told. */
export function startTask(world: EcsWorld, start: TaskStart): Task {
  const { instance, definition, service } = start;
  const { cluster } = instance;
  const id = world.context.random.hex(32);
  const task: Task = {
    serial: world.serial++,
    arn: arn(world.context, 'ecs', `task/${cluster.name}/${id}`),
    id,
    cluster,
    definition,
    behaviour: start.behaviour ?? definition.behaviour,
    group: start.group,
    startedBy: start.startedBy,
    service,
    containerInstance: instance,
    launchType: instance.attributes.has('ecs.capability.external') ? 'EXTERNAL' : 'EC2',
    capacityProviderName: start.capacityProviderName,
    overrides: start.overrides,
    tags: new Map(Object.entries(start.tags ?? {})),
    createdAtMs: now(world),
    lastStatus: 'PENDING',
    desiredStatus: 'RUNNING',
    version: 1,
    updatedAtMs: now(world),
    host: { state: 'waiting', endedAtMs: undefined, end: undefined, timer: undefined },
  };
  cluster.tasks.set(task.arn, task);
  cluster.runningTasks.add(task);
  instance.tasks.add(task);
  service?.tasks.add(task);
  reserve(instance, definition, -1);
  count(task, 1);
  publishTask(world, task);
  changed(world, instance);
  later(world.context, TIMING.controlPlane, () => reconcile(world, task));
  return task;
}

export interface StopReason {
  readonly stopCode: 'ServiceSchedulerInitiated' | 'UserInitiated' | 'EssentialContainerExited' | 'TerminationNotice';
  readonly reason: string;
}

/**
 * ECS wants the task stopped. A task behind a load balancer first leaves its targets (DEACTIVATING); then the agent is
 * told, if it can be reached: nobody else can stop the containers (task-lifecycle-explanation).
 */
export function stopTask(world: EcsWorld, task: Task, { stopCode, reason }: StopReason): void {
  if (task.desiredStatus === 'STOPPED') return;
  const deregistrationDelayMs = task.service?.settings.deregistrationDelayMs;
  const deactivates = deregistrationDelayMs !== undefined && task.lastStatus === 'RUNNING';
  update(world, task, {
    desiredStatus: 'STOPPED',
    stopCode,
    stoppedReason: reason,
    stoppingAtMs: now(world),
    ...(deactivates ? { lastStatus: 'DEACTIVATING' as const } : {}),
  });
  if (!deactivates) {
    later(world.context, TIMING.controlPlane, () => reconcile(world, task));
    return;
  }
  world.context.kernel.clock.after(deregistrationDelayMs, () => {
    if (task.lastStatus !== 'DEACTIVATING') return;
    update(world, task, { lastStatus: 'STOPPING' });
    reconcile(world, task);
  });
}
