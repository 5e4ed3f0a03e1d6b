import { isDeepStrictEqual } from 'node:util';
import type {
  Failure,
  RunTaskRequest,
  RunTaskResponse,
  StartTaskRequest,
  StartTaskResponse,
  Task as TaskShape,
} from '@aws-sdk/client-ecs';
import { AwsError } from '../../../wire/aws-error.ts';
import type { Operation } from '../../../wire/service.ts';
import { LIMITS } from '../../fleet-timing.ts';
import { managedTags } from '../managed-tags.ts';
import { lackOf, spreadOf } from '../placement.ts';
import { placementFailure } from '../service-events.ts';
import { placeWorkload, type Workload } from '../service-placement.ts';
import { taskShape } from '../shapes.ts';
import type { Cluster, ContainerInstance, EcsWorld } from '../state.ts';
import { findTaskDefinition } from '../task-definitions.ts';
import type { Task, TaskDefinition } from '../task-state.ts';
import { startTask as startOneTask } from '../tasks.ts';
import {
  arnWithin,
  clusterArn,
  findCluster,
  findContainerInstance,
  invalidParameter,
  notModelled,
  requireAtMost,
  tagRecord,
  withinCluster,
} from './find.ts';
import { placementOf } from './placement-request.ts';
import { runnableDefinition } from './task-definition-shape.ts';

/** What RunTask and StartTask have in common. */
type Run = Pick<
  StartTaskRequest,
  | 'group'
  | 'startedBy'
  | 'tags'
  | 'overrides'
  | 'propagateTags'
  | 'enableECSManagedTags'
  | 'enableExecuteCommand'
  | 'networkConfiguration'
  | 'volumeConfigurations'
>;

/** RunTaskRequest and StartTaskRequest, API reference. */
const STARTED_BY_MAX = { RunTask: 128, StartTask: 36 } as const;

function check(operation: keyof typeof STARTED_BY_MAX, request: Run, definition: TaskDefinition): void {
  if (request.enableExecuteCommand) throw notModelled('ECS Exec (enableExecuteCommand)');
  if (request.networkConfiguration !== undefined) throw notModelled('task networking (networkConfiguration)');
  if (request.volumeConfigurations?.length) throw notModelled('volumes (volumeConfigurations)');
  if (request.propagateTags === 'SERVICE') throw invalidParameter('propagateTags cannot be SERVICE for a task.');
  if ((request.startedBy?.length ?? 0) > STARTED_BY_MAX[operation]) {
    throw invalidParameter(`startedBy can have at most ${STARTED_BY_MAX[operation]} characters.`);
  }
  const { containerOverrides = [], cpu, memory } = request.overrides ?? {};
  const sizes = containerOverrides.some((one) => one.cpu ?? one.memory ?? one.memoryReservation);
  if (cpu !== undefined || memory !== undefined || sizes) throw notModelled('overrides of cpu and memory');
  for (const { name } of containerOverrides) {
    if (definition.containers.some((container) => container.name === name)) continue;
    throw invalidParameter(`Override for container named ${name} is not a container in the TaskDefinition.`);
  }
}

function tagsOf(request: Run, { definition, cluster }: { definition: TaskDefinition; cluster: Cluster }) {
  return {
    ...(request.propagateTags === 'TASK_DEFINITION' ? Object.fromEntries(definition.tags) : {}),
    ...tagRecord(request.tags),
    ...(request.enableECSManagedTags ? managedTags(cluster.name) : {}),
  };
}

/** RunTask: up to 10; what cannot be placed comes back as a failure (`RESOURCE:MEMORY`, `RESOURCE:CPU`, ...). */
export function runTask(world: EcsWorld): Operation<RunTaskRequest, RunTaskResponse> {
  return {
    authorize: (request) =>
      withinCluster(world, request.cluster, [findTaskDefinition(world, request.taskDefinition ?? '')?.arn ?? '*']),
    run: (request) => {
      const { clientToken, ...rest } = request;
      const earlier = clientToken === undefined ? undefined : world.runTaskCalls.get(clientToken);
      if (earlier !== undefined) {
        if (isDeepStrictEqual(earlier.request, rest)) return { tasks: earlier.tasks.map(taskShape), failures: [] };
        const message =
          'The RunTask request could not be processed due to conflicts. The provided clientToken is already in use with a different RunTask request.';
        throw new AwsError('ConflictException', message, {
          members: { resourceIds: earlier.tasks.map(({ arn }) => arn) },
        });
      }
      const { tasks, failures } = run(world, request);
      if (clientToken !== undefined && tasks.length > 0) {
        world.runTaskCalls.set(clientToken, { request: rest, tasks });
        world.context.kernel.clock.after(LIMITS.clientTokenMs, () => world.runTaskCalls.delete(clientToken));
      }
      return { tasks: tasks.map(taskShape), failures };
    },
  };
}

