import { arn, type FleetContext, isoDate, later, tell } from '../fleet-context.ts';
import { LIMITS, TIMING } from '../fleet-timing.ts';
import type { LaunchTemplate } from './launch-templates.ts';

export type Ec2State = 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated';

export type StatusCheck = 'ok' | 'impaired' | 'initializing' | 'insufficient-data' | 'not-applicable';

/** A scheduled event of an instance (DescribeInstanceStatus, Events). */
export interface ScheduledEvent {
  readonly id: string;
  /** Of AWS Health: the same in all that it tells about the event. */
  readonly healthArn: string;
  readonly code: 'instance-retirement' | 'instance-stop' | 'system-reboot' | 'system-maintenance' | 'instance-reboot';
  readonly description: string;
  readonly notBeforeMs: number;
}

export interface Ec2Instance {
  readonly serial: number;
  readonly instanceId: string;
  instanceType: string;
  readonly imageId: string;
  readonly availabilityZone: string;
  readonly spot: boolean;
  readonly tags: Map<string, string>;
  readonly privateIp: string;
  /** The AWS service that manages the instance (Amazon EC2 managed instances). */
  readonly operator: string | undefined;
  /** As the API takes it, in Base64. */
  readonly userData: string | undefined;
  /** `disableApiTermination`: it keeps callers of the EC2 API from terminating the instance, and nobody else. */
  isTerminationProtected: boolean;
  state: Ec2State;
  launchedAtMs: number;
  stateReason: string | undefined;
  /** Counts state changes, so that a timer of an earlier state knows that it is out of date. */
  generation: number;
  systemStatus: StatusCheck;
  instanceStatus: StatusCheck;
  impairedSinceMs: number | undefined;
  scheduledEvents: ScheduledEvent[];
}

export type Ec2StateListener = (instance: Ec2Instance, previous: Ec2State | undefined) => void;
export type RebootListener = (instance: Ec2Instance) => void;

/** All EC2 instances of the account, by id; terminated ones for about an hour, as DescribeInstances shows them. */
export interface Ec2World {
  readonly context: FleetContext;
  readonly instances: Map<string, Ec2Instance>;
  readonly launchTemplates: Map<string, LaunchTemplate>;
  /** What RunInstances launched for which client token. */
  readonly launchTokens: Map<string, readonly Ec2Instance[]>;
  readonly listeners: Ec2StateListener[];
  readonly rebootListeners: RebootListener[];
  serial: number;
}

export function createEc2World(context: FleetContext): Ec2World {
  return {
    context,
    instances: new Map(),
    launchTemplates: new Map(),
    launchTokens: new Map(),
    listeners: [],
    rebootListeners: [],
    serial: 0,
  };
}

export interface LaunchOptions {
  readonly instanceType: string;
  readonly availabilityZone: string;
  readonly imageId?: string;
  readonly spot?: boolean;
  readonly tags?: Readonly<Record<string, string>>;
  readonly operator?: string;
  /** In Base64. */
  readonly userData?: string;
  readonly isTerminationProtected?: boolean;
}

/** Launches an instance: `pending` at once, `running` after a while. */
export function launchInstance(world: Ec2World, options: LaunchOptions): Ec2Instance {
  const { random, kernel } = world.context;
  const serial = world.serial++;
  const instance: Ec2Instance = {
    serial,
    instanceId: `i-0${random.hex(16)}`,
    instanceType: options.instanceType,
    imageId: options.imageId ?? 'ami-0c0ffee0c0ffee0c0',
    availabilityZone: options.availabilityZone,
    spot: options.spot ?? false,
    tags: new Map(Object.entries(options.tags ?? {})),
    privateIp: `10.${(serial >> 16) & 255}.${(serial >> 8) & 255}.${serial & 255}`,
    operator: options.operator,
    userData: options.userData,
    isTerminationProtected: options.isTerminationProtected ?? false,
    state: 'pending',
    launchedAtMs: kernel.clock.now(),
    stateReason: undefined,
    generation: 0,
    systemStatus: 'initializing',
    instanceStatus: 'initializing',
    impairedSinceMs: undefined,
    scheduledEvents: [],
  };
  world.instances.set(instance.instanceId, instance);
  announce(world, instance, undefined);
  becomeAfter(world, instance, 'running');
  return instance;
}

