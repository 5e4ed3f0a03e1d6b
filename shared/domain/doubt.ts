import type { DrainIncident, Registration } from '../incidents/incident.ts';
import type { ContainerInstance } from './model.ts';

/** What ECS answers may be some seconds old: a look so much later sees what this one should have. */
export const SETTLED_AFTER_MS = 30_000;

/**
 * Whether an instance on which no task was seen may have some all the same. `ListTasks` is asked twice, for tasks that
 * shall run and for those that shall not; when the answers are of different age, a task that was told to stop in between
 * is in neither. Its resources are not free as long as it has not stopped.
 */
export function isDoubtful(
  { registrations, unblockedAtMs }: DrainIncident,
  {
    instances = [],
    ec2State,
    isUnsearched,
  }: {
    readonly instances?: readonly ContainerInstance[] | undefined;
    readonly ec2State?: string | undefined;
    readonly isUnsearched?: boolean | undefined;
  },
  nowMs: number,
): boolean {
  const isThere = ({ arn }: Registration) => instances.some((one) => one.arn === arn && one.agentConnected);
  // The agent may have registered elsewhere, and have tasks there: the sweep, which asks EC2 besides, looks for that.
  if (isUnsearched || (ec2State === undefined && !registrations.every(isThere))) return true;
  const isUsed = instances.some(({ resourcesFree }) => resourcesFree === false);
  return isUsed && nowMs - (unblockedAtMs ?? nowMs) < SETTLED_AFTER_MS;
}
