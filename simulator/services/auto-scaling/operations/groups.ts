import type {
  CreateAutoScalingGroupType,
  DeleteAutoScalingGroupType,
  LifecycleHookSpecification,
  UpdateAutoScalingGroupType,
} from '@aws-sdk/client-auto-scaling';
import { AwsError } from '../../../wire/aws-error.ts';
import type { Operation } from '../../../wire/service.ts';
import { addGroup, removeGroup } from '../groups.ts';
import { type HookSettings, putAndTestHook, validationError } from '../hooks.ts';
import { reconcileSoon } from '../reconcile.ts';
import type { AutoScalingGroup, AutoScalingWorld } from '../state.ts';
import { forceOut, isLeaving } from '../terminating.ts';
import { setSize } from './capacity.ts';
import { CONFIGURATION_MEMBERS, configurationOf } from './configuration.ts';
import { findGroup, onGroup } from './find.ts';
import { parseResult, parseTransition } from './lifecycle.ts';
import { refuseReserved } from './tags.ts';
import { refuseOthers } from './unmodelled.ts';

/** Quotas for Amazon EC2 Auto Scaling (guide). */
export const GROUPS_MAX = 200;

/** Those that are no configuration, and those that name what the account does not have. */
const CREATE_MEMBERS: ReadonlySet<string> = new Set([
  ...CONFIGURATION_MEMBERS,
  'LaunchConfigurationName',
  'LifecycleHookSpecificationList',
  'LoadBalancerNames',
  'Tags',
  'TargetGroupARNs',
  'VPCZoneIdentifier',
]);

/** CreateAutoScalingGroup: what cluster its instances join, the user data of its launch template tell. */
export function createAutoScalingGroup(world: AutoScalingWorld): Operation<CreateAutoScalingGroupType> {
  return {
    authorize: (request) => onGroup(world, request.AutoScalingGroupName),
    run: (request) => {
      refuseOthers(request, CREATE_MEMBERS);
      const hooks = hooksOf(request);
      const group = addGroup(world, settingsOf(world, request));
      try {
        for (const hook of hooks) putAndTestHook(world, group, hook);
      } catch (error) {
        // It has never been there: what is wrong with its hooks is wrong with the request.
        world.groups.delete(group.name);
        throw error;
      }
      reconcileSoon(world, group);
      return {};
    },
  };
}

function settingsOf(world: AutoScalingWorld, request: CreateAutoScalingGroupType) {
  const { AutoScalingGroupName: name = '', Tags: tags = [] } = request;
  refuseTaken(world, name);
  refuseBalancers(request);
  for (const { Key } of tags) refuseReserved(Key);
  const { launchTemplate, availabilityZones, ...configuration } = configurationOf(world, request);
  if (launchTemplate === undefined) {
    throw validationError(
      'Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.',
    );
  }
  if (availabilityZones === undefined || availabilityZones.length === 0) {
    throw validationError('At least one Availability Zone or VPC Subnet is required.');
  }
  return {
    ...configuration,
    ...sizeOf(request),
    name,
    launchTemplate,
    availabilityZones,
    tags: Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value])),
    tagsOfGroupOnly: tags.filter(({ PropagateAtLaunch }) => PropagateAtLaunch !== true).map(({ Key = '' }) => Key),
  };
}

function refuseTaken({ groups }: AutoScalingWorld, name: string): void {
  if (groups.has(name)) {
    throw new AwsError(
      'AlreadyExists',
      `AutoScalingGroup by this name already exists - A group with the name ${name} already exists`,
    );
  }
  if (groups.size < GROUPS_MAX) return;
  throw new AwsError('LimitExceeded', `You have reached the limit of ${GROUPS_MAX} Auto Scaling groups.`);
}

function refuseBalancers({ LoadBalancerNames, TargetGroupARNs }: CreateAutoScalingGroupType): void {
  const kind = LoadBalancerNames?.length ? 'Load Balancers' : TargetGroupARNs?.length ? 'Target Groups' : undefined;
  if (kind === undefined) return;
  throw validationError(`Provided ${kind} may not be valid. Please ensure they exist and try again.`);
}