function run(world: EcsWorld, request: RunTaskRequest): { tasks: Task[]; failures: Failure[] } {
  const cluster = findCluster(world, request.cluster);
  const definition = runnableDefinition(world, request.taskDefinition);
  check('RunTask', request, definition);
  if (request.platformVersion !== undefined) throw notModelled('Fargate (platformVersion)');
  const count = request.count ?? 1;
  if (count < 1 || count > 10) throw invalidParameter('Count should be between 1 and 10.');
  const group = request.group ?? `family:${definition.family}`;
  const workload: Workload = { cluster, definition, group, ...placementOf(cluster, request) };
  const tags = tagsOf(request, { definition, cluster });
  const tasks: Task[] = [];
  const failures: Failure[] = [];
  const spread = spreadOf([]);
  const perProvider = new Map<string | undefined, number>();
  for (let index = 0; index < count; index++) {
    const attempt = placeWorkload(world, workload, { spread, perProvider });
    if (!attempt.placed) {
      const reason = attempt.closest === undefined ? 'RESOURCE:*' : placementFailure(attempt.lacking);
      failures.push({ arn: attempt.closest?.arn ?? clusterArn(world, request.cluster), reason });
      continue;
    }
    const { instance, capacityProviderName } = attempt;
    perProvider.set(capacityProviderName, (perProvider.get(capacityProviderName) ?? 0) + 1);
    const { startedBy, overrides } = request;
    tasks.push(startOneTask(world, { instance, definition, group, startedBy, overrides, tags, capacityProviderName }));
  }
  return { tasks, failures };
}

/** StartTask: on the named instances, up to 10, without placement. */
export function startTask(world: EcsWorld): Operation<StartTaskRequest, StartTaskResponse> {
  return {
    authorize: (request) => {
      const { cluster, containerInstances = [] } = request;
      const base = withinCluster(world, cluster, [findTaskDefinition(world, request.taskDefinition ?? '')?.arn ?? '*']);
      const instances = containerInstances.map((identifier) =>
        arnWithin(world, 'container-instance', { cluster, identifier }),
      );
      return { ...base, conditions: { ...base.conditions, 'ecs:container-instances': instances } };
    },
    run: (request) => {
      const cluster = findCluster(world, request.cluster);
      const definition = runnableDefinition(world, request.taskDefinition);
      check('StartTask', request, definition);
      requireAtMost(request.containerInstances ?? [], 10, 'Container instances');
      const tags = tagsOf(request, { definition, cluster });
      const group = request.group ?? `family:${definition.family}`;
      const tasks: TaskShape[] = [];
      const failures: Failure[] = [];
      for (const identifier of request.containerInstances ?? []) {
        const arn = arnWithin(world, 'container-instance', { ...request, identifier });
        const instance = findContainerInstance(cluster, identifier);
        const lack = instance === undefined ? undefined : lackOf(instance, definition);
        if (instance === undefined || instance.status === 'INACTIVE') failures.push({ arn, reason: 'MISSING' });
        else if (!instance.agentConnected) failures.push({ arn, reason: 'AGENT' });
        else if (isClosed(world, instance)) failures.push({ arn, reason: 'INACTIVE' });
        else if (lack !== undefined) failures.push({ arn, reason: placementFailure(lack) });
        else {
          const { startedBy, overrides } = request;
          tasks.push(taskShape(startOneTask(world, { instance, definition, group, startedBy, overrides, tags })));
        }
      }
      return { tasks, failures };
    },
  };
}

function isClosed(world: EcsWorld, { status }: ContainerInstance): boolean {
  return status === 'DRAINING' && !world.context.undocumented.startTaskOnDraining;
}
