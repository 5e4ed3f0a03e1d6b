import { tell } from '../fleet-context.ts';
import { LIMITS } from '../fleet-timing.ts';
import { changed } from './container-instance-change.ts';
import { publishTask } from './events.ts';
import type { ContainerInstance } from './state.ts';
import { type EcsWorld, now } from './state.ts';
import type { Task, TaskDefinition } from './task-state.ts';

/** Takes (-1) or returns (1) what the task needs. */
export function reserve(instance: ContainerInstance, { cpu, memory, hostPorts }: TaskDefinition, sign: 1 | -1): void {
  for (const port of hostPorts) {
    if (sign === -1) instance.usedPorts.add(port);
    else instance.usedPorts.delete(port);
  }
  instance.remaining = {
    cpu: instance.remaining.cpu + sign * cpu,
    memory: instance.remaining.memory + sign * memory,
  };
}

/** Both counts leave out every task whose desiredStatus is STOPPED, though its containers may still run. */
export function count(task: Task, sign: 1 | -1): void {
  if (task.desiredStatus !== 'RUNNING') return;
  for (const counter of [task.containerInstance, task.cluster]) {
    if (task.lastStatus === 'RUNNING') counter.runningTasksCount += sign;
    else counter.pendingTasksCount += sign;
  }
}

/** One change of the task as ECS sees it: counted, versioned, announced. */
export function update(world: EcsWorld, task: Task, change: Partial<Task>): void {
  count(task, -1);
  Object.assign(task, change);
  count(task, 1);
  if (change.desiredStatus === 'STOPPED') {
    task.cluster.runningTasks.delete(task);
    task.cluster.stoppedTasks.add(task);
    task.containerInstance.stoppedTasks.add(task);
  }
  task.version++;
  task.updatedAtMs = now(world);
  publishTask(world, task);
  const { lastStatus, desiredStatus, containerInstance, group } = task;
  tell(world.context, task.arn, `task ${lastStatus}`, {
    desiredStatus,
    group,
    ec2InstanceId: containerInstance.ec2InstanceId,
  });
  for (const listener of world.onTaskChanged) listener(task);
}

/**
 * ECS gives the task up without the agent's word: its registration or its host is gone. What the containers do is
 * another matter (`task.host`).
 */
export function forgetTask(world: EcsWorld, task: Task, reason: string): void {
  const known: Partial<Task> =
    task.desiredStatus === 'STOPPED'
      ? {}
      : {
          desiredStatus: 'STOPPED',
          stopCode: 'TerminationNotice',
          stoppedReason: reason,
          stoppingAtMs: now(world),
        };
  stopped(world, task, known);
}

/** The end of a task in ECS's view; describable for another hour. */
export function stopped(world: EcsWorld, task: Task, change: Partial<Task>): void {
  if (task.lastStatus === 'STOPPED') return;
  const { containerInstance: instance, cluster, service } = task;
  instance.tasks.delete(task);
  service?.tasks.delete(task);
  reserve(instance, task.definition, 1);
  update(world, task, { ...change, lastStatus: 'STOPPED', stoppedAtMs: now(world) });
  if (instance.status !== 'INACTIVE') changed(world, instance);
  world.context.kernel.clock.after(LIMITS.stoppedTaskDescribableMs, () => {
    cluster.tasks.delete(task.arn);
    cluster.stoppedTasks.delete(task);
    instance.stoppedTasks.delete(task);
  });
}
