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
  readonly availabilityZone?: string;
  readonly instanceType?: string;
  readonly capacityProviderName?: string;
  readonly agentVersion?: string;
  /** ECS Anywhere: no EC2 instance, no Auto Scaling group. */
  readonly external: boolean;
}

export interface Task {
  readonly arn: TaskArn;
  readonly clusterArn: ClusterArn;
  readonly containerInstanceArn: ContainerInstanceArn;
  /** `service:NAME` for a service's task, `family:NAME` for others. */
  readonly group: string;
  readonly startedBy?: string;
  readonly lastStatus: string;
  readonly desiredStatus: string;
  readonly startedAtMs?: number;
  readonly stoppingAtMs?: number;
  readonly stoppedReason?: string;
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
}
