/**
 * Drains that are ECS's own (managed termination draining): watched for what keeps them, and never touched. Pure.
 */
import type { ManagedDrainIncident } from '../incidents/incident.ts';
import { type Circumstances, isStalled } from './drain-tasks.ts';
import type { Task } from './model.ts';

export interface ManagedDrainObservation {
  readonly lifecycleState: string | undefined;
  /** Every task on its registrations, stopping ones included. */
  readonly tasks: readonly Task[];
}

export type ManagedDrainDecision =
  | { readonly kind: 'wait'; readonly left: readonly Task[] }
  | { readonly kind: 'tell'; readonly left: readonly Task[] }
  | { readonly kind: 'close' };

export function decideManagedDrain(
  incident: ManagedDrainIncident,
  { lifecycleState, tasks }: ManagedDrainObservation,
  { policy, nowMs }: Circumstances,
): ManagedDrainDecision {
  if (lifecycleState !== 'Terminating:Wait') return { kind: 'close' };
  const left = tasks.filter(({ lastStatus }) => lastStatus !== 'STOPPED');
  const isStuck = left.length > 0 && isStalled(incident, { tasks }, { policy, nowMs });
  return { kind: isStuck && incident.stalledAtMs === undefined ? 'tell' : 'wait', left };
}
