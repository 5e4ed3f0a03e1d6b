import {
  DescribeTasksCommand,
  type DesiredStatus,
  type ECSClient,
  paginateListTasks,
  type Task as TaskDescription,
} from '@aws-sdk/client-ecs';
import type { ClusterArn, ContainerInstanceArn, Task, TaskArn } from '../domain/model.ts';
import { inBatches } from './batches.ts';
import { isContainerInstanceGone, missingArns } from './container-instances.ts';
import { required } from './errors.ts';

/** API Reference: ListTasks pages and DescribeTasks take at most 100. */
const LIST_PAGE_SIZE_MAX = 100;
const DESCRIBE_MAX = 100;

/**
 * All tasks that ECS knows on a container instance: those that shall run, those that are still stopping, and those
 * that stopped about an hour ago or less. None when ECS no longer knows the container instance or its cluster.
 */
export async function listTasksOn(
  ecs: ECSClient,
  cluster: ClusterArn,
  containerInstance: ContainerInstanceArn,
): Promise<Task[]> {
  const arns: TaskArn[] = [];
  try {
    // In this order, so that a task whose desired status changes between the calls is listed twice and not missed.
    arns.push(...(await listTaskArns(ecs, cluster, containerInstance, 'RUNNING')));
    arns.push(...(await listTaskArns(ecs, cluster, containerInstance, 'STOPPED')));
  } catch (error) {
    if (await isContainerInstanceGone(ecs, cluster, containerInstance, error)) return [];
    throw error;
  }
  return describeTasks(ecs, cluster, containerInstance, arns);
}

async function listTaskArns(
  ecs: ECSClient,
  cluster: ClusterArn,
  containerInstance: ContainerInstanceArn,
  desiredStatus: DesiredStatus,
): Promise<TaskArn[]> {
  const arns: TaskArn[] = [];
  const paging = { client: ecs, pageSize: LIST_PAGE_SIZE_MAX };
  for await (const page of paginateListTasks(paging, { cluster, containerInstance, desiredStatus })) {
    arns.push(...(page.taskArns ?? []));
  }
  return arns;
}

async function describeTasks(
  ecs: ECSClient,
  cluster: ClusterArn,
  containerInstance: ContainerInstanceArn,
  arns: readonly TaskArn[],
): Promise<Task[]> {
  const found: Task[] = [];
  for (const tasks of inBatches(arns, DESCRIBE_MAX)) {
    const answer = await ecs.send(new DescribeTasksCommand({ cluster, tasks }));
    found.push(...(answer.tasks ?? []).map((description) => toTask(cluster, containerInstance, description)));
    // Checked, but not reported: ECS forgets only tasks that stopped long ago.
    missingArns('DescribeTasks', answer.failures);
  }
  return found;
}

function toTask(
  clusterArn: ClusterArn,
  containerInstanceArn: ContainerInstanceArn,
  description: TaskDescription,
): Task {
  const arn = required(description, 'taskArn', 'a task');
  const { startedBy, startedAt, stoppingAt, stoppedReason } = description;
  return {
    arn,
    clusterArn,
    containerInstanceArn,
    // A task without a group belongs to no service: to policy it is a standalone one.
    group: description.group ?? '',
    lastStatus: required(description, 'lastStatus', arn),
    desiredStatus: required(description, 'desiredStatus', arn),
    ...(startedBy && { startedBy }),
    ...(startedAt && { startedAtMs: startedAt.getTime() }),
    ...(stoppingAt && { stoppingAtMs: stoppingAt.getTime() }),
    ...(stoppedReason && { stoppedReason }),
  };
}
