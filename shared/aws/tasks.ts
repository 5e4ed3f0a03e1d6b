import {
  DescribeTasksCommand,
  type DesiredStatus,
  type ECSClient,
  GetTaskProtectionCommand,
  paginateListTasks,
  StopTaskCommand,
  type Task as TaskDescription,
} from '@aws-sdk/client-ecs';
import type { ClusterArn, ContainerInstanceArn, Task, TaskArn } from '../domain/model.ts';
import { inBatches } from './batches.ts';
import { isContainerInstanceGone } from './container-instances.ts';
import { isClusterGone, isResourceRejected, required } from './errors.ts';
import { expectedArns, missingArns } from './failures.ts';

/** API Reference: ListTasks pages and DescribeTasks take at most 100. */
const LIST_PAGE_SIZE_MAX = 100;
const DESCRIBE_MAX = 100;
/** API Reference, GetTaskProtection: "A list of up to 100 task IDs". */
const PROTECTIONS_MAX = 100;
/**
 * API failure reasons: tasks that have been forgotten, and those that cannot be protected because they belong to no
 * service or are already stopping.
 */
const UNPROTECTED: ReadonlySet<string> = new Set(['MISSING', 'TASK_NOT_VALID']);

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

/**
 * Stops a task as `docker stop` does: its containers get the stop signal, and are killed after their stopTimeout. A task
 * that a service wants is replaced. To stop a task that is stopping already changes nothing.
 *
 * @param reason shown as the task's stoppedReason
 */
export async function stopTask(
  ecs: ECSClient,
  cluster: ClusterArn,
  taskArn: TaskArn,
  reason: string,
): Promise<'stopping' | 'already-gone'> {
  try {
    const answer = await ecs.send(new StopTaskCommand({ cluster, task: taskArn, reason }));
    return answer.task?.lastStatus === 'STOPPED' ? 'already-gone' : 'stopping';
  } catch (error) {
    if (await isTaskGone(ecs, cluster, taskArn, error)) return 'already-gone';
    throw error;
  }
}

/** Asked again, since ECS documents neither code nor wording for an unknown task. */
async function isTaskGone(ecs: ECSClient, cluster: ClusterArn, arn: TaskArn, error: unknown): Promise<boolean> {
  if (isClusterGone(error)) return true;
  if (!isResourceRejected(error)) return false;
  const answer = await ecs.send(new DescribeTasksCommand({ cluster, tasks: [arn] }));
  missingArns('DescribeTasks', answer.failures);
  return (answer.tasks ?? []).every(({ lastStatus }) => lastStatus === 'STOPPED');
}

/**
 * Until when (epoch ms) ECS protects tasks from being stopped by scale-in and deployments; only the protected ones.
 *
 * @throws UnexpectedFailuresError when ECS cannot say for another reason than that a task cannot be protected
 */
export async function getTaskProtections(
  ecs: ECSClient,
  cluster: ClusterArn,
  taskArns: readonly TaskArn[],
): Promise<Map<TaskArn, number>> {
  const untilMs = new Map<TaskArn, number>();
  try {
    for (const tasks of inBatches(taskArns, PROTECTIONS_MAX)) {
      const answer = await ecs.send(new GetTaskProtectionCommand({ cluster, tasks }));
      expectedArns('GetTaskProtection', answer.failures, UNPROTECTED);
      for (const task of (answer.protectedTasks ?? []).filter(({ protectionEnabled }) => protectionEnabled)) {
        const arn = required(task, 'taskArn', 'a protected task');
        untilMs.set(arn, required(task, 'expirationDate', arn).getTime());
      }
    }
  } catch (error) {
    if (isClusterGone(error)) return new Map();
    throw error;
  }
  return untilMs;
}

function toTask(
  clusterArn: ClusterArn,
  containerInstanceArn: ContainerInstanceArn,
  description: TaskDescription,
): Task {
  const arn = required(description, 'taskArn', 'a task');
  const { startedBy, startedAt, stoppingAt, stoppedReason, taskDefinitionArn } = description;
  return {
    arn,
    clusterArn,
    containerInstanceArn,
    // A task without a group belongs to no service: to policy it is a standalone one.
    group: description.group ?? '',
    lastStatus: required(description, 'lastStatus', arn),
    desiredStatus: required(description, 'desiredStatus', arn),
    ...(startedBy && { startedBy }),
    ...(taskDefinitionArn && { taskDefinitionArn }),
    ...(startedAt && { startedAtMs: startedAt.getTime() }),
    ...(stoppingAt && { stoppingAtMs: stoppingAt.getTime() }),
    ...(stoppedReason && { stoppedReason }),
  };
}
