/**
 * The fleet as the product sees it: what the gateways read from ECS, Auto Scaling and EC2, cut down to what decisions
 * need. Instants are epoch milliseconds (`...Ms`); names are those of the AWS APIs.
 */

/** Gives each kind of identifier a type of its own, so that one is never passed for another. */
type Identifier<Kind extends string> = string & { readonly __kind?: Kind };

export type ClusterArn = Identifier<'ClusterArn'>;
export type ContainerInstanceArn = Identifier<'ContainerInstanceArn'>;
export type TaskArn = Identifier<'TaskArn'>;
/** `i-...`, or `mi-...` for an external instance (ECS Anywhere). */
export type Ec2InstanceId = Identifier<'Ec2InstanceId'>;
export type AutoScalingGroupName = Identifier<'AutoScalingGroupName'>;

export interface ContainerInstance {
  readonly arn: ContainerInstanceArn;
  readonly clusterArn: ClusterArn;
  readonly ec2InstanceId: Ec2InstanceId;
  /** ACTIVE, DRAINING, REGISTERING, DEREGISTERING, INACTIVE, ... ; unknown ones may appear. */
  readonly status: string;
  readonly agentConnected: boolean;
  /** Rises with every change that ECS sends an event for. */
  readonly version: number;
  readonly registeredAtMs?: number;
  /** Tasks whose desired status is RUNNING: leaves out those that are still stopping. */
  readonly runningTasksCount: number;
  readonly pendingTasksCount: number;
  /** No task holds CPU or memory here, not even one that is stopping; undefined when ECS does not say. */
  readonly resourcesFree?: boolean;
  readonly availabilityZone?: string;
  readonly instanceType?: string;
  readonly capacityProviderName?: string;
  readonly agentVersion?: string;
  /** ECS Anywhere: no EC2 instance, no Auto Scaling group. */
  readonly external: boolean;
  /** Linux where it does not say. */
  readonly os?: ContainerInstanceOs;
  /** Only where it was asked for, and on instances whose agent reports it. */
  readonly health?: readonly InstanceHealthCheck[];
}

export type ContainerInstanceOs = 'linux' | 'windows' | 'bottlerocket';

/** One of the checks that the agent makes on its instance, and ECS on the agent. */
export interface InstanceHealthCheck {
  /** CONTAINER_RUNTIME, ACCELERATED_COMPUTE, DAEMON, AGENT_CONNECTIVITY; unknown ones may appear. */
  readonly type: string;
  /** OK, IMPAIRED, INSUFFICIENT_DATA, INITIALIZING; unknown ones may appear. */
  readonly status: string;
  readonly statusReason?: string;
  /** Since when it has this status. */
  readonly sinceMs?: number;
}

export interface Task {
  readonly arn: TaskArn;
  readonly clusterArn: ClusterArn;
  readonly containerInstanceArn: ContainerInstanceArn;
  /** `service:NAME` for a service's task, `family:NAME` for others. */
  readonly group: string;
  readonly startedBy?: string;
  readonly taskDefinitionArn?: string;
  readonly lastStatus: string;
  readonly desiredStatus: string;
  readonly startedAtMs?: number;
  readonly stoppingAtMs?: number;
  readonly stoppedReason?: string;
}

/** A service of ECS (not one of AWS): what keeps its tasks running, and within which limits it may move them. */
export interface EcsService {
  readonly name: string;
  readonly clusterArn: ClusterArn;
  /** A daemon service runs one task on each instance. */
  readonly schedulingStrategy: 'REPLICA' | 'DAEMON';
  readonly desiredCount: number;
  readonly runningCount: number;
  readonly pendingCount: number;
  /** Of the desired count, rounded up: so many have to run while others are moved. */
  readonly minimumHealthyPercent: number;
  /** Of the desired count, rounded down: so many may run or start while others are moved. */
  readonly maximumPercent: number;
  /** More than one while a deployment is in progress. */
  readonly deployments: number;
  /** The last few, newest first. */
  readonly events: readonly { readonly atMs: number; readonly message: string }[];
}

export interface AutoScalingGroup {
  readonly name: AutoScalingGroupName;
  /** ABANDON of a terminate hook keeps the instance (`Terminating:Retained`) instead of terminating it. */
  readonly retainsOnAbandon: boolean;
  /** Launch, Terminate, HealthCheck, ReplaceUnhealthy, ... : what the group does not do for now. */
  readonly suspendedProcesses: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly hasWarmPool: boolean;
  /** Without those in the warm pool, or on their way there. */
  readonly instances: readonly AutoScalingInstance[];
}

/** An instance as its Auto Scaling group sees it. */
export interface AutoScalingInstance {
  readonly ec2InstanceId: Ec2InstanceId;
  readonly groupName: AutoScalingGroupName;
  /** `InService`, `Terminating:Wait`, `Warmed:Pending:Wait`, `ReplacingRootVolume:Wait`, ...; unknown ones may appear. */
  readonly lifecycleState: string;
  readonly availabilityZone?: string;
}

export interface LifecycleHook {
  readonly name: string;
  readonly groupName: AutoScalingGroupName;
  readonly transition: string;
  readonly heartbeatTimeoutSeconds: number;
  /** After this long the action ends whatever the heartbeats: min(48 h, 100 x heartbeat timeout). */
  readonly globalTimeoutSeconds: number;
  readonly defaultResult: string;
}

/** One lifecycle action in progress: a hook that holds one instance. */
export interface LifecycleAction {
  readonly ec2InstanceId: Ec2InstanceId;
  readonly groupName: AutoScalingGroupName;
  readonly hookName: string;
  /** Only the event carries it; without it, Auto Scaling goes by the instance id. */
  readonly token?: string | undefined;
  readonly startedAtMs: number;
}

export type LifecycleActionResult = 'CONTINUE' | 'ABANDON';

export interface Ec2Instance {
  readonly ec2InstanceId: Ec2InstanceId;
  /** pending, running, shutting-down, terminated, stopping, stopped. */
  readonly state: string;
  /** The last launch: a start after a stop counts. */
  readonly launchedAtMs?: number;
  readonly instanceType?: string;
  readonly availabilityZone?: string;
  /** `windows`; absent for everything else. */
  readonly platform?: string;
  /**
   * The AWS service that launched the instance and looks after it by itself: `ecs.amazonaws.com` marks ECS Managed
   * Instances. Container instances carry no such mark.
   */
  readonly operator?: string;
}

/** ok, impaired, initializing, insufficient-data, not-applicable; unknown ones may appear. */
export interface Ec2StatusChecks {
  /** Of the host: hardware, power, network. */
  readonly system: string;
  /** Of the instance itself: does its operating system answer? */
  readonly instance: string;
}
