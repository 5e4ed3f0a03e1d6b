import type { ContainerDefinition, RegisterTaskDefinitionRequest } from '@aws-sdk/client-ecs';
import { arn } from '../fleet-context.ts';
import { LIMITS } from '../fleet-timing.ts';
import { type EcsWorld, now } from './state.ts';
import type { TaskBehaviour, TaskDefinition } from './task-state.ts';

export interface TaskDefinitionSettings {
  readonly family: string;
  readonly cpu: number;
  readonly memory: number;
  /** Default 30 (task_definition_parameters, stopTimeout). */
  readonly stopTimeoutSeconds?: number | undefined;
  /** Default: one container of the family's name. */
  readonly containers?: readonly ContainerDefinition[] | undefined;
  readonly registration?: Partial<RegisterTaskDefinitionRequest>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly behaviour?: Partial<TaskBehaviour> | undefined;
}

const EXITS_AFTER_SIGNAL_MS = 2_000;

/** The next revision of the family; numbers are never used again, not even those of deleted revisions. */
export function registerTaskDefinition(world: EcsWorld, settings: TaskDefinitionSettings): TaskDefinition {
  const revisions = world.taskDefinitions.get(settings.family) ?? [];
  const revision = revisions.length + 1;
  const containers = settings.containers ?? [oneContainer(settings)];
  const definition: TaskDefinition = {
    family: settings.family,
    revision,
    arn: arn(world.context, 'ecs', `task-definition/${settings.family}:${revision}`),
    cpu: settings.cpu,
    memory: settings.memory,
    stopTimeoutMs: (settings.stopTimeoutSeconds ?? LIMITS.stopTimeoutDefaultSeconds) * 1_000,
    containers,
    hostPorts: containers.flatMap(({ portMappings = [] }) =>
      portMappings.flatMap(({ hostPort = 0 }) => hostPort || []),
    ),
    registration: settings.registration ?? {},
    behaviour: behaviourOf(settings.behaviour),
    registeredAtMs: now(world),
    tags: new Map(Object.entries(settings.tags ?? {})),
    status: 'ACTIVE',
    deregisteredAtMs: undefined,
    deleteRequestedAtMs: undefined,
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

/** @param identifier family (its latest ACTIVE revision), family:revision or ARN */
export function findTaskDefinition(world: EcsWorld, identifier: string): TaskDefinition | undefined {
  const [family = '', revision] = identifier.slice(identifier.lastIndexOf('/') + 1).split(':');
  const revisions = world.taskDefinitions.get(family) ?? [];
  if (revision === undefined) return revisions.findLast(({ status }) => status === 'ACTIVE');
  const definition = revisions[Number(revision) - 1];
  if (definition !== undefined) forgetIfDeleted(world, definition);
  return definition?.status === 'DELETED' ? undefined : definition;
}

/** All that are registered or have been, except those that are deleted. */
export function taskDefinitions(world: EcsWorld): TaskDefinition[] {
  const all = [...world.taskDefinitions.values()].flat();
  for (const definition of all) forgetIfDeleted(world, definition);
  return all.filter(({ status }) => status !== 'DELETED');
}

/**
 * DELETE_IN_PROGRESS lasts until no task and no service refers to the revision (DeleteTaskDefinitions, API reference).
 * Nobody is told when it ends, so it is enough to look whenever somebody asks.
 */
function forgetIfDeleted(world: EcsWorld, definition: TaskDefinition): void {
  if (definition.status === 'DELETE_IN_PROGRESS' && !isReferredTo(world, definition)) definition.status = 'DELETED';
}

function isReferredTo(world: EcsWorld, definition: TaskDefinition): boolean {
  return [...world.clusters.values()].some(
    ({ services, tasks }) =>
      [...services.values()].some((service) => service.status !== 'INACTIVE' && service.definition === definition) ||
      [...tasks.values()].some((task) => task.lastStatus !== 'STOPPED' && task.definition === definition),
  );
}
