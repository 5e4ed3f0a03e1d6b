import type {
  ActivityType,
  SetDesiredCapacityType,
  SetInstanceHealthQuery,
  TerminateInstanceInAutoScalingGroupType,
} from '@aws-sdk/client-auto-scaling';
import { AwsError } from '../../../wire/aws-error.ts';
import type { Operation } from '../../../wire/service.ts';
import { validationError } from '../hooks.ts';
import { markUnhealthy, reconcileSoon } from '../reconcile.ts';
import { type AutoScalingGroup, type AutoScalingWorld, type GroupInstance, now } from '../state.ts';
import { isLeaving, leave } from '../terminating.ts';
import { activityShape } from './activities.ts';
import { findGroup, findMember, onGroup, onGroupOf } from './find.ts';

/** SetInstanceHealth: Unhealthy replaces the instance at once, unless it is young and the grace period is respected. */
export function setInstanceHealth(world: AutoScalingWorld): Operation<SetInstanceHealthQuery> {
  return {
    authorize: (request) => onGroupOf(world, request.InstanceId),
    run: (request) => {
      const member = findMember(world, request.InstanceId);
      if (request.HealthStatus !== 'Healthy' && request.HealthStatus !== 'Unhealthy') {
        throw validationError("HealthStatus must be one of 'Healthy' or 'Unhealthy'.");
      }
      if (member.state !== 'InService' && member.state !== 'Standby') return {};
      if ((request.ShouldRespectGracePeriod ?? true) && inGracePeriod(world, member)) return {};
      if (request.HealthStatus === 'Healthy') member.health = 'Healthy';
      else if (member.state === 'Standby') member.health = 'Unhealthy';
      else markUnhealthy(world, member, 'a user health-check');
      return {};
    },
  };
}

function inGracePeriod(world: AutoScalingWorld, { group, launchedAtMs }: GroupInstance): boolean {
  return now(world) < launchedAtMs + group.healthCheckGracePeriodSeconds * 1_000;
}

export function setDesiredCapacity(world: AutoScalingWorld): Operation<SetDesiredCapacityType> {
  return {
    authorize: (request) => onGroup(world, request.AutoScalingGroupName),
    run: (request) => {
      const group = findGroup(world, request.AutoScalingGroupName);
      setSize(group, { desired: request.DesiredCapacity });
      reconcileSoon(world, group);
      return {};
    },
  };
}

interface Size {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly desired?: number | undefined;
}

/** A named desired capacity must fit; an unnamed one is moved into the new bounds (UpdateAutoScalingGroup). */
export function setSize(group: AutoScalingGroup, { min = group.minSize, max = group.maxSize, desired }: Size): void {
  if (min > max) throw validationError(`MinSize, ${min}, must be less than or equal to MaxSize, ${max}`);
  if (desired !== undefined && desired > max) {
    throw validationError(
      `New SetDesiredCapacity value ${desired} is above max value ${max} for the AutoScalingGroup.`,
    );
  }
  if (desired !== undefined && desired < min) {
    throw validationError(
      `New SetDesiredCapacity value ${desired} is below min value ${min} for the AutoScalingGroup.`,
    );
  }
  group.minSize = min;
  group.maxSize = max;
  group.desiredCapacity = desired ?? Math.min(max, Math.max(min, group.desiredCapacity));
}

export function terminateInstanceInAutoScalingGroup(
  world: AutoScalingWorld,
): Operation<TerminateInstanceInAutoScalingGroupType, ActivityType> {
  return {
    authorize: (request) => onGroupOf(world, request.InstanceId),
    run: (request) => {
      const member = findMember(world, request.InstanceId);
      const decrements = request.ShouldDecrementDesiredCapacity === true;
      terminateMember(world, member, decrements ? 'shrink' : 'replace');
      const { activity, group } = member;
      if (activity === undefined) throw new AwsError('ScalingActivityInProgress', 'The instance is being terminated.');
      return { Activity: activityShape(group, activity) };
    },
  };
}

/** Ends an instance of the group through its hooks; `shrink` lowers the desired capacity, `replace` keeps it. */
export function terminateMember(world: AutoScalingWorld, member: GroupInstance, then: 'shrink' | 'replace'): void {
  const { group } = member;
  if (isLeaving(member)) return;
  if (then === 'shrink' && !member.state.startsWith('Warmed:') && !member.state.endsWith(':Retained')) {
    if (group.desiredCapacity - 1 < group.minSize) {
      throw validationError(
        `Currently, desiredSize equals minSize (${group.minSize}). Terminating instance without replacement will violate group's min size constraint.`,
      );
    }
    group.desiredCapacity--;
  }
  leave(world, member, { cause: 'an instance was taken out of service in response to a user request.', hooks: 'run' });
}
