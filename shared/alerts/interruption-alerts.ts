import type { Task } from '../domain/model.ts';
import { nameTask } from '../domain/stuck.ts';
import type { DrainIncident, Interruption } from '../incidents/incident.ts';
import type { Alert } from './alert.ts';
import { drainAlert, isToldAbout } from './drain-alerts.ts';
import { duration, instant } from './text.ts';

/** How an instance ended that AWS took. */
export interface Taking {
  readonly ec2State: 'terminated' | 'stopped';
  /** Tasks that should have left and had not. */
  readonly lost: readonly Task[];
  /** Nothing was done: the mode says so. */
  readonly isObserved: boolean;
}

const NAMES: Readonly<Record<Interruption['cause'], string>> = {
  spot: 'Spot interruption',
  rebalance: 'Rebalance recommendation',
  'scheduled change': 'Scheduled change',
};

/** An interruption that cost nothing is a note about Spot capacity; one that cost tasks names them. */
export function takenAlert(
  incident: DrainIncident,
  { ec2State, lost, isObserved }: Taking,
  nowMs: number,
): Alert | undefined {
  const cause = incident.interruption?.cause ?? 'spot';
  const isOpen = isToldAbout(incident);
  if (lost.length === 0 && cause !== 'spot' && !isOpen) return undefined;
  const tasks = lost.length === 1 ? '1 task' : `${lost.length} tasks`;
  return drainAlert(incident, {
    step: 'taken',
    kind: kindOf(incident),
    state: isOpen ? 'resolved' : 'notice',
    severity: lost.length === 0 ? 'info' : 'warning',
    title: `${NAMES[cause]} of ${incident.ec2InstanceId}: ${lost.length === 0 ? 'all tasks left in time' : `${tasks} lost`}`,
    What: `EC2 has ${ec2State} the instance. ${lost.length === 0 ? 'Every task that it waited for had stopped by then.' : `${tasks} had not stopped by then.`}`,
    ...announced(incident),
    ...(isObserved && { Done: 'nothing, as the mode is observe; the instance would have been drained.' }),
    Lost: lost.map((task) => `${nameTask(task)} was ${task.lastStatus === 'STOPPED' ? 'running' : task.lastStatus}`),
    Next:
      lost.length === 0
        ? 'Nothing to do.'
        : 'Check that their work is done again elsewhere. Tasks need a stopTimeout, and a deregistration delay of their load balancer, that fit into the time there is.',
    nowMs,
  });
}

/** @param ending `restore`: it is made ACTIVE again; `alert`: somebody has to */
export function sparedAlert(
  incident: DrainIncident,
  { result, isObserved }: { readonly result: 'restore' | 'alert'; readonly isObserved: boolean },
  nowMs: number,
): Alert {
  const isRestored = result === 'restore';
  const cause = NAMES[incident.interruption?.cause ?? 'spot'];
  const restored = isObserved ? 'nothing, as the mode is observe' : 'the container instance is ACTIVE again';
  const stands = isObserved ? 'and is ACTIVE' : 'ACTIVE again';
  const isOpen = isToldAbout(incident);
  return drainAlert(incident, {
    // What resolves an alert has an id of its own: on-call may have been told that it is spared before.
    step: isRestored && isOpen ? 'resolved' : 'spared',
    kind: isRestored ? kindOf(incident) : 'interruption',
    state: isRestored ? (isOpen ? 'resolved' : 'notice') : 'opened',
    severity: isRestored ? 'info' : 'warning',
    title: `${incident.ec2InstanceId} was not interrupted, ${isRestored ? stands : 'still DRAINING'}`,
    What: `${cause}: the instance ${isRestored && isObserved ? 'would have been' : 'was'} drained for it, and runs on.`,
    ...announced(incident),
    Done: isRestored ? `${restored}.` : 'nothing; it stays DRAINING, without work and billed.',
    Next: isRestored
      ? 'Nothing to do.'
      : 'Terminate it in its group, or set it ACTIVE again: aws ecs update-container-instances-state --status ACTIVE.',
    nowMs,
  });
}

/** Subscriptions filter by the kind: what resolves an alert has the kind of that. */
function kindOf({ stalledAtMs, interruption }: DrainIncident): Alert['kind'] {
  return stalledAtMs !== undefined && interruption?.sparedToldAtMs === undefined ? 'drain' : 'interruption';
}

function announced({ interruption }: DrainIncident): Record<string, string> {
  if (interruption === undefined) return {};
  const { atMs, expectedAtMs } = interruption;
  const notice = expectedAtMs === undefined ? 'without a time' : `${duration(expectedAtMs - atMs)} ahead`;
  return { Announced: `${instant(atMs)}, ${notice}` };
}
