import type { Policy } from '../config/settings.ts';
import type { DrainIncident } from '../incidents/incident.ts';
import type { Task } from './model.ts';
import { isNameIn } from './name-patterns.ts';

/** What a task is to the instance it runs on, which says whether its instance waits for it. */
export type TaskRole =
  /** ECS starts a replacement elsewhere, then stops it. */
  | 'replica'
  /** Belongs to the instance; ECS stops it after all replicas (Draining Amazon ECS container instances). */
  | 'daemon'
  /** Run once by somebody; ECS does not touch it. */
  | 'standalone'
  /** Started by the instance for itself when it booted (Starting a task at container instance launch time). */
  | 'started by its instance'
  /** The operator said that nothing waits for it. */
  | 'non-blocking';

export function roleOf(
  task: Task,
  {
    incident,
    daemonServices,
    policy,
  }: {
    readonly incident: Pick<DrainIncident, 'registrations'>;
    /** A service that is not known to be a daemon is taken for one whose tasks must be waited for. */
    readonly daemonServices: ReadonlySet<string> | undefined;
    readonly policy: Pick<Policy, 'nonBlockingGroups'>;
  },
): TaskRole {
  if (policy.nonBlockingGroups !== 'none' && isNameIn(policy.nonBlockingGroups, task.group)) return 'non-blocking';
  const service = serviceNameOf(task);
  if (service !== undefined) return daemonServices?.has(service) ? 'daemon' : 'replica';
  return isStartedByItsInstance(task, incident) ? 'started by its instance' : 'standalone';
}

/** A service's task is in the group `service:NAME`, any other in `family:NAME` or one that its starter named. */
export function serviceNameOf({ group }: Pick<Task, 'group'>): string | undefined {
  return group.startsWith('service:') ? group.slice('service:'.length) : undefined;
}

export function isStandalone(task: Task): boolean {
  return serviceNameOf(task) === undefined;
}

export function isBlocking(role: TaskRole): boolean {
  return role === 'replica' || role === 'standalone';
}

/** The documented boot script names the container instance as the one that starts the task: its ARN, or the last part. */
function isStartedByItsInstance({ startedBy }: Task, { registrations }: Pick<DrainIncident, 'registrations'>): boolean {
  return startedBy !== undefined && registrations.some(({ arn }) => arn === startedBy || arn.endsWith(`/${startedBy}`));
}
