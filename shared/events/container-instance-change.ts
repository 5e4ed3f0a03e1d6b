import * as z from 'zod/mini';
import type { ClusterArn, ContainerInstanceArn, Ec2InstanceId } from '../domain/model.ts';
import { areResourcesFree } from '../domain/resources.ts';
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
  /** No task holds CPU or memory any more; absent where the event does not tell. */
  readonly resourcesFree?: boolean;
  readonly atMs: number;
}

const resources = z.array(z.object({ name: z.string(), integerValue: z.exactOptional(z.number()) }));
const detailSchema = z.object({
  containerInstanceArn: arn,
  clusterArn: arn,
  ec2InstanceId: z.exactOptional(ec2InstanceId),
  status: z.exactOptional(z.string()),
  agentConnected: z.exactOptional(z.boolean()),
  version: z.exactOptional(z.number()),
  runningTasksCount: z.exactOptional(z.number()),
  pendingTasksCount: z.exactOptional(z.number()),
  registeredResources: z._default(resources, []),
  remainingResources: z._default(resources, []),
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
  const detail = parseDetail(detailSchema, event);
  const { containerInstanceArn, registeredResources, remainingResources, ...rest } = detail;
  const resourcesFree = areResourcesFree(registeredResources, remainingResources);
  return {
    kind: 'container-instance-change',
    arn: containerInstanceArn,
    ...rest,
    ...(resourcesFree !== undefined && { resourcesFree }),
    atMs: event.timeMs,
  };
}
