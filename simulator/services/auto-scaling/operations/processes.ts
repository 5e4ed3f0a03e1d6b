import type { ScalingProcessQuery } from '@aws-sdk/client-auto-scaling';
import type { Operation } from '../../../wire/service.ts';
import { validationError } from '../hooks.ts';
import { reconcileSoon } from '../reconcile.ts';
import type { AutoScalingWorld, SuspendableProcess } from '../state.ts';
import { findGroup, onGroup } from './find.ts';

const PROCESSES: readonly SuspendableProcess[] = [
  'Launch',
  'Terminate',
  'HealthCheck',
  'ReplaceUnhealthy',
  'AZRebalance',
];

function processesOf(request: ScalingProcessQuery): readonly SuspendableProcess[] {
  const names = request.ScalingProcesses ?? [];
  if (names.length === 0) return PROCESSES;
  return names.map((name) => {
    const process = PROCESSES.find((known) => known === name);
    if (process === undefined) throw validationError(`ScalingProcess ${name} not found.`);
    return process;
  });
}

export function suspendProcesses(world: AutoScalingWorld): Operation<ScalingProcessQuery> {
  return {
    authorize: (request) => onGroup(world, request.AutoScalingGroupName),
    run: (request) => {
      const group = findGroup(world, request.AutoScalingGroupName);
      for (const process of processesOf(request)) group.suspended.add(process);
      return {};
    },
  };
}

export function resumeProcesses(world: AutoScalingWorld): Operation<ScalingProcessQuery> {
  return {
    authorize: (request) => onGroup(world, request.AutoScalingGroupName),
    run: (request) => {
      const group = findGroup(world, request.AutoScalingGroupName);
      for (const process of processesOf(request)) group.suspended.delete(process);
      reconcileSoon(world, group);
      return {};
    },
  };
}
