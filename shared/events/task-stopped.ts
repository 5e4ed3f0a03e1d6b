import * as z from 'zod/mini';
import type { ClusterArn, ContainerInstanceArn, TaskArn } from '../domain/model.ts';
import { type EventBridgeEvent, type IgnoredEvent, parseDetail } from './envelope.ts';
import { arn } from './identifiers.ts';

/** A task on a container instance has really stopped: its last status, not only the desired one, is STOPPED. */
export interface TaskStopped {
  readonly kind: 'task-stopped';
  readonly taskArn: TaskArn;
  readonly clusterArn: ClusterArn;
  readonly containerInstanceArn: ContainerInstanceArn;
  readonly atMs: number;
}

const detailSchema = z.object({
  taskArn: arn,
  clusterArn: arn,
  lastStatus: z.string(),
  /** Absent for tasks on Fargate, and for tasks that stopped before they were placed. */
  containerInstanceArn: z.exactOptional(arn),
});

/**
 * Amazon ECS Developer Guide, "Amazon ECS task state change events".
 *
 * @throws MalformedEventError
 */
export function parseTaskStopped(event: EventBridgeEvent): TaskStopped | IgnoredEvent {
  if (event.source !== 'aws.ecs' || event.detailType !== 'ECS Task State Change') {
    return { kind: 'ignored', reason: `not a task change: "${event.detailType}" from ${event.source}` };
  }
  const { taskArn, clusterArn, lastStatus, containerInstanceArn } = parseDetail(detailSchema, event);
  if (lastStatus !== 'STOPPED') return { kind: 'ignored', reason: `the task is ${lastStatus}` };
  if (containerInstanceArn === undefined) return { kind: 'ignored', reason: 'the task is on no container instance' };
  return { kind: 'task-stopped', taskArn, clusterArn, containerInstanceArn, atMs: event.timeMs };
}
