import { later } from '../fleet-context.ts';
import { TIMING } from '../fleet-timing.ts';
import { runHooks } from './hooks.ts';
import { countZones, launch, restInPool } from './launching.ts';
import { type AutoScalingGroup, type AutoScalingWorld, type GroupInstance, setState, type WarmPool } from './state.ts';
import { forceOut, isLeaving, leave } from './terminating.ts';

/** In the group's warm pool, or on its way in or out of it. */
export function isWarm({ state }: GroupInstance): boolean {
  return state.startsWith('Warmed:');
}

export function warmMembers(group: AutoScalingGroup): GroupInstance[] {
  return [...group.members.values()].filter(isWarm);
}

/** Whether instances go back to the pool on scale-in. */
export function reuses({ warmPool }: AutoScalingGroup): boolean {
  return warmPool?.reuseOnScaleIn === true && warmPool.status === undefined;
}

/** How many instances the pool is to have (PutWarmPool, API reference). */
function sizeOf(group: AutoScalingGroup, { minSize, maxGroupPreparedCapacity, status }: WarmPool): number {
  if (status === 'PendingDelete') return 0;
  return Math.max(minSize, (maxGroupPreparedCapacity ?? group.maxSize) - group.desiredCapacity);
}

/** Launches what the pool lacks. A pool that is being deleted goes with its last instance. */
export function refillPool(world: AutoScalingWorld, group: AutoScalingGroup): void {
  const { warmPool: pool } = group;
  if (pool === undefined) return;
  const warm = warmMembers(group);
  if (pool.status === 'PendingDelete' && warm.length === 0) group.warmPool = undefined;
  if (group.suspended.has('Launch')) return;
  const cause = 'an instance was launched into the warm pool.';
  const zones = countZones(group);
  const size = sizeOf(group, pool);
  for (let count = warm.filter((member) => !isLeaving(member)).length; count < size; count++) {
    if (launch(world, group, { cause, into: 'WarmPool', zones }) === undefined) return;
  }
}

/**
 * Terminates, through their hooks, what a smaller pool has no place for, the oldest first. Only when the pool is changed:
 * what becomes of instances that return to a full pool is not documented, and here they stay.
 */
export function shrinkPool(world: AutoScalingWorld, group: AutoScalingGroup): void {
  if (group.warmPool === undefined) return;
  const staying = warmMembers(group).filter((member) => !isLeaving(member));
  const surplus = staying.length - sizeOf(group, group.warmPool);
  for (const member of staying.toSorted((a, b) => a.serial - b.serial).slice(0, Math.max(0, surplus))) {
    leave(world, member, { cause: 'the warm pool has become smaller.', hooks: 'run' });
  }
}

/** Ends the pool with all that is in it, without waiting for hooks (DeleteWarmPool with ForceDelete). */
export function emptyPool(world: AutoScalingWorld, group: AutoScalingGroup): void {
  for (const member of warmMembers(group)) forceOut(world, member, 'the warm pool is deleted.');
}

/** Scale-in with instance reuse: the terminate hooks run, towards the pool, and the instance lives on. */
export function returnToPool(world: AutoScalingWorld, member: GroupInstance): void {
  setState(world, member, 'Warmed:Pending');
  later(world.context, TIMING.groupStep, () => {
    if (member.state !== 'Warmed:Pending') return;
    runHooks(world, member, {
      passage: {
        state: 'Warmed:Pending',
        transition: 'autoscaling:EC2_INSTANCE_TERMINATING',
        origin: 'AutoScalingGroup',
        destination: 'WarmPool',
      },
      afterwards: (result) => {
        if (result === 'CONTINUE') return restInPool(world, member);
        if (member.group.retainOnAbandon) return setState(world, member, 'Warmed:Pending:Retained');
        leave(world, member, { cause: 'its return to the warm pool was abandoned.', hooks: 'skip' });
      },
    });
  });
}
