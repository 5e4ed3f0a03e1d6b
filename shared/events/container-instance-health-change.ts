import * as z from 'zod/mini';
import type { ClusterArn, ContainerInstanceArn, Ec2InstanceId } from '../domain/model.ts';
import { type EventBridgeEvent, type IgnoredEvent, parseDetail } from './envelope.ts';
import { arn, ec2InstanceId } from './identifiers.ts';

/** The overall health of a container instance changed. The event carries no version: it may be older than it looks. */
export interface ContainerInstanceHealthChange {
  readonly kind: 'container-instance-health-change';
  readonly arn: ContainerInstanceArn;
  readonly clusterArn: ClusterArn;
  readonly ec2InstanceId?: Ec2InstanceId;
  /** The gravest of the checks: IMPAIRED, INSUFFICIENT_DATA, INITIALIZING, OK; unknown ones may appear. */
  readonly overallStatus: string;
  readonly checks: readonly HealthCheckChange[];
  readonly atMs: number;
}

export interface HealthCheckChange {
  /** CONTAINER_RUNTIME, ACCELERATED_COMPUTE, DAEMON, AGENT_CONNECTIVITY; unknown ones may appear. */
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
}

const checkSchema = z.object({
  type: z.string(),
  status: z.string(),
  statusReason: z.exactOptional(z.string()),
});

const detailSchema = z.object({
  containerInstanceArn: arn,
  clusterArn: arn,
  ec2InstanceId: z.exactOptional(ec2InstanceId),
  overallStatus: z.string(),
  healthChecks: z._default(z.array(checkSchema), []),
});

/**
 * Amazon ECS Developer Guide, "Amazon ECS container instance health change events".
 *
 * @throws MalformedEventError
 */
export function parseContainerInstanceHealthChange(
  event: EventBridgeEvent,
): ContainerInstanceHealthChange | IgnoredEvent {
  if (event.source !== 'aws.ecs' || event.detailType !== 'ECS Container Instance Health Change') {
    return { kind: 'ignored', reason: `not a health change: "${event.detailType}" from ${event.source}` };
  }
  const { containerInstanceArn, healthChecks, ...rest } = parseDetail(detailSchema, event);
  return {
    kind: 'container-instance-health-change',
    arn: containerInstanceArn,
    ...rest,
    checks: healthChecks.map(({ type, status, statusReason: reason }) => ({
      type,
      status,
      ...(reason !== undefined && { reason }),
    })),
    atMs: event.timeMs,
  };
}
