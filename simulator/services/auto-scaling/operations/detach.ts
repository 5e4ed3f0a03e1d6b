import type { Activity, DetachInstancesAnswer, DetachInstancesQuery } from '@aws-sdk/client-auto-scaling';
import type { Operation } from '../../../wire/service.ts';
import { validationError } from '../hooks.ts';
import { reconcileSoon } from '../reconcile.ts';
import { type AutoScalingWorld, type GroupInstance, now, setState } from '../state.ts';
import { setSize } from './capacity.ts';
import { findGroup, onGroup } from './find.ts';

/**
 * DetachInstances: the instances leave the group and run on, without any hook (Detach instances from your Auto Scaling
 * group, EC2 Auto Scaling guide). Without a decrement the group launches others in their place.
 */
export function detachInstances(world: AutoScalingWorld): Operation<DetachInstancesQuery, DetachInstancesAnswer> {
  return {
    authorize: (request) => onGroup(world, request.AutoScalingGroupName),
    run: ({ AutoScalingGroupName, InstanceIds = [], ShouldDecrementDesiredCapacity: decrements }) => {
      const group = findGroup(world, AutoScalingGroupName);
      const members = InstanceIds.map((id) => {
        const member = group.members.get(id);
        if (member === undefined)
          throw validationError(`The instance ${id} is not part of Auto Scaling group ${group.name}.`);
        if (member.state !== 'InService' && member.state !== 'Standby') {
          throw validationError(`The instance ${id} is not in InService or Standby.`);
        }
        return member;
      });
      if (decrements) setSize(group, { desired: group.desiredCapacity - members.length });
      for (const member of members) detach(world, member);
      reconcileSoon(world, group);
      return { Activities: members.map((member) => toActivity(world, member)) };
    },
  };
}

function detach(world: AutoScalingWorld, member: GroupInstance): void {
  setState(world, member, 'Detached');
  member.group.members.delete(member.instanceId);
  world.members.delete(member.instanceId);
  world.formerMembers.push(member);
}

function toActivity(world: AutoScalingWorld, { instanceId, group }: GroupInstance): Activity {
  return {
    ActivityId: world.context.random.uuid(),
    AutoScalingGroupName: group.name,
    Description: `Detaching EC2 instance: ${instanceId}`,
    Cause: `instance ${instanceId} was detached in response to a user request.`,
    StartTime: new Date(now(world)),
    StatusCode: 'Successful',
    Progress: 100,
  };
}
