import { fits } from './placement.ts';
import { rulesOfService } from './service-placement.ts';
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
  if (task !== undefined || !wanted || !fits(instance, service.definition)) return;
  const { includes, refuses } = rulesOfService(world, service);
  if (includes?.(instance) === false || refuses?.(instance) !== undefined) return;
  startServiceTask(world, service, { instance });
}

/**
 * A new deployment of a daemon: tasks of older ones are stopped as far as the minimum allows, and each instance gets its
 * new task when the old one has stopped (maximumPercent of a daemon is 100 unless it says otherwise).
 */
export function rollDaemon(world: EcsWorld, service: EcsService): void {
  if (service.status !== 'ACTIVE' || service.olderDeployments.length === 0) return;
  const alive = [...service.tasks].filter((task) => task.desiredStatus === 'RUNNING');
  const outgoing = alive.filter((task) => task.startedBy !== service.deployment.id);
  if (outgoing.length === 0) {
    service.olderDeployments = [];
    return;
  }
  const running = alive.filter((task) => task.lastStatus === 'RUNNING').length;
  const least = Math.ceil((alive.length * service.settings.minimumHealthyPercent) / 100);
  for (const task of outgoing.slice(0, Math.max(0, running - least))) stopServiceTask(world, service, task);
}

function daemonTask(service: EcsService, instance: ContainerInstance): Task | undefined {
  return [...instance.tasks].find((task) => task.service === service && task.desiredStatus === 'RUNNING');
}

function hasReplicaTasks(instance: ContainerInstance): boolean {
  return [...instance.tasks].some((task) => task.service?.settings.schedulingStrategy === 'REPLICA');
}
