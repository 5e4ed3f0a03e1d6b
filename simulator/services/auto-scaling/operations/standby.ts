import type {
  EnterStandbyAnswer,
  EnterStandbyQuery,
  ExitStandbyAnswer,
  ExitStandbyQuery,
} from '@aws-sdk/client-auto-scaling';
import type { Operation } from '../../../wire/service.ts';
import { later } from '../../fleet-context.ts';
import { TIMING } from '../../fleet-timing.ts';
import { beginMove, endQuietly } from '../activities.ts';
import { reconcileSoon } from '../reconcile.ts';
import { type AutoScalingWorld, type GroupInstance, setState } from '../state.ts';
import { activityShape } from './activities.ts';
import { findGroup, onGroup } from './find.ts';
import { findMembers, noRoomFor } from './members.ts';

/**
 * EnterStandby: out of service, but still of the group, without any hook. Without a decrement the group launches others
 * in their place (Temporarily remove instances, EC2 Auto Scaling guide).
 */
export function enterStandby(world: AutoScalingWorld): Operation<EnterStandbyQuery, EnterStandbyAnswer> {
  return {
    authorize: (request) => onGroup(world, request.AutoScalingGroupName),
    run: ({ AutoScalingGroupName, InstanceIds = [], ShouldDecrementDesiredCapacity: decrements }) => {
      const group = findGroup(world, AutoScalingGroupName);
      const members = findMembers(group, InstanceIds, ['InService']);
      if (decrements) {
        const desired = group.desiredCapacity - members.length;
        if (desired < group.minSize) throw noRoomFor(group, `place into standby ${members.length} instance(s)`);
        group.desiredCapacity = desired;
      }
      const cause = (id: string) => `instance ${id} was moved to standby in response to a user request.`;
      const activities = members.map((member) => {
        const activity = beginMove(world, member, { where: 'to', cause: cause(member.instanceId) });
        moveOn(world, member, ['EnteringStandby', 'Standby']);
        return activityShape(group, activity);
      });
      reconcileSoon(world, group);
      return { Activities: activities };
    },
  };
}

/** ExitStandby: into service again, without any hook; the desired capacity grows with them. */
export function exitStandby(world: AutoScalingWorld): Operation<ExitStandbyQuery, ExitStandbyAnswer> {
  return {
    authorize: (request) => onGroup(world, request.AutoScalingGroupName),
    run: ({ AutoScalingGroupName, InstanceIds = [] }) => {
      const group = findGroup(world, AutoScalingGroupName);
      const members = findMembers(group, InstanceIds, ['Standby']);
      const desired = group.desiredCapacity + members.length;
      if (desired > group.maxSize) throw noRoomFor(group, `remove from standby ${members.length} instance(s)`);
      group.desiredCapacity = desired;
      const cause = (id: string) => `instance ${id} was moved out of standby in response to a user request.`;
      const activities = members.map((member) => {
        const activity = beginMove(world, member, { where: 'out of', cause: cause(member.instanceId) });
        moveOn(world, member, ['Pending', 'InService']);
        return activityShape(group, activity);
      });
      return { Activities: activities };
    },
  };
}

function moveOn(
  world: AutoScalingWorld,
  member: GroupInstance,
  [first, then]: readonly [GroupInstance['state'], GroupInstance['state']],
): void {
  setState(world, member, first);
  later(world.context, TIMING.groupStep, () => {
    if (member.state !== first) return;
    setState(world, member, then);
    endQuietly(world, member);
  });
}
