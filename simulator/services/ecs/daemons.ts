import { fits } from './placement.ts';
import type { EcsService } from './service-state.ts';
import { startServiceTask, stopServiceTask } from './service-tasks.ts';
import type { ContainerInstance, EcsWorld } from './state.ts';
import type { Task } from './task-state.ts';

/**
 * A DAEMON service on one instance: a task on each ACTIVE instance, and on a DRAINING one until all replica tasks have
 * stopped (container-instance-draining: daemon tasks stop last).
 */
export function evaluateDaemon(world: EcsWorld, service: EcsService, instance: ContainerInstance): void {
  const task = daemonTask(service, instance);
  if (instance.status === 'DRAINING') {
    if (task !== undefined && !hasReplicaTasks(instance)) stopServiceTask(world, service, task);
    return;
  }
  const wanted = service.status === 'ACTIVE' && instance.status === 'ACTIVE' && instance.agentConnected;
  if (task === undefined && wanted && fits(instance, service.definition)) startServiceTask(world, service, instance);
}

function daemonTask(service: EcsService, instance: ContainerInstance): Task | undefined {
  return [...instance.tasks].find((task) => task.service === service && task.desiredStatus === 'RUNNING');
}

function hasReplicaTasks(instance: ContainerInstance): boolean {
  return [...instance.tasks].some((task) => task.service?.settings.schedulingStrategy === 'REPLICA');
}
