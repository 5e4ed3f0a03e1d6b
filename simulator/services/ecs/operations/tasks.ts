import type {
  DescribeTasksRequest,
  DescribeTasksResponse,
  Failure,
  StopTaskRequest,
  StopTaskResponse,
  Task as TaskShape,
} from '@aws-sdk/client-ecs';
import type { Operation } from '../../../wire/service.ts';
import { tagList, taskShape } from '../shapes.ts';
import type { EcsWorld } from '../state.ts';
import { stopTask as stopOneTask } from '../tasks.ts';
import { arnWithin, findCluster, findTask, invalidParameter, requireAtMost, withinCluster } from './find.ts';

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
