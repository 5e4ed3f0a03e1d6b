import { isoDate } from '../fleet-context.ts';
import type { EcsService } from './service-state.ts';
import { containerInstanceShape, taskShape } from './shapes.ts';
import { type ContainerInstance, type EcsWorld, overallHealth } from './state.ts';
import type { Task } from './task-state.ts';

/** JSON as the bus carries it: dates become ISO strings. The shapes have dates at their top level only. */
function jsonDetail(shape: object): Record<string, unknown> {
  const detail: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(shape)) {
    if (value !== undefined) detail[name] = value instanceof Date ? value.toISOString() : value;
  }
  return detail;
}

/** ECS Container Instance State Change (ecs_container_instance_events). */
export function publishContainerInstance(world: EcsWorld, instance: ContainerInstance): void {
  const detail = jsonDetail({
    ...containerInstanceShape(instance),
    clusterArn: instance.cluster.arn,
    accountType: 'task',
    updatedAt: isoDate(instance.updatedAtMs),
  });
  world.context.publish({
    source: 'aws.ecs',
    'detail-type': 'ECS Container Instance State Change',
    resources: [instance.arn],
    detail,
  });
}

/** ECS Task State Change (ecs_task_events). */
export function publishTask(world: EcsWorld, task: Task): void {
  world.context.publish({
    source: 'aws.ecs',
    'detail-type': 'ECS Task State Change',
    resources: [task.arn],
    detail: jsonDetail({ ...taskShape(task), updatedAt: isoDate(task.updatedAtMs) }),
  });
}

/** ECS Container Instance Health Change (ecs_container_instance_health_events); it carries no version. */
export function publishHealth(world: EcsWorld, instance: ContainerInstance): void {
  world.context.publish({
    source: 'aws.ecs',
    'detail-type': 'ECS Container Instance Health Change',
    resources: [instance.arn],
    detail: {
      clusterArn: instance.cluster.arn,
      containerInstanceArn: instance.arn,
      capacityProviderName: instance.capacityProviderName ?? null,
      ec2InstanceId: instance.ec2InstanceId,
      overallStatus: overallHealth(instance),
      healthChecks: instance.checks.map(({ type, status, reason, changedAtMs }) => ({
        type,
        status,
        lastStatusChange: isoDate(changedAtMs),
        lastUpdated: isoDate(changedAtMs),
        statusReason: reason,
      })),
    },
  });
}

/** ECS Service Action (ecs_service_events). */
export function publishServiceAction(
  world: EcsWorld,
  service: EcsService,
  action: { readonly eventType: 'INFO' | 'WARN' | 'ERROR'; readonly eventName: string; readonly reason?: string },
): void {
  world.context.publish({
    source: 'aws.ecs',
    'detail-type': 'ECS Service Action',
    resources: [service.arn],
    detail: { ...action, clusterArn: service.cluster.arn, createdAt: isoDate(world.context.kernel.clock.now()) },
  });
}
