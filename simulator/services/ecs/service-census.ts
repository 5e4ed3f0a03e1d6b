import type { EcsService } from './service-state.ts';
import { type EcsWorld, now } from './state.ts';
import type { Task } from './task-state.ts';

/** The tasks of a service as its scheduler counts them; only those whose desiredStatus is RUNNING count at all. */
export interface Census {
  readonly alive: number;
  /** On instances that stay, of the current deployment. */
  readonly staying: number;
  readonly healthyStaying: number;
  readonly stayingTasks: readonly Task[];
  /** RUNNING tasks that have to go, because their instance drains or their deployment is over. */
  readonly runningOutgoing: readonly Task[];
  /** The same, not yet RUNNING: these are stopped at once. */
  readonly pendingOutgoing: readonly Task[];
}

export function censusOf(world: EcsWorld, service: EcsService): Census {
  const stayingTasks: Task[] = [];
  const runningOutgoing: Task[] = [];
  const pendingOutgoing: Task[] = [];
  for (const task of service.tasks) {
    if (task.desiredStatus !== 'RUNNING') continue;
    if (!isOutgoing(world, service, task)) stayingTasks.push(task);
    else if (task.lastStatus === 'RUNNING') runningOutgoing.push(task);
    else pendingOutgoing.push(task);
  }
  return {
    alive: stayingTasks.length + runningOutgoing.length + pendingOutgoing.length,
    staying: stayingTasks.length,
    healthyStaying: stayingTasks.filter((task) => isHealthy(world, task)).length,
    stayingTasks,
    runningOutgoing,
    pendingOutgoing,
  };
}

function isOutgoing(world: EcsWorld, service: EcsService, task: Task): boolean {
  if (task.startedBy !== service.deployment.id) return true;
  const { status, agentConnected } = task.containerInstance;
  if (status !== 'DRAINING') return false;
  return agentConnected || world.context.undocumented.replacesTasksOfDisconnectedDraining;
}

function isHealthy(world: EcsWorld, task: Task): boolean {
  return task.lastStatus === 'RUNNING' && task.healthyAtMs !== undefined && task.healthyAtMs <= now(world);
}

/**
 * The RUNNING tasks that may be stopped now: outgoing ones as far as the minimum allows, and what is beyond the desired
 * count. A running task that is to go still counts towards the minimum, so that nothing is stopped before its
 * replacement is healthy.
 */
export function stoppable(world: EcsWorld, service: EcsService, census: Census): Task[] {
  const { desiredCount, minimumHealthyPercent } = service.settings;
  const minimum = Math.ceil((desiredCount * minimumHealthyPercent) / 100);
  const spare = Math.max(0, census.healthyStaying + census.runningOutgoing.length - minimum);
  const outgoing = census.runningOutgoing.filter((task) => !isHeld(world, task)).slice(0, spare);
  const excess = census.stayingTasks
    .filter((task) => !isProtected(world, task))
    .slice(0, Math.max(0, census.staying - desiredCount));
  return [...outgoing, ...excess];
}

function isHeld(world: EcsWorld, task: Task): boolean {
  if (!isProtected(world, task)) return false;
  return task.containerInstance.status !== 'DRAINING' || world.context.undocumented.protectionHoldsOnDraining;
}

/** Task scale-in protection, which runs out by itself (task-scale-in-protection). */
export function isProtected(world: EcsWorld, task: Task): boolean {
  return task.protectedUntilMs !== undefined && task.protectedUntilMs > now(world);
}
