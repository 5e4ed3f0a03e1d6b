import type { Policy } from '../config/settings.ts';
import type { DrainIncident } from '../incidents/incident.ts';
import type { ContainerInstance, Task } from './model.ts';
import { isBlocking, isStandalone, roleOf } from './task-roles.ts';

/** What a decision is made by, beside what was seen. */
export interface Circumstances {
  readonly policy: Policy;
  readonly nowMs: number;
}

/** The tasks of an instance that have not stopped: those that it waits for, and the others. */
export interface SortedTasks {
  /** Undefined when the tasks were not looked at. */
  readonly blocking: readonly Task[] | undefined;
  readonly others: readonly Task[];
}

/** What was looked at; undefined is no news. */
export interface SeenTasks {
  readonly tasks?: readonly Task[] | undefined;
  /** The names of the daemon services among those that have tasks here. */
  readonly daemonServices?: ReadonlySet<string> | undefined;
}

/**
 * Only a task that has really stopped no longer needs its instance. The counts of a container instance do not tell: they
 * leave out tasks that are still shutting down.
 */
export function sortTasks(incident: DrainIncident, seen: SeenTasks, policy: Policy): SortedTasks {
  const left = seen.tasks?.filter((task) => task.lastStatus !== 'STOPPED');
  const blocks = (task: Task) => isBlocking(roleOf(task, { incident, daemonServices: seen.daemonServices, policy }));
  return { blocking: left?.filter(blocks), others: left?.filter((task) => !blocks(task)) ?? [] };
}

/** ECS's word for a task that ended with its EC2 instance (Stopped task error messages: "Host EC2 (instance id) ..."). */
const ENDED_WITH_ITS_HOST = /^Host EC2\b/;

/** The tasks that an instance took with it: the drain waited for them, and they had not stopped by themselves. */
export function lostTasks(incident: DrainIncident, seen: SeenTasks, policy: Policy): Task[] {
  return (seen.tasks ?? []).filter((task) => {
    const endedNow = (task.stoppingAtMs ?? Number.POSITIVE_INFINITY) >= incident.openedAtMs;
    const isLost = task.lastStatus !== 'STOPPED' || (ENDED_WITH_ITS_HOST.test(task.stoppedReason ?? '') && endedNow);
    return isLost && isBlocking(roleOf(task, { incident, daemonServices: seen.daemonServices, policy }));
  });
}

/** Tasks that belong to no service, where the operator wants them stopped when the drain begins. */
export function standaloneToStop({ blocking }: SortedTasks, incident: DrainIncident, policy: Policy): Task[] {
  if (policy.standaloneTasks !== 'stop') return [];
  return stoppable(blocking?.filter(isStandalone) ?? [], incident);
}

/** Those that have not been told to stop, on the registrations that are drained. */
export function stoppable(tasks: readonly Task[], { registrations }: DrainIncident): Task[] {
  const arns = new Set(registrations.map(({ arn }) => arn));
  return tasks.filter((task) => task.desiredStatus !== 'STOPPED' && arns.has(task.containerInstanceArn));
}

/** How long tasks that do not block have, once they were told to stop, before the instance goes without waiting on. */
const UNBLOCKED_GRACE_MS = 120_000;

/** @param unblockedAtMs since when nothing blocks; undefined: something does, or nobody looked */
export function isUnblocked(others: readonly Task[], unblockedAtMs: number | undefined, nowMs: number): boolean {
  return unblockedAtMs !== undefined && (others.length === 0 || nowMs - unblockedAtMs >= UNBLOCKED_GRACE_MS);
}

/**
 * When the last of the tasks here began to stop: since then, or since the drain began, nothing has moved. Nothing can where
 * Ebbtide only observes, unless somebody else has set the instance DRAINING.
 */
export function isStalled(
  incident: Pick<DrainIncident, 'openedAtMs'>,
  { tasks, instances }: SeenTasks & { readonly instances?: readonly ContainerInstance[] | undefined },
  { policy, nowMs }: Circumstances,
): boolean {
  if (tasks === undefined || policy.drainStalledMinutes === 'off') return false;
  if (policy.mode === 'observe' && instances?.every(({ status }) => status !== 'DRAINING')) return false;
  const movedAtMs = Math.max(incident.openedAtMs, ...tasks.map(({ stoppingAtMs }) => stoppingAtMs ?? 0));
  return nowMs - movedAtMs >= policy.drainStalledMinutes * 60_000;
}