function sizeOf({ MinSize: minSize = 0, MaxSize: maxSize = 0, DesiredCapacity: desired }: CreateAutoScalingGroupType) {
  const desiredCapacity = desired ?? minSize;
  if (minSize > maxSize) {
    throw validationError(`Max bound, ${maxSize}, must be greater than or equal to min bound, ${minSize}`);
  }
  if (desiredCapacity < minSize || desiredCapacity > maxSize) {
    throw validationError(
      `Desired capacity:${desiredCapacity} must be between the specified min size:${minSize} and max size:${maxSize}`,
    );
  }
  return { minSize, maxSize, desiredCapacity };
}

/** "Each hook must have the same notification target and IAM role" (Considerations and limitations for lifecycle hooks). */
function hooksOf({ LifecycleHookSpecificationList = [] }: CreateAutoScalingGroupType): HookSettings[] {
  const hooks = LifecycleHookSpecificationList.map(hookOf);
  const targets = new Set(
    hooks.map(({ notificationTargetArn = '', roleArn = '' }) => `${notificationTargetArn} ${roleArn}`),
  );
  if (targets.size <= 1) return hooks;
  throw validationError('All lifecycle hooks of a new group must have the same NotificationTargetARN and RoleARN.');
}

function hookOf(hook: LifecycleHookSpecification): HookSettings {
  const { DefaultResult: result } = hook;
  return {
    name: hook.LifecycleHookName ?? '',
    transition: parseTransition(hook.LifecycleTransition ?? ''),
    heartbeatTimeoutSeconds: hook.HeartbeatTimeout,
    defaultResult: result === undefined ? undefined : parseResult(result),
    notificationMetadata: hook.NotificationMetadata,
    notificationTargetArn: hook.NotificationTargetARN,
    roleArn: hook.RoleARN,
  };
}

const UPDATE_MEMBERS: ReadonlySet<string> = new Set([
  ...CONFIGURATION_MEMBERS,
  'LaunchConfigurationName',
  'VPCZoneIdentifier',
]);

/** UpdateAutoScalingGroup: what it leaves out stays. Instances that run keep what they were launched from. */
export function updateAutoScalingGroup(world: AutoScalingWorld): Operation<UpdateAutoScalingGroupType> {
  return {
    authorize: (request) => onGroup(world, request.AutoScalingGroupName),
    run: (request) => {
      refuseOthers(request, UPDATE_MEMBERS);
      const group = findGroup(world, request.AutoScalingGroupName);
      refuseDeleting(group);
      const changes = configurationOf(world, request);
      setSize(group, { min: request.MinSize, max: request.MaxSize, desired: request.DesiredCapacity });
      Object.assign(group, changes);
      reconcileSoon(world, group);
      return {};
    },
  };
}

export function refuseDeleting({ name, isDeleting }: AutoScalingGroup): void {
  if (!isDeleting) return;
  throw new AwsError('ScalingActivityInProgress', `The Auto Scaling group ${name} is being deleted.`);
}

/** DeleteAutoScalingGroup: with instances only by force, which terminates them without waiting for hooks. */
export function deleteAutoScalingGroup(world: AutoScalingWorld): Operation<DeleteAutoScalingGroupType> {
  return {
    authorize: (request) => onGroup(world, request.AutoScalingGroupName),
    run: (request) => {
      const group = findGroup(world, request.AutoScalingGroupName);
      if (request.ForceDelete !== true) refuseInUse(group);
      if (group.members.size === 0) {
        removeGroup(world, group);
        return {};
      }
      group.isDeleting = true;
      setSize(group, { min: 0, max: 0, desired: 0 });
      for (const member of [...group.members.values()]) forceOut(world, member, 'the Auto Scaling group is deleted.');
      return {};
    },
  };
}

function refuseInUse({ members }: AutoScalingGroup): void {
  if (members.size === 0) return;
  throw [...members.values()].every(isLeaving)
    ? new AwsError(
        'ScalingActivityInProgress',
        'You cannot delete an AutoScalingGroup while there are scaling activities in progress for that group.',
      )
    : new AwsError(
        'ResourceInUse',
        'You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.',
      );
}
