import { type Ec2Instance, launchInstance, startInstance, stopInstance } from '../ec2/instances.ts';
import { later } from '../fleet-context.ts';
import { TIMING } from '../fleet-timing.ts';
import { addActivity, beginActivity, endActivity } from './activities.ts';
import { type ResolvedTemplate, resolve } from './groups.ts';
import { runHooks } from './hooks.ts';
import { launchSourceOf } from './instance-refresh.ts';
import { type AutoScalingGroup, type AutoScalingWorld, type GroupInstance, now, setState } from './state.ts';
import { leave } from './terminating.ts';

export interface Launch {
  readonly cause: string;
  readonly into: 'AutoScalingGroup' | 'WarmPool';
  /** Of `countZones`: the instance goes where there are fewest. */
  readonly zones: Map<string, number>;
}

/** Launches an instance into the group, or into its warm pool; undefined when its launch template is gone. */
export function launch(
  world: AutoScalingWorld,
  group: AutoScalingGroup,
  { cause, into, zones }: Launch,
): GroupInstance | undefined {
  const source = resolve(world, launchSourceOf(group));
  if (source === undefined) {
    failLaunch(world, group, cause);
    return undefined;
  }
  const ec2 = launchInstance(world.ec2, {
    ...source.options,
    availabilityZone: takeEmptiest(zones),
    tags: { ...source.options.tags, ...propagatedTags(group), 'aws:autoscaling:groupName': group.name },
  });
  const member = addMember(world, group, { ec2, source, state: into === 'WarmPool' ? 'Warmed:Pending' : 'Pending' });
  beginActivity(world, member, { verb: 'Launching a new', cause });
  for (const listener of world.listeners) listener.launched?.(member);
  member.onRunning = () => (into === 'WarmPool' ? fillPool(world, member) : enterService(world, member, 'EC2'));
  return member;
}

function propagatedTags({ tags, tagsOfGroupOnly }: AutoScalingGroup): Record<string, string> {
  return Object.fromEntries([...tags].filter(([key]) => !tagsOfGroupOnly.has(key)));
}

function failLaunch(world: AutoScalingWorld, group: AutoScalingGroup, cause: string): void {
  const activity = addActivity(world, group, {
    description: 'Launching a new EC2 instance. Status Reason: the launch template does not exist.',
    cause,
  });
  activity.status = 'Failed';
  activity.statusMessage = `The launch template ${launchSourceOf(group).template.id} does not exist. Launching EC2 instance failed.`;
  activity.endedAtMs = now(world);
}

export function addMember(
  world: AutoScalingWorld,
  group: AutoScalingGroup,
  {
    ec2,
    source,
    state,
  }: {
    readonly ec2: Ec2Instance;
    readonly source?: ResolvedTemplate;
    readonly state: GroupInstance['state'];
  },
): GroupInstance {
  const member: GroupInstance = {
    serial: world.serial++,
    instanceId: ec2.instanceId,
    availabilityZone: ec2.availabilityZone,
    instanceType: ec2.instanceType,
    group,
    launchedAtMs: now(world),
    launchTemplate: source,
    inServiceSinceMs: undefined,
    state,
    health: 'Healthy',
    protectedFromScaleIn: group.newInstancesProtected,
    openActions: new Map(),
    history: [],
    afterHooks: undefined,
    onRunning: undefined,
    onStopped: undefined,
    activity: undefined,
  };
  group.members.set(member.instanceId, member);
  world.members.set(member.instanceId, member);
  return member;
}

/** How many instances each zone of the group has; `launch` keeps it up to date, so that a pass counts them only once. */
export function countZones(group: AutoScalingGroup): Map<string, number> {
  const counts = new Map(group.availabilityZones.map((zone) => [zone, 0]));
  for (const { availabilityZone, state } of group.members.values()) {
    if (!state.startsWith('Terminat')) counts.set(availabilityZone, (counts.get(availabilityZone) ?? 0) + 1);
  }
  return counts;
}

function takeEmptiest(zones: Map<string, number>): string {
  const [[zone, count] = ['', 0]] = [...zones].sort(([, a], [, b]) => a - b);
  zones.set(zone, count + 1);
  return zone;
}

/** The instance runs: its launch hooks, then service. An abandoned launch is terminated, and replaced by the group. */
function enterService(world: AutoScalingWorld, member: GroupInstance, origin: 'EC2' | 'WarmPool'): void {
  runHooks(world, member, {
    passage: {
      state: 'Pending',
      transition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
      origin,
      destination: 'AutoScalingGroup',
    },
    afterwards: (result) => {
      if (result === 'ABANDON') return abandonLaunch(world, member);
      setState(world, member, 'Pending:Proceed');
      later(world.context, TIMING.groupStep, () => {
        if (member.state !== 'Pending:Proceed') return;
        setState(world, member, 'InService');
        endActivity(world, member, { kind: 'Launch', status: 'Successful' });
      });
    },
  });
}

function abandonLaunch(world: AutoScalingWorld, member: GroupInstance): void {
  endActivity(world, member, { kind: 'Launch', status: 'Cancelled' });
  leave(world, member, {
    cause: 'an instance was taken out of service because its launch was abandoned.',
    hooks: 'skip',
  });
}

/** A new instance goes to the warm pool (Lifecycle state transitions for instances in a warm pool). */
function fillPool(world: AutoScalingWorld, member: GroupInstance): void {
  runHooks(world, member, {
    passage: {
      state: 'Warmed:Pending',
      transition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
      origin: 'EC2',
      destination: 'WarmPool',
    },
    afterwards: (result) => (result === 'ABANDON' ? abandonLaunch(world, member) : restInPool(world, member)),
  });
}

/** The end of the way into the pool, whether from a launch or from service. */
export function restInPool(world: AutoScalingWorld, member: GroupInstance): void {
  setState(world, member, 'Warmed:Pending:Proceed');
  const rest = (state: 'Warmed:Running' | 'Warmed:Stopped') => {
    setState(world, member, state);
    endActivity(world, member, { kind: 'Launch', status: 'Successful' });
  };
  if (member.group.warmPool?.poolState !== 'Stopped') {
    later(world.context, TIMING.groupStep, () => rest('Warmed:Running'));
    return;
  }
  member.onStopped = () => rest('Warmed:Stopped');
  const ec2 = world.ec2.instances.get(member.instanceId);
  if (ec2 !== undefined) stopInstance(world.ec2, ec2, 'Auto Scaling warm pool');
}

/** A warm instance goes into service. */
export function takeFromPool(world: AutoScalingWorld, member: GroupInstance, cause: string): void {
  const stopped = member.state === 'Warmed:Stopped';
  beginActivity(world, member, { verb: 'Launching a new', cause });
  setState(world, member, 'Pending');
  if (!stopped) {
    enterService(world, member, 'WarmPool');
    return;
  }
  member.onRunning = () => enterService(world, member, 'WarmPool');
  const ec2 = world.ec2.instances.get(member.instanceId);
  if (ec2 !== undefined) startInstance(world.ec2, ec2);
}
