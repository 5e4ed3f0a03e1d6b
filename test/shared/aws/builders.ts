import type { ContainerInstance, Service, Task } from '@aws-sdk/client-ecs';
import type { IncidentEvent } from '../../../shared/aws/events.ts';

/** What ECS answers about resources of one cluster, complete enough for every gateway. */

export const cluster = 'arn:aws:ecs:eu-west-1:210987654321:cluster/shop';

export function instanceArn(index: number): string {
  return `arn:aws:ecs:eu-west-1:210987654321:container-instance/shop/${index.toString(16).padStart(32, '0')}`;
}

export function taskArn(index: number): string {
  return `arn:aws:ecs:eu-west-1:210987654321:task/shop/${index.toString(16).padStart(32, '0')}`;
}

export function taskDefinitionArn(index: number): string {
  return `arn:aws:ecs:eu-west-1:210987654321:task-definition/web:${index}`;
}

export function ec2Id(index: number): string {
  return `i-${index.toString(16).padStart(17, '0')}`;
}

/** 0 to `count` - 1, each made into something. */
export function many<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

export function describedInstance(arn: string, overrides: Partial<ContainerInstance> = {}): ContainerInstance {
  return {
    containerInstanceArn: arn,
    ec2InstanceId: 'i-0f3c8a1b2d4e5f607',
    status: 'ACTIVE',
    agentConnected: true,
    version: 7,
    runningTasksCount: 2,
    pendingTasksCount: 1,
    ...overrides,
  };
}

export function describedTask(arn: string, overrides: Partial<Task> = {}): Task {
  return { taskArn: arn, group: 'service:web', lastStatus: 'RUNNING', desiredStatus: 'RUNNING', ...overrides };
}

export function describedService(serviceName: string, overrides: Partial<Service> = {}): Service {
  return { serviceName, status: 'ACTIVE', desiredCount: 4, runningCount: 3, pendingCount: 1, ...overrides };
}

export function incidentEvent(index: number, overrides: Partial<IncidentEvent> = {}): IncidentEvent {
  return {
    detailType: 'Ebbtide Incident Opened',
    atMs: 1_790_000_000_000,
    resources: [instanceArn(index)],
    detail: { incidentId: `drain-${index}` },
    ...overrides,
  };
}

/** An error as the SDK throws it: services are told apart by name and message alone. */
export function awsError(name: string, message = 'refused'): Error {
  return Object.assign(new Error(message), { name });
}