/** Starts a stopped instance. Whether the call is allowed is the API's affair. */
export function startInstance(world: Ec2World, instance: Ec2Instance): void {
  if (instance.state !== 'stopped') return;
  instance.launchedAtMs = world.context.kernel.clock.now();
  become(world, instance, 'pending');
  becomeAfter(world, instance, 'running');
}

export function stopInstance(world: Ec2World, instance: Ec2Instance, reason = 'User initiated'): void {
  if (instance.state !== 'running' && instance.state !== 'pending') return;
  instance.stateReason = reason;
  become(world, instance, 'stopping');
  becomeAfter(world, instance, 'stopped');
}

/** Terminates an instance; a stopped one is terminated without `shutting-down` taking long. */
export function terminateInstance(world: Ec2World, instance: Ec2Instance, reason = 'User initiated'): void {
  if (instance.state === 'shutting-down' || instance.state === 'terminated') return;
  instance.stateReason = reason;
  become(world, instance, 'shutting-down');
  becomeAfter(world, instance, 'terminated');
}

/** The host goes down and comes up again; EC2 calls it `running` all the while. */
export function rebootInstance(world: Ec2World, instance: Ec2Instance): void {
  tell(world.context, instance.instanceId, 'host reboots', { ec2InstanceId: instance.instanceId });
  for (const listener of world.rebootListeners) listener(instance);
}

const DURATIONS = {
  running: TIMING.ec2Pending,
  stopped: TIMING.ec2Stopping,
  terminated: TIMING.ec2ShuttingDown,
} as const;

function becomeAfter(world: Ec2World, instance: Ec2Instance, state: keyof typeof DURATIONS): void {
  const { generation } = instance;
  later(world.context, DURATIONS[state], () => {
    if (instance.generation === generation) become(world, instance, state);
  });
}

function become(world: Ec2World, instance: Ec2Instance, state: Ec2State): void {
  const previous = instance.state;
  instance.state = state;
  instance.generation++;
  setChecks(instance, state);
  if (state === 'terminated') {
    world.context.kernel.clock.after(LIMITS.terminatedInstanceDescribableMs, () => {
      world.instances.delete(instance.instanceId);
    });
  }
  announce(world, instance, previous);
}

function setChecks(instance: Ec2Instance, state: Ec2State): void {
  const status = state === 'running' ? 'ok' : state === 'pending' ? 'initializing' : 'not-applicable';
  instance.systemStatus = status;
  instance.instanceStatus = status;
  instance.impairedSinceMs = undefined;
}

function announce(world: Ec2World, instance: Ec2Instance, previous: Ec2State | undefined): void {
  const { instanceId, state } = instance;
  tell(world.context, instanceId, `ec2 instance ${state}`, { ec2InstanceId: instanceId });
  world.context.publish({
    source: 'aws.ec2',
    'detail-type': 'EC2 Instance State-change Notification',
    resources: [instanceArn(world, instanceId)],
    detail: { 'instance-id': instanceId, state },
  });
  for (const listener of world.listeners) listener(instance, previous);
}

export function instanceArn(world: Ec2World, instanceId: string): string {
  return arn(world.context, 'ec2', `instance/${instanceId}`);
}

/** The instant in the form of StateTransitionReason: `User initiated (2026-01-05 08:00:00 GMT)`. */
export function transitionReason(world: Ec2World, reason: string): string {
  return `${reason} (${isoDate(world.context.kernel.clock.now()).slice(0, 19).replace('T', ' ')} GMT)`;
}
