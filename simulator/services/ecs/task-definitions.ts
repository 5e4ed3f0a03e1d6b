import type { ContainerDefinition } from '@aws-sdk/client-ecs';
import { arn } from '../fleet-context.ts';
import { LIMITS } from '../fleet-timing.ts';
import type { EcsWorld } from './state.ts';
import type { TaskBehaviour, TaskDefinition } from './task-state.ts';

export interface TaskDefinitionSettings {
  readonly family: string;
  readonly cpu: number;
  readonly memory: number;
  /** Default 30 (task_definition_parameters, stopTimeout). */
  readonly stopTimeoutSeconds?: number | undefined;
  /** Default: one container of the family's name. */
  readonly containers?: readonly ContainerDefinition[] | undefined;
  readonly behaviour?: Partial<TaskBehaviour> | undefined;
}

const EXITS_AFTER_SIGNAL_MS = 2_000;

export function registerTaskDefinition(world: EcsWorld, settings: TaskDefinitionSettings): TaskDefinition {
  const revisions = world.taskDefinitions.get(settings.family) ?? [];
  const revision = revisions.length + 1;
  const definition: TaskDefinition = {
    family: settings.family,
    revision,
    arn: arn(world.context, 'ecs', `task-definition/${settings.family}:${revision}`),
    cpu: settings.cpu,
    memory: settings.memory,
    stopTimeoutMs: (settings.stopTimeoutSeconds ?? LIMITS.stopTimeoutDefaultSeconds) * 1_000,
    containers: settings.containers ?? [oneContainer(settings)],
    behaviour: behaviourOf(settings.behaviour),
  };
  world.taskDefinitions.set(settings.family, [...revisions, definition]);
  return definition;
}

function oneContainer({ family: name, cpu, memory, stopTimeoutSeconds }: TaskDefinitionSettings): ContainerDefinition {
  return { name, cpu, memory, ...(stopTimeoutSeconds === undefined ? {} : { stopTimeout: stopTimeoutSeconds }) };
}

export function behaviourOf(behaviour: Partial<TaskBehaviour> = {}): TaskBehaviour {
  return {
    runsForMs: behaviour.runsForMs,
    exitsAfterSignalMs: behaviour.exitsAfterSignalMs ?? EXITS_AFTER_SIGNAL_MS,
  };
}

/** @param identifier family (its latest revision), family:revision or ARN */
export function findTaskDefinition(world: EcsWorld, identifier: string): TaskDefinition | undefined {
  const [family = '', revision] = identifier.slice(identifier.lastIndexOf('/') + 1).split(':');
  const revisions = world.taskDefinitions.get(family);
  return revision === undefined ? revisions?.at(-1) : revisions?.[Number(revision) - 1];
}
