import { launchInstance, startInstance, stopInstance } from '../ec2/instances.ts';
import { later } from '../fleet-context.ts';
import { TIMING } from '../fleet-timing.ts';
import { beginActivity, endActivity } from './activities.ts';
import { runHooks } from './hooks.ts';
import { type AutoScalingGroup, type AutoScalingWorld, type GroupInstance, now, setState } from './state.ts';
import { leave } from './terminating.ts';

export interface Launch {
  readonly cause: string;
  readonly into: 'AutoScalingGroup' | 'WarmPool';
  /** Of `countZones`: the instance goes where there are fewest. */
  readonly zones: Map<string, number>;
}

/** Launches an instance into the group, or into its warm pool. */
export function launch(
  world: AutoScalingWorld,
  group: AutoScalingGroup,
  { cause, into, zones }: Launch,
): GroupInstance {
  const availabilityZone = takeEmptiest(zones);
  const ec2 = launchInstance(world.ec2, {
    instanceType: group.instanceType,
    availabilityZone,
    spot: group.spot,
    tags: { ...Object.fromEntries(group.tags), 'aws:autoscaling:groupName': group.name },
  });
  const member: GroupInstance = {
    serial: world.serial++,
    instanceId: ec2.instanceId,
    availabilityZone,
    instanceType: group.instanceType,
    group,
    launchedAtMs: now(world),
    state: into === 'WarmPool' ? 'Warmed:Pending' : 'Pending',
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
  beginActivity(world, member, { verb: 'Launching a new', cause });
  for (const listener of world.listeners) listener.launched?.(member);
  member.onRunning = () => (into === 'WarmPool' ? fillPool(world, member) : enterService(world, member, 'EC2'));
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
