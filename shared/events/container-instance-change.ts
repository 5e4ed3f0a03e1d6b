import * as z from 'zod/mini';
import type { ClusterArn, ContainerInstanceArn, Ec2InstanceId } from '../domain/model.ts';
import { type EventBridgeEvent, type IgnoredEvent, parseDetail } from './envelope.ts';
import { arn, ec2InstanceId } from './identifiers.ts';

/** Something about a container instance changed: registration, agent connection, status or tasks. */
export interface ContainerInstanceChange {
  readonly kind: 'container-instance-change';
  readonly arn: ContainerInstanceArn;
  readonly clusterArn: ClusterArn;
  readonly ec2InstanceId?: Ec2InstanceId;
  /** ACTIVE, DRAINING, INACTIVE, ...; unknown ones may appear. */
  readonly status?: string;
  readonly agentConnected?: boolean;
  /** Rises with every change: an event with a lower one than the API answers is old. */
  readonly version?: number;
  readonly runningTasksCount?: number;
  readonly pendingTasksCount?: number;
  readonly atMs: number;
}

const detailSchema = z.object({
  containerInstanceArn: arn,
  clusterArn: arn,
  ec2InstanceId: z.exactOptional(ec2InstanceId),
  status: z.exactOptional(z.string()),
  agentConnected: z.exactOptional(z.boolean()),
  version: z.exactOptional(z.number()),
  runningTasksCount: z.exactOptional(z.number()),
  pendingTasksCount: z.exactOptional(z.number()),
});

/**
 * Amazon ECS Developer Guide, "Amazon ECS container instance state change events".
 *
 * @throws MalformedEventError
 */
export function parseContainerInstanceChange(event: EventBridgeEvent): ContainerInstanceChange | IgnoredEvent {
  if (event.source !== 'aws.ecs' || event.detailType !== 'ECS Container Instance State Change') {
    return { kind: 'ignored', reason: `not a container instance change: "${event.detailType}" from ${event.source}` };
  }
  const { containerInstanceArn, ...rest } = parseDetail(detailSchema, event);
  return { kind: 'container-instance-change', arn: containerInstanceArn, ...rest, atMs: event.timeMs };
}
