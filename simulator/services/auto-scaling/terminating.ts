import { terminateInstance } from '../ec2/instances.ts';
import { later } from '../fleet-context.ts';
import { TIMING } from '../fleet-timing.ts';
import { beginActivity, endActivity } from './activities.ts';
import { cutShort, runHooks } from './hooks.ts';
import { type AutoScalingWorld, type GroupInstance, setState } from './state.ts';

export interface Leaving {
  readonly cause: string;
  /** `skip`: a forced end, or a launch that was abandoned. */
  readonly hooks: 'run' | 'skip';
}

/** Takes an instance out of the group for good: its terminate hooks, then EC2. Idempotent. */
export function leave(world: AutoScalingWorld, member: GroupInstance, { cause, hooks }: Leaving): void {
  if (isLeaving(member)) return;
  const warm = member.state.startsWith('Warmed:');
  const state = warm ? 'Warmed:Terminating' : 'Terminating';
  member.onRunning = undefined;
  member.onStopped = undefined;
  member.afterHooks = undefined;
  cutShort(world, member, { kind: 'instance-gone' });
  beginActivity(world, member, { verb: 'Terminating', cause });
  setState(world, member, state);
  if (hooks === 'skip') {
    proceed(world, member);
    return;
  }
  later(world.context, TIMING.groupStep, () => {
    if (member.state !== state) return;
    runHooks(world, member, {
      passage: {
        state,
        transition: 'autoscaling:EC2_INSTANCE_TERMINATING',
        origin: warm ? 'WarmPool' : 'AutoScalingGroup',
        destination: 'EC2',
      },
      afterwards: (result) => {
        // InstanceLifecyclePolicy, TerminateHookAbandon = retain: the instance lives on, outside desired capacity.
        if (result === 'ABANDON' && member.group.retainOnAbandon) {
          setState(world, member, warm ? 'Warmed:Terminating:Retained' : 'Terminating:Retained');
          return endActivity(world, member, { kind: 'Terminate', status: 'Cancelled' });
        }
        proceed(world, member);
      },
    });
  });
}

/** Takes an instance out without waiting for hooks, those that hold it already included. */
export function forceOut(world: AutoScalingWorld, member: GroupInstance, cause: string): void {
  if (!isLeaving(member)) {
    leave(world, member, { cause, hooks: 'skip' });
    return;
  }
  if (member.state.endsWith(':Proceed')) return;
  member.afterHooks = undefined;
  cutShort(world, member, { kind: 'instance-gone' });
  proceed(world, member);
}

export function isLeaving(member: GroupInstance): boolean {
  return (member.state.includes('Terminat') && !member.state.endsWith(':Retained')) || member.state === 'Terminated';
}

function proceed(world: AutoScalingWorld, member: GroupInstance): void {
  const warm = member.state.startsWith('Warmed:');
  setState(world, member, warm ? 'Warmed:Terminating:Proceed' : 'Terminating:Proceed');
  later(world.context, TIMING.groupStep, () => {
    const ec2 = world.ec2.instances.get(member.instanceId);
    if (ec2 === undefined || ec2.state === 'terminated') removeMember(world, member);
    else terminateInstance(world.ec2, ec2, 'Auto Scaling');
  });
}

/** EC2 has terminated the instance: the group forgets it. */
export function removeMember(world: AutoScalingWorld, member: GroupInstance): void {
  if (!member.group.members.has(member.instanceId)) return;
  const warm = member.state.startsWith('Warmed:');
  setState(world, member, warm ? 'Warmed:Terminated' : 'Terminated');
  endActivity(world, member, { kind: 'Terminate', status: 'Successful' });
  member.group.members.delete(member.instanceId);
  world.members.delete(member.instanceId);
  world.formerMembers.push(member);
}
