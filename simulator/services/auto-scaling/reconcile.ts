import type { Ec2Instance, Ec2State } from '../ec2/instances.ts';
import { later } from '../fleet-context.ts';
import { TIMING } from '../fleet-timing.ts';
import { removeGroup } from './groups.ts';
import { cutShort } from './hooks.ts';
import { countZones, launch, takeFromPool } from './launching.ts';
import type { AutoScalingGroup, AutoScalingWorld, GroupInstance } from './state.ts';
import { isLeaving, leave, removeMember } from './terminating.ts';
import { refillPool, returnToPool, reuses } from './warm-pool.ts';

/** Has the group look at its capacity soon; several causes make one look. */
export function reconcileSoon(world: AutoScalingWorld, group: AutoScalingGroup): void {
  if (group.reconcilePending) return;
  group.reconcilePending = true;
  later(world.context, TIMING.groupStep, () => {
    group.reconcilePending = false;
    reconcile(world, group);
  });
}

/** After a launch that failed: Auto Scaling tries again, at intervals that it does not publish. */
const LAUNCH_AGAIN_MS = 60_000;

const OUTSIDE_CAPACITY = /^(Warmed:|Terminat|Standby|EnteringStandby|Detach)/;

function inCapacity(group: AutoScalingGroup): GroupInstance[] {
  return [...group.members.values()].filter((member) => !OUTSIDE_CAPACITY.test(member.state));
}

function reconcile(world: AutoScalingWorld, group: AutoScalingGroup): void {
  if (world.groups.get(group.name) !== group) return;
  if (group.isDeleting) {
    if (group.members.size === 0) removeGroup(world, group);
    return;
  }
  const current = inCapacity(group);
  const missing = group.desiredCapacity - current.length;
  const cause = `an instance was started in response to a difference between desired and actual capacity, increasing the capacity from ${current.length} to ${group.desiredCapacity}.`;
  if (missing > 0 && !group.suspended.has('Launch')) {
    const warm = [...group.members.values()].filter(
      ({ state }) => state === 'Warmed:Stopped' || state === 'Warmed:Running',
    );
    const zones = countZones(group);
    for (let index = 0; index < missing; index++) {
      const ready = warm[index];
      if (ready !== undefined) takeFromPool(world, ready, cause);
      else if (launch(world, group, { cause, into: 'AutoScalingGroup', zones }) === undefined) {
        world.context.kernel.clock.after(LAUNCH_AGAIN_MS, () => reconcileSoon(world, group));
        break;
      }
    }
  }
  if (missing < 0 && !group.suspended.has('Terminate')) scaleIn(world, group, current, -missing);
  refillPool(world, group);
}

function scaleIn(world: AutoScalingWorld, group: AutoScalingGroup, current: GroupInstance[], count: number): void {
  const cause = `an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from ${current.length} to ${group.desiredCapacity}.`;
  const candidates = new Set(current.filter((member) => !member.protectedFromScaleIn));
  for (let index = 0; index < count; index++) {
    const victim = scaleInChoice(group, candidates);
    if (victim === undefined) return;
    candidates.delete(victim);
    if (reuses(group) && victim.state === 'InService') returnToPool(world, victim);
    else leave(world, victim, { cause, hooks: 'run' });
  }
}

/** In the zone that has most, the oldest instance, as the default termination policy has it among equals, or the newest. */
function scaleInChoice(
  { terminationPolicies }: AutoScalingGroup,
  candidates: ReadonlySet<GroupInstance>,
): GroupInstance | undefined {
  const perZone = Map.groupBy(candidates, (member) => member.availabilityZone);
  const [fullest = []] = [...perZone.values()].sort((a, b) => b.length - a.length);
  const byAge = fullest.toSorted((a, b) => a.serial - b.serial);
  return terminationPolicies[0] === 'NewestInstance' ? byAge.at(-1) : byAge[0];
}

/** Follows its own instances out of the capacity, and what EC2 does on the group's behalf and behind its back. */
export function followInstances(world: AutoScalingWorld): void {
  world.listeners.push({
    stateChanged: (member) => {
      if (OUTSIDE_CAPACITY.test(member.state)) reconcileSoon(world, member.group);
    },
  });
  world.ec2.listeners.push((instance, previous) => {
    const member = world.members.get(instance.instanceId);
    if (member === undefined || previous === undefined) return;
    if (instance.state === 'running') callOnce(member, 'onRunning');
    else if (instance.state === 'stopped' && member.onStopped !== undefined) callOnce(member, 'onStopped');
    else if (instance.state === 'terminated' && member.state.endsWith('Terminating:Proceed'))
      removeMember(world, member);
    else noticeLater(world, member, instance);
  });
}

function callOnce(member: GroupInstance, callback: 'onRunning' | 'onStopped'): void {
  const run = member[callback];
  member[callback] = undefined;
  run?.();
}

const IS_STOPPED: ReadonlySet<Ec2State> = new Set(['stopping', 'stopped']);

/**
 * What the group's periodic look finds (Health checks, guide): a stopped instance is unhealthy and leaves through its
 * hooks; one that is being terminated cannot be kept by a hook any more, and is noticed when it is gone.
 */
function noticeLater(world: AutoScalingWorld, member: GroupInstance, instance: Ec2Instance): void {
  if (instance.state === 'terminated') {
    later(world.context, TIMING.groupHealthCheck, () => vanish(world, member));
    return;
  }
  if (!IS_STOPPED.has(instance.state) || member.onStopped !== undefined) return;
  later(world.context, TIMING.groupHealthCheck, () => {
    if (member.group.suspended.has('HealthCheck') || member.state !== 'InService') return;
    if (IS_STOPPED.has(instance.state)) markUnhealthy(world, member, 'EC2 instance status check failure');
  });
}

/** An instance that EC2 has terminated behind the group's back: its hooks are cut short, or bypassed. */
function vanish(world: AutoScalingWorld, member: GroupInstance): void {
  if (!member.group.members.has(member.instanceId)) return;
  const runsHooks = world.context.undocumented.hooksRunForVanishedInstances && !isLeaving(member);
  if (runsHooks) {
    leave(world, member, { cause: 'an instance was found to be terminated.', hooks: 'run' });
    return;
  }
  member.afterHooks = undefined;
  cutShort(world, member, { kind: 'instance-gone' });
  removeMember(world, member);
}

/** An unhealthy instance is replaced, through its terminate hooks, even when protected from scale-in. */
export function markUnhealthy(world: AutoScalingWorld, member: GroupInstance, reason: string): void {
  member.health = 'Unhealthy';
  if (member.group.suspended.has('ReplaceUnhealthy') || member.group.suspended.has('Terminate')) return;
  leave(world, member, {
    cause: `an instance was taken out of service in response to ${reason}.`,
    hooks: 'run',
  });
}
