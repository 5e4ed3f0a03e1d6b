import type {
  CapacityProviderStrategyItem,
  CreateServiceRequest,
  PlacementConstraint,
  PlacementStrategy,
} from '@aws-sdk/client-ecs';
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
  /** Undefined: on instances of either kind. */
  readonly launchType?: 'EC2' | 'EXTERNAL' | undefined;
  readonly capacityProviderStrategy?: readonly CapacityProviderStrategyItem[] | undefined;
  readonly placementConstraints?: readonly PlacementConstraint[] | undefined;
  /** Default: over zones, then over instances. */
  readonly placementStrategy?: readonly PlacementStrategy[] | undefined;
  readonly propagateTags?: 'SERVICE' | 'TASK_DEFINITION' | 'NONE' | undefined;
  readonly managedTags?: boolean;
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
  /** Earlier ones that may still have tasks. */
  olderDeployments: readonly ServiceDeployment[];
  /** The request that created it; undefined for one that a fleet document did. */
  readonly request: CreateServiceRequest | undefined;
  readonly createdBy: string | undefined;
  status: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
  /** Tasks that have not reached STOPPED. */
  readonly tasks: Set<Task>;
  readonly events: { readonly id: string; readonly createdAtMs: number; readonly message: string }[];
  pass: Timer | undefined;
  retry: Timer | undefined;
  retryDelayMs: number;
  steady: boolean;
  /** Troubles that are in the event log already, and since when: they are not repeated at every attempt. */
  readonly toldTroubles: Map<string, number>;
}

export interface ServiceDeployment {
  readonly id: string;
  readonly definition: TaskDefinition;
  readonly createdAtMs: number;
  updatedAtMs: number;
  /** The service has come to rest with it. */
  isCompleted: boolean;
}
