import type { Timer } from '../../kernel/clock.ts';
import type { Cluster } from './state.ts';
import type { Task, TaskBehaviour, TaskDefinition } from './task-state.ts';

export interface ServiceSettings {
  readonly name: string;
  readonly schedulingStrategy: 'REPLICA' | 'DAEMON';
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  readonly desiredCount: number;
  /** With a load balancer: how long a target drains before the task is told to stop; undefined: no load balancer. */
  readonly deregistrationDelayMs: number | undefined;
  /** With a load balancer or health check: how long a task runs before it is healthy; undefined: neither (40 s). */
  readonly slowStartMs: number | undefined;
}

export interface EcsService {
  readonly serial: number;
  readonly arn: string;
  readonly name: string;
  readonly cluster: Cluster;
  readonly createdAtMs: number;
  readonly tags: Map<string, string>;
  settings: ServiceSettings;
  definition: TaskDefinition;
  behaviour: TaskBehaviour | undefined;
  deployment: ServiceDeployment;
  status: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
  /** Tasks that have not reached STOPPED. */
  readonly tasks: Set<Task>;
  readonly events: { readonly id: string; readonly createdAtMs: number; readonly message: string }[];
  pass: Timer | undefined;
  retry: Timer | undefined;
  retryDelayMs: number;
  steady: boolean;
}

export interface ServiceDeployment {
  readonly id: string;
  readonly createdAtMs: number;
  updatedAtMs: number;
}
