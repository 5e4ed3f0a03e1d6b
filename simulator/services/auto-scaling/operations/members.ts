import type {
  AttachInstancesQuery,
  DetachInstancesAnswer,
  DetachInstancesQuery,
  SetInstanceProtectionQuery,
} from '@aws-sdk/client-auto-scaling';
import type { Operation } from '../../../wire/service.ts';
import type { Ec2Instance } from '../../ec2/instances.ts';
import { later } from '../../fleet-context.ts';
import { TIMING } from '../../fleet-timing.ts';
import { beginActivity, endQuietly } from '../activities.ts';
import { validationError } from '../hooks.ts';
import { addMember } from '../launching.ts';
import { reconcileSoon } from '../reconcile.ts';
import { type AutoScalingGroup, type AutoScalingWorld, type GroupInstance, setState } from '../state.ts';
import { activityShape } from './activities.ts';
import { setSize } from './capacity.ts';
import { findGroup, onGroup } from './find.ts';
import { refuseDeleting } from './groups.ts';

/** The named instances of the group, all in one of these states. */
export function findMembers(
  group: AutoScalingGroup,
  ids: readonly string[],
  states: readonly GroupInstance['state'][],
): GroupInstance[] {
  return ids.map((id) => {
    const member = group.members.get(id);
    if (member === undefined) {
      throw validationError(`The instance ${id} is not part of Auto Scaling group ${group.name}.`);
    }
    if (!states.includes(member.state)) throw validationError(`The instance ${id} is not in ${states.join(' or ')}.`);
    return member;
  });
}

/** Wording: public tools that read it. */
export function noRoomFor({ name, minSize, maxSize, desiredCapacity }: AutoScalingGroup, what: string) {
  return validationError(
    `AutoScalingGroup ${name} has min-size=${minSize}, max-size=${maxSize}, and desired-size=${desiredCapacity}. To ${what}, please update the AutoScalingGroup sizes appropriately.`,
  );
}

/**
 * AttachInstances: running instances that are in no group go into service, without any hook, and the desired capacity
 * grows with them (Detach or attach instances, EC2 Auto Scaling guide).
 */
export function attachInstances(world: AutoScalingWorld): Operation<AttachInstancesQuery> {
  return {
    authorize: (request) => onGroup(world, request.AutoScalingGroupName),
    run: ({ AutoScalingGroupName, InstanceIds: ids = [] }) => {
      const group = findGroup(world, AutoScalingGroupName);
      refuseDeleting(group);
      const instances = ids.map((id) => attachable(world, group, id));
      const desired = group.desiredCapacity + instances.length;
      if (desired > group.maxSize) throw noRoomFor(group, `attach ${instances.length} more instance(s)`);
      group.desiredCapacity = desired;
      for (const instance of instances) attach(world, group, instance);
      return {};
    },
  };
}

function attachable(world: AutoScalingWorld, { availabilityZones }: AutoScalingGroup, id: string): Ec2Instance {
  const instance = world.ec2.instances.get(id);
  if (instance === undefined) throw validationError(`Invalid Instance ID(s): [${id}].`);
  const other = world.members.get(id)?.group;
  if (other !== undefined) {
    throw validationError(`The Instance: ${id} is already part of AutoScalingGroup:${other.name}`);
  }
  if (instance.state !== 'running') {
    throw validationError(`Instance ${id} is not in correct state. Instance(s) must be in 'running' state.`);
  }
  if (availabilityZones.includes(instance.availabilityZone)) return instance;
  throw validationError(
    `The instance ${id} is in ${instance.availabilityZone}, which is not an Availability Zone of the group: ${availabilityZones.join(', ')}.`,
  );
}

function attach(world: AutoScalingWorld, group: AutoScalingGroup, ec2: Ec2Instance): void {
  ec2.tags.set('aws:autoscaling:groupName', group.name);
  const member = addMember(world, group, { ec2, state: 'Pending' });
  const cause = `an instance was attached in response to a user request, increasing the capacity to ${group.desiredCapacity}.`;
  beginActivity(world, member, { verb: 'Attaching an existing', cause });
  later(world.context, TIMING.groupStep, () => {
    if (member.state !== 'Pending') return;
    setState(world, member, 'InService');
    endQuietly(world, member);
  });
}

/**
 * DetachInstances: the instances leave the group and run on, without any hook (Detach instances from your Auto Scaling
 * group, EC2 Auto Scaling guide). Without a decrement the group launches others in their place.
 */
export function detachInstances(world: AutoScalingWorld): Operation<DetachInstancesQuery, DetachInstancesAnswer> {
  return {
    authorize: (request) => onGroup(world, request.AutoScalingGroupName),
    run: ({ AutoScalingGroupName, InstanceIds = [], ShouldDecrementDesiredCapacity: decrements }) => {
      const group = findGroup(world, AutoScalingGroupName);
      const members = findMembers(group, InstanceIds, ['InService', 'Standby']);
      if (decrements) setSize(group, { desired: group.desiredCapacity - members.length });
      const activities = members.map((member) => detach(world, member));
      reconcileSoon(world, group);
      return { Activities: activities };
    },
  };
}

function detach(world: AutoScalingWorld, member: GroupInstance) {
  const { instanceId, group } = member;
  const cause = `instance ${instanceId} was detached in response to a user request.`;
  const activity = beginActivity(world, member, { verb: 'Detaching', cause });
  setState(world, member, 'Detached');
  endQuietly(world, member);
  world.ec2.instances.get(instanceId)?.tags.delete('aws:autoscaling:groupName');
  group.members.delete(instanceId);
  world.members.delete(instanceId);
  world.formerMembers.push(member);
  return activityShape(group, activity);
}

/** SetInstanceProtection: from scale-in only. Instances in a warm pool cannot be protected. */
export function setInstanceProtection(world: AutoScalingWorld): Operation<SetInstanceProtectionQuery> {
  return {
    authorize: (request) => onGroup(world, request.AutoScalingGroupName),
    run: ({ AutoScalingGroupName, InstanceIds = [], ProtectedFromScaleIn: isProtected }) => {
      const group = findGroup(world, AutoScalingGroupName);
      const members = findMembers(group, InstanceIds, ['InService', 'EnteringStandby', 'Standby']);
      for (const member of members) member.protectedFromScaleIn = isProtected === true;
      return {};
    },
  };
}
