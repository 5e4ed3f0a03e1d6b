import type { LifecycleState } from '@aws-sdk/client-auto-scaling';
import type { Timer } from '../../kernel/clock.ts';
import type { Ec2World } from '../ec2/instances.ts';
import type { LaunchTemplate } from '../ec2/launch-templates.ts';
import { type FleetContext, tell } from '../fleet-context.ts';
import type { InstanceRefresh } from './instance-refresh.ts';
import type { NotifyTarget } from './notifications.ts';

export type Transition = 'autoscaling:EC2_INSTANCE_LAUNCHING' | 'autoscaling:EC2_INSTANCE_TERMINATING';
export type LifecycleResult = 'CONTINUE' | 'ABANDON';
export type Place = 'EC2' | 'AutoScalingGroup' | 'WarmPool';

export interface LifecycleHook {
  readonly name: string;
  readonly transition: Transition;
  readonly heartbeatTimeoutSeconds: number;
  readonly globalTimeoutSeconds: number;
  readonly defaultResult: LifecycleResult;
  readonly notificationMetadata: string | undefined;
  readonly notificationTargetArn: string | undefined;
  readonly roleArn: string | undefined;
}

/** One hook at work on one instance; kept after its end as the history. */
export interface LifecycleAction {
  readonly token: string;
  readonly hook: LifecycleHook;
  readonly startedAtMs: number;
  /** No heartbeat moves the end beyond this. */
  readonly globalDeadlineMs: number;
  expiresAtMs: number;
  heartbeats: number;
  timer: Timer | undefined;
  end: ActionEnd | undefined;
}

export interface ActionEnd {
  readonly atMs: number;
  /** Undefined when the action was cut short: another hook abandoned, or the instance went away. */
  readonly result: LifecycleResult | undefined;
  readonly by: ActionEnder;
}

export type ActionEnder =
  | { readonly kind: 'caller'; readonly name: string }
  | { readonly kind: 'heartbeat-timeout' }
  | { readonly kind: 'global-timeout' }
  | { readonly kind: 'other-hook-abandoned' }
  | { readonly kind: 'hook-deleted' }
  | { readonly kind: 'instance-gone' };

/** An instance of a group, warm ones included. */
export interface GroupInstance {
  readonly serial: number;
  readonly instanceId: string;
  readonly availabilityZone: string;
  readonly instanceType: string;
  readonly group: AutoScalingGroup;
  readonly launchedAtMs: number;
  /** The template's version that it was launched from; undefined for one that was attached. */
  readonly launchTemplate: { readonly template: LaunchTemplate; readonly version: number } | undefined;
  /** Since when it has been in service, while it is. */
  inServiceSinceMs: number | undefined;
  state: LifecycleState;
  health: 'Healthy' | 'Unhealthy';
  protectedFromScaleIn: boolean;
  /** The hooks that the group waits for now, by name. */
  readonly openActions: Map<string, LifecycleAction>;
  readonly history: LifecycleAction[];
  /** What follows when all open actions are over. */
  afterHooks: ((result: LifecycleResult) => void) | undefined;
  /** What the instance does when EC2 says that it runs, or has stopped. */
  onRunning: (() => void) | undefined;
  onStopped: (() => void) | undefined;
  activity: Activity | undefined;
}

export interface Activity {
  readonly serial: number;
  readonly id: string;
  readonly description: string;
  readonly cause: string;
  readonly startedAtMs: number;
  endedAtMs: number | undefined;
  status: 'InProgress' | 'MidLifecycleAction' | 'Successful' | 'Cancelled' | 'Failed';
  statusMessage: string | undefined;
}

export interface WarmPool {
  readonly minSize: number;
  /** The pool is filled up to this, less the desired capacity. Undefined: the group's maximum size (PutWarmPool). */
  readonly maxGroupPreparedCapacity?: number | undefined;
  readonly poolState: 'Stopped' | 'Running';
  readonly reuseOnScaleIn: boolean;
  /** Set while its instances are terminated before it goes. */
  readonly status?: 'PendingDelete';
}

