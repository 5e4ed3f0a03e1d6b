/**
 * Why a task is still there. Worked out from what ECS says, so that on-call reads what to change and not only that
 * something is stuck. Pure; `shared/reviews/explanations.ts` reads what it needs.
 */
import { duration, instant } from '../alerts/text.ts';
import { shortId } from './arns.ts';
import type { EcsService, Task, TaskArn } from './model.ts';
import { serviceNameOf } from './task-roles.ts';

/** What is known around a drain. What was not read is empty, and the explanation says less. */
export interface Surroundings {
  readonly services: ReadonlyMap<string, EcsService>;
  /** Until when scale-in protection holds, epoch milliseconds. */
  readonly protectedUntil: ReadonlyMap<TaskArn, number>;
  /** By task definition ARN. */
  readonly stopTimeoutSeconds: ReadonlyMap<string, number>;
  readonly isAgentConnected: boolean;
}

export const NOTHING_READ: Surroundings = {
  services: new Map(),
  protectedUntil: new Map(),
  stopTimeoutSeconds: new Map(),
  isAgentConnected: true,
};

/** One line for each task: which it is, how far it has come, what keeps it. */
export function explain(tasks: readonly Task[], surroundings: Surroundings, nowMs: number): string[] {
  return tasks.map((task) => `${nameTask(task)} is ${task.lastStatus}: ${reason(task, surroundings, nowMs)}`);
}

/** `1f0c... (service web)`. */
export function nameTask(task: Task): string {
  const service = serviceNameOf(task);
  const of = service === undefined ? `standalone, ${task.group.replace(':', ' ') || 'no group'}` : `service ${service}`;
  return `${shortId(task.arn)} (${of})`;
}

function reason(task: Task, surroundings: Surroundings, nowMs: number): string {
  if (!surroundings.isAgentConnected) return 'the agent is disconnected, so nobody can stop it or tell how it fares';
  if (task.desiredStatus === 'STOPPED') return stopping(task, surroundings, nowMs);
  const protectedUntilMs = surroundings.protectedUntil.get(task.arn);
  if (protectedUntilMs !== undefined && protectedUntilMs > nowMs) {
    return `protected from scale-in until ${instant(protectedUntilMs)} (${duration(protectedUntilMs - nowMs)} more)`;
  }
  const service = serviceNameOf(task);
  if (service === undefined) return standalone(task, nowMs);
  const known = surroundings.services.get(service);
  return known === undefined ? 'ECS has not begun to stop it' : waitingForService(known);
}

function stopping(task: Task, { stopTimeoutSeconds }: Surroundings, nowMs: number): string {
  const since = task.stoppingAtMs === undefined ? '' : ` for ${duration(nowMs - task.stoppingAtMs)}`;
  if (task.lastStatus === 'DEACTIVATING')
    return `waiting${since} for its load balancer to let go of it (deregistration delay)`;
  if (task.lastStatus === 'DEPROVISIONING') return `its network interface has been given back${since}`;
  const timeout = stopTimeoutSeconds.get(task.taskDefinitionArn ?? '');
  const limit = timeout === undefined ? '' : `, of at most ${duration(timeout * 1_000)} (stopTimeout)`;
  return `told to stop and shutting down${since}${limit}`;
}

function standalone({ startedAtMs, startedBy }: Task, nowMs: number): string {
  const since = startedAtMs === undefined ? 'not running yet' : `running for ${duration(nowMs - startedAtMs)}`;
  const by = startedBy === undefined ? '' : `, started by ${startedBy}`;
  return `${since}${by}; ECS never stops such a task, it must end by itself (or set standaloneTasks to stop)`;
}

/**
 * A service replaces a task within its deployment percentages: at least minimumHealthyPercent of the desired count
 * (rounded up) stays running, at most maximumPercent (rounded down) is started (Draining Amazon ECS container instances).
 */
function waitingForService(service: EcsService): string {
  if (service.schedulingStrategy === 'DAEMON') return 'a daemon, which ECS stops after all the others';
  const { name, desiredCount, minimumHealthyPercent, maximumPercent, runningCount, pendingCount } = service;
  const least = Math.ceil((desiredCount * minimumHealthyPercent) / 100);
  const most = Math.floor((desiredCount * maximumPercent) / 100);
  const percentages = `minimumHealthyPercent ${minimumHealthyPercent}, maximumPercent ${maximumPercent}, ${desiredCount} desired`;
  if (most <= desiredCount && least >= desiredCount) {
    return `service ${name} may neither start a replacement nor run with less (${percentages}): raise maximumPercent or lower minimumHealthyPercent`;
  }
  const trouble = lastTrouble(service);
  if (trouble?.includes('unable to place a task')) {
    return `no room for its replacement: "${trouble}" Add capacity, or lower what the task asks for`;
  }
  if (trouble !== undefined)
    return `service ${name} cannot bring up a replacement: "${trouble}" Mend that, or roll back`;
  if (pendingCount > 0) return `its replacement is starting (${pendingCount} pending in service ${name})`;
  return `waiting for service ${name} to replace it (${runningCount} of ${desiredCount} running, ${percentages})`;
}

/**
 * What the service says of itself, where that is why it has no replacement: its newest event that tells of success or
 * failure (Viewing Amazon ECS service event messages). Older ones are history.
 */
function lastTrouble({ events }: EcsService): string | undefined {
  const newest = events.find(({ message }) => TROUBLE.test(message) || SUCCESS.test(message));
  return newest !== undefined && TROUBLE.test(newest.message) ? newest.message : undefined;
}

const TROUBLE = /unable to|failed to|is unhealthy/;
const SUCCESS = /has reached a steady state|has started \d+ tasks/;
