import type {
  Failure,
  GetTaskProtectionRequest,
  GetTaskProtectionResponse,
  ProtectedTask,
  UpdateTaskProtectionRequest,
  UpdateTaskProtectionResponse,
} from '@aws-sdk/client-ecs';
import type { Operation } from '../../../wire/service.ts';
import { schedule } from '../scheduler.ts';
import { isProtected } from '../service-census.ts';
import { type EcsWorld, now } from '../state.ts';
import type { Task } from '../task-state.ts';
import { arnWithin, findCluster, findTask, invalidParameter, lastPart, requireAtMost, withinCluster } from './find.ts';

const EXPIRES_DEFAULT_MINUTES = 120;
const EXPIRES_MAX_MINUTES = 2_880;

function shape(world: EcsWorld, task: Task): ProtectedTask {
  const { protectedUntilMs } = task;
  if (protectedUntilMs === undefined || !isProtected(world, task))
    return { taskArn: task.arn, protectionEnabled: false };
  return { taskArn: task.arn, protectionEnabled: true, expirationDate: new Date(protectedUntilMs) };
}

/** Protects the task from scale-in for `minutes`, or ends its protection (undefined). */
export function protectTask(world: EcsWorld, task: Task, minutes: number | undefined): void {
  if (minutes === undefined) delete task.protectedUntilMs;
  else task.protectedUntilMs = now(world) + minutes * 60_000;
  const { service } = task;
  if (service === undefined) return;
  schedule(world, service);
  if (minutes !== undefined) world.context.kernel.clock.after(minutes * 60_000, () => schedule(world, service));
}

/** GetTaskProtection: without task ids, all service tasks of the cluster that are named by none. */
export function getTaskProtection(world: EcsWorld): Operation<GetTaskProtectionRequest, GetTaskProtectionResponse> {
  return {
    authorize: ({ cluster, tasks = [] }) =>
      withinCluster(
        world,
        cluster,
        tasks.map((identifier) => arnWithin(world, 'task', { cluster, identifier })),
      ),
    run: (request) => {
      const { found, failures } = serviceTasks(world, request);
      return { protectedTasks: found.map((task) => shape(world, task)), failures };
    },
  };
}

export function updateTaskProtection(
  world: EcsWorld,
): Operation<UpdateTaskProtectionRequest, UpdateTaskProtectionResponse> {
  return {
    authorize: ({ cluster, tasks = [] }) =>
      withinCluster(
        world,
        cluster,
        tasks.map((identifier) => arnWithin(world, 'task', { cluster, identifier })),
      ),
    run: (request) => {
      requireAtMost(request.tasks ?? [], 10, 'Tasks');
      const minutes = request.expiresInMinutes ?? EXPIRES_DEFAULT_MINUTES;
      if (minutes < 1 || minutes > EXPIRES_MAX_MINUTES) {
        throw invalidParameter(`expiresInMinutes must be between 1 and ${EXPIRES_MAX_MINUTES}.`);
      }
      const { found, failures } = serviceTasks(world, request);
      for (const task of found) protectTask(world, task, request.protectionEnabled ? minutes : undefined);
      return { protectedTasks: found.map((task) => shape(world, task)), failures };
    },
  };
}

/** Only tasks of a service can be protected; others, stopping and unknown ones are failures (failure reasons). */
function serviceTasks(world: EcsWorld, request: { cluster?: string | undefined; tasks?: string[] | undefined }) {
  const cluster = findCluster(world, request.cluster);
  const found: Task[] = [];
  const failures: Failure[] = [];
  for (const identifier of request.tasks ?? []) {
    const task = findTask(cluster, identifier);
    const arn = arnWithin(world, 'task', { cluster: request.cluster, identifier: lastPart(identifier) });
    if (task === undefined) failures.push({ arn, reason: 'MISSING' });
    else if (task.service === undefined || task.desiredStatus === 'STOPPED')
      failures.push({ arn, reason: 'TASK_NOT_VALID' });
    else found.push(task);
  }
  return { found, failures };
}
