import { later, tell } from '../fleet-context.ts';
import { LIMITS, TIMING } from '../fleet-timing.ts';
import { evaluateDaemon, rollDaemon } from './daemons.ts';
import { type PlacementAttempt, spreadOf } from './placement.ts';
import { type Census, censusOf, stoppable } from './service-census.ts';
import { deploymentBlocked, placementFailed, reportSteadyState, serviceEvent } from './service-events.ts';
import { placeForService } from './service-placement.ts';
import type { EcsService } from './service-state.ts';
import { startServiceTask, stopServiceTask } from './service-tasks.ts';
import { type Cluster, type ContainerInstance, type EcsWorld, now } from './state.ts';
import type { Task } from './task-state.ts';

/** Lets the scheduler follow the tasks of all services. */
export function followTasks(world: EcsWorld): void {
  world.onTaskChanged.push((task) => {
    if (task.service !== undefined) {
      if (task.lastStatus === 'RUNNING' && task.desiredStatus === 'RUNNING') {
        awaitHealth(world, task, task.service);
        if (isDaemon(task.service)) rollDaemon(world, task.service);
      }
      schedule(world, task.service);
    }
    if (task.lastStatus !== 'STOPPED') return;
    scheduleWaiting(world, task.cluster);
    scheduleDaemonsOn(world, task.containerInstance);
  });
}

function awaitHealth(world: EcsWorld, task: Task, service: EcsService): void {
  if (task.healthyAtMs !== undefined) return;
  const afterMs = service.settings.slowStartMs ?? LIMITS.healthyAfterRunningMs;
  task.healthyAtMs = now(world) + afterMs;
  world.context.kernel.clock.after(afterMs, () => schedule(world, service));
}

function isDaemon({ settings }: EcsService): boolean {
  return settings.schedulingStrategy === 'DAEMON';
}

/** Has the scheduler look at the service soon; several causes make one pass. */
export function schedule(world: EcsWorld, service: EcsService): void {
  if (service.pass !== undefined || (isDaemon(service) && service.status === 'ACTIVE')) return;
  service.pass = later(world.context, TIMING.schedulerPass, () => {
    service.pass = undefined;
    replicaPass(world, service);
  });
}

/** The instance's status changed: every service with a task on it is looked at. */
export function scheduleServicesOf(world: EcsWorld, instance: ContainerInstance): void {
  for (const { service } of instance.tasks) if (service !== undefined) schedule(world, service);
}

/** Capacity appeared in the cluster. */
export function scheduleWaiting(world: EcsWorld, cluster: Cluster): void {
  for (const service of cluster.waiting) schedule(world, service);
}

/** Daemons are looked at per instance, so that one event costs no walk through the fleet. */
export function scheduleDaemonsOn(world: EcsWorld, instance: ContainerInstance): void {
  if (instance.cluster.daemons.size === 0 || instance.status === 'INACTIVE') return;
  later(world.context, TIMING.schedulerPass, () => {
    for (const service of instance.cluster.daemons) evaluateDaemon(world, service, instance);
  });
}

/**
 * One pass over a REPLICA service: first stop what must go within the minimum, then start what is missing within the
 * maximum (container-instance-draining). At 100/100 neither is possible, and a draining instance stays as it is.
 */
function replicaPass(world: EcsWorld, service: EcsService): void {
  if (service.status !== 'ACTIVE') {
    endService(world, service);
    return;
  }
  const census = censusOf(world, service);
  for (const task of census.pendingOutgoing) stopServiceTask(world, service, task);
  const leaving = stoppable(world, service, census);
  for (const task of leaving) stopServiceTask(world, service, task);
  if (leaving.length > 0) {
    serviceEvent(world, service, `has stopped ${leaving.length} running tasks: ${taskList(leaving)}.`);
  } else if (census.runningOutgoing.length > 0 && isBlocked(service)) deploymentBlocked(world, service);
  startMissing(world, service, { ...census, alive: census.alive - leaving.length - census.pendingOutgoing.length });
  reportSteadyState(world, service, isSteady(world, service));
}

/** Neither may a task be stopped nor one be started, whatever becomes of the others. */
function isBlocked({ settings: { desiredCount, minimumHealthyPercent, maximumPercent } }: EcsService): boolean {
  const least = Math.ceil((desiredCount * minimumHealthyPercent) / 100);
  return least >= desiredCount && Math.floor((desiredCount * maximumPercent) / 100) <= desiredCount;
}

/** A service that is being deleted stops its tasks; once they all are STOPPING or beyond, it is INACTIVE (DeleteService). */
function endService(world: EcsWorld, service: EcsService): void {
  if (service.status !== 'DRAINING') return;
  for (const task of service.tasks) stopServiceTask(world, service, task);
  const isStopping = ({ lastStatus }: Task) => lastStatus === 'STOPPING' || lastStatus === 'DEPROVISIONING';
  if (![...service.tasks].every(isStopping)) return;
  service.status = 'INACTIVE';
  tell(world.context, service.arn, 'service inactive', { service: service.name });
}

function startMissing(world: EcsWorld, service: EcsService, census: Census): void {
  const { desiredCount, maximumPercent } = service.settings;
  const room = Math.floor((desiredCount * maximumPercent) / 100) - census.alive;
  const missing = Math.min(desiredCount - census.staying, room);
  const spread = spreadOf(service.tasks);
  const started: Task[] = [];
  let failure: PlacementAttempt | undefined;
  while (started.length < missing && failure === undefined) {
    const attempt = placeForService(world, service, spread);
    if (attempt.placed) started.push(startServiceTask(world, service, attempt));
    else failure = attempt;
  }
  if (started.length > 0) {
    service.toldTroubles.clear();
    serviceEvent(world, service, `has started ${started.length} tasks: ${taskList(started)}.`);
  }
  awaitCapacity(world, service, failure);
}

/** After a failed placement the scheduler tries again, ever more slowly, and at once when capacity appears. */
function awaitCapacity(world: EcsWorld, service: EcsService, failure: PlacementAttempt | undefined): void {
  if (failure === undefined || failure.placed) {
    service.cluster.waiting.delete(service);
    service.retry?.cancel();
    service.retryDelayMs = LIMITS.placementRetryMinMs;
    return;
  }
  const first = !service.cluster.waiting.has(service);
  service.cluster.waiting.add(service);
  if (!first && (service.retry?.atMs ?? 0) > now(world)) return;
  placementFailed(world, service, failure);
  tell(world.context, service.arn, 'placement failed', { service: service.name });
  service.retry = world.context.kernel.clock.after(service.retryDelayMs, () => schedule(world, service));
  service.retryDelayMs = Math.min(service.retryDelayMs * 2, LIMITS.placementRetryMaxMs);
}

function isSteady(world: EcsWorld, service: EcsService): boolean {
  const census = censusOf(world, service);
  const { desiredCount } = service.settings;
  return census.alive === desiredCount && census.healthyStaying === desiredCount && service.tasks.size === desiredCount;
}

function taskList(tasks: readonly Task[]): string {
  return tasks.map((task) => `(task ${task.id})`).join(' ');
}
