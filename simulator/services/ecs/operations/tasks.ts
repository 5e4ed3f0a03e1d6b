import type {
  DescribeTasksRequest,
  DescribeTasksResponse,
  Failure,
  RunTaskRequest,
  RunTaskResponse,
  StartTaskRequest,
  StartTaskResponse,
  StopTaskRequest,
  StopTaskResponse,
  Task as TaskShape,
} from '@aws-sdk/client-ecs';
import type { Operation } from '../../../wire/service.ts';
import { fits, place, spreadOf } from '../placement.ts';
import { tagList, taskShape } from '../shapes.ts';
import type { EcsWorld } from '../state.ts';
import { findTaskDefinition } from '../task-definitions.ts';
import type { Task, TaskDefinition } from '../task-state.ts';
import { startTask as startOneTask, stopTask as stopOneTask } from '../tasks.ts';
import {
  arnWithin,
  clientException,
  clusterArn,
  findCluster,
  findContainerInstance,
  findTask,
  invalidParameter,
  requireAtMost,
  withinCluster,
} from './find.ts';

/** DescribeTasks: stopped tasks for at least an hour; unknown ones become `MISSING` failures. */
export function describeTasks(world: EcsWorld): Operation<DescribeTasksRequest, DescribeTasksResponse> {
  const arnOf = (cluster: string | undefined, identifier: string) => arnWithin(world, 'task', { cluster, identifier });
  return {
    authorize: ({ cluster, tasks = [] }) =>
      withinCluster(
        world,
        cluster,
        tasks.map((task) => arnOf(cluster, task)),
      ),
    run: (request) => {
      const cluster = findCluster(world, request.cluster);
      requireAtMost(request.tasks ?? [], 100, 'Tasks');
      const tasks: TaskShape[] = [];
      const failures: Failure[] = [];
      for (const identifier of request.tasks ?? []) {
        const task = findTask(cluster, identifier);
        if (task === undefined) failures.push({ arn: arnOf(request.cluster, identifier), reason: 'MISSING' });
        else tasks.push({ ...taskShape(task), tags: request.include?.includes('TAGS') ? tagList(task.tags) : [] });
      }
      return { tasks, failures };
    },
  };
}

export function stopTask(world: EcsWorld): Operation<StopTaskRequest, StopTaskResponse> {
  return {
    authorize: ({ cluster, task = '' }) =>
      withinCluster(world, cluster, [arnWithin(world, 'task', { cluster, identifier: task })]),
    run: (request) => {
      const task = findTask(findCluster(world, request.cluster), request.task ?? '');
      if (task === undefined) throw invalidParameter('The referenced task was not found.');
      stopOneTask(world, task, { stopCode: 'UserInitiated', reason: request.reason ?? 'Task stopped by user' });
      return { task: taskShape(task) };
    },
  };
}

function definitionOf(world: EcsWorld, identifier: string | undefined): TaskDefinition {
  const definition = findTaskDefinition(world, identifier ?? '');
  if (definition === undefined) throw clientException('TaskDefinition not found.');
  return definition;
}

function tagsOf(request: RunTaskRequest | StartTaskRequest): Record<string, string> {
  return Object.fromEntries((request.tags ?? []).map(({ key, value }) => [key ?? '', value ?? '']));
}

/** RunTask: up to 10; what cannot be placed comes back as a failure (`RESOURCE:MEMORY`, `RESOURCE:CPU`, `AGENT`). */
export function runTask(world: EcsWorld): Operation<RunTaskRequest, RunTaskResponse> {
  return {
    authorize: (request) =>
      withinCluster(world, request.cluster, [findTaskDefinition(world, request.taskDefinition ?? '')?.arn ?? '*']),
    run: (request) => {
      const cluster = findCluster(world, request.cluster);
      const definition = definitionOf(world, request.taskDefinition);
      const count = request.count ?? 1;
      if (count < 1 || count > 10) throw invalidParameter('Count should be between 1 and 10.');
      const tasks: Task[] = [];
      const failures: Failure[] = [];
      const spread = spreadOf([]);
      for (let index = 0; index < count; index++) {
        const attempt = place(cluster, definition, spread);
        if (!attempt.placed) {
          const reason = attempt.closest === undefined ? 'RESOURCE:*' : `RESOURCE:${attempt.lacking}`;
          failures.push({ arn: attempt.closest?.arn ?? clusterArn(world, request.cluster), reason });
          continue;
        }
        tasks.push(
          startOneTask(world, {
            instance: attempt.instance,
            definition,
            group: request.group ?? `family:${definition.family}`,
            startedBy: request.startedBy,
            tags: tagsOf(request),
          }),
        );
      }
      return { tasks: tasks.map(taskShape), failures };
    },
  };
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
      const definition = definitionOf(world, request.taskDefinition);
      requireAtMost(request.containerInstances ?? [], 10, 'Container instances');
      const tasks: TaskShape[] = [];
      const failures: Failure[] = [];
      for (const identifier of request.containerInstances ?? []) {
        const arn = arnWithin(world, 'container-instance', { ...request, identifier });
        const instance = findContainerInstance(cluster, identifier);
        if (instance === undefined || instance.status === 'INACTIVE') failures.push({ arn, reason: 'MISSING' });
        else if (!instance.agentConnected) failures.push({ arn, reason: 'AGENT' });
        else if (!fits(instance, definition)) failures.push({ arn, reason: 'RESOURCE:MEMORY' });
        else {
          const group = request.group ?? `family:${definition.family}`;
          const start = { instance, definition, group, startedBy: request.startedBy, tags: tagsOf(request) };
          tasks.push(taskShape(startOneTask(world, start)));
        }
      }
      return { tasks, failures };
    },
  };
}