export type SuspendableProcess = 'Launch' | 'Terminate' | 'HealthCheck' | 'ReplaceUnhealthy' | 'AZRebalance';

export interface LaunchSource {
  readonly template: LaunchTemplate;
  /** A number, `$Latest` or `$Default`. */
  readonly version: string;
}

/** What UpdateAutoScalingGroup changes, beside the group's size. */
export interface GroupConfiguration {
  launchTemplate: LaunchSource;
  availabilityZones: readonly string[];
  /** InstanceLifecyclePolicy: an abandoned terminate hook leaves the instance Terminating:Retained. */
  retainOnAbandon: boolean;
  newInstancesProtected: boolean;
  healthCheckType: string;
  healthCheckGracePeriodSeconds: number;
  defaultCooldownSeconds: number;
  defaultInstanceWarmupSeconds: number | undefined;
  terminationPolicies: readonly string[];
}

export interface AutoScalingGroup extends GroupConfiguration {
  readonly serial: number;
  readonly name: string;
  readonly arn: string;
  readonly createdAtMs: number;
  readonly tags: Map<string, string>;
  /** Of the tags, those that new instances do not get. */
  readonly tagsOfGroupOnly: Set<string>;
  readonly hooks: Map<string, LifecycleHook>;
  readonly members: Map<string, GroupInstance>;
  readonly activities: Activity[];
  readonly suspended: Set<SuspendableProcess>;
  warmPool: WarmPool | undefined;
  /** Newest first. */
  readonly refreshes: InstanceRefresh[];
  minSize: number;
  desiredCapacity: number;
  maxSize: number;
  reconcilePending: boolean;
  /** DeleteAutoScalingGroup with ForceDelete: it goes with its last instance. */
  isDeleting: boolean;
}

export interface AutoScalingWorld {
  readonly context: FleetContext;
  readonly ec2: Ec2World;
  readonly groups: Map<string, AutoScalingGroup>;
  /** For their activities. */
  readonly deletedGroups: AutoScalingGroup[];
  readonly members: Map<string, GroupInstance>;
  /** The open actions by token, with their instance. */
  readonly openTokens: Map<string, GroupInstance>;
  /** Instances that have left, with their history. */
  readonly formerMembers: GroupInstance[];
  readonly listeners: AutoScalingListener[];
  readonly notifyTarget: NotifyTarget;
  serial: number;
}

/** What the rest of the fleet wants to know. */
export interface AutoScalingListener {
  launched?(member: GroupInstance): void;
  stateChanged?(member: GroupInstance): void;
  actionStarted?(member: GroupInstance, action: LifecycleAction): void;
  /** The root volume has been replaced: the host is up again, with an empty disk. */
  rootVolumeReplaced?(member: GroupInstance): void;
}

export function createAutoScalingWorld(
  context: FleetContext,
  ec2: Ec2World,
  notifyTarget: NotifyTarget,
): AutoScalingWorld {
  return {
    context,
    ec2,
    groups: new Map(),
    deletedGroups: [],
    members: new Map(),
    openTokens: new Map(),
    formerMembers: [],
    listeners: [],
    notifyTarget,
    serial: 0,
  };
}

export function setState(world: AutoScalingWorld, member: GroupInstance, state: LifecycleState): void {
  if (member.state === state) return;
  member.state = state;
  member.inServiceSinceMs = state === 'InService' ? now(world) : undefined;
  tell(world.context, member.instanceId, `lifecycle state ${state}`, {
    ec2InstanceId: member.instanceId,
    group: member.group.name,
  });
  for (const listener of world.listeners) listener.stateChanged?.(member);
}

export function now(world: AutoScalingWorld): number {
  return world.context.kernel.clock.now();
}
