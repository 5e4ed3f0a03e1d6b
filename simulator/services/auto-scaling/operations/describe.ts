import type {
  AutoScalingGroupNamesType,
  AutoScalingGroup as AutoScalingGroupShape,
  AutoScalingGroupsType,
  AutoScalingInstancesType,
  DescribeAutoScalingInstancesType,
  DescribeLifecycleHooksAnswer,
  DescribeLifecycleHooksType,
  Filter,
} from '@aws-sdk/client-auto-scaling';
import type { Operation } from '../../../wire/service.ts';
import type { LaunchTemplate } from '../../ec2/launch-templates.ts';
import { inOrder } from '../../pages.ts';
import { validationError } from '../hooks.ts';
import type { AutoScalingGroup, AutoScalingWorld, GroupInstance } from '../state.ts';
import { isWarm } from '../warm-pool.ts';
import { findGroup, nextTokenOf, pageOfItems } from './find.ts';
import { tagShapes } from './tags.ts';
import { poolShape } from './warm-pool.ts';

/** DescribeAutoScalingGroups: 50 groups a page unless asked for up to 100, each with all its instances. */
export function describeAutoScalingGroups(
  world: AutoScalingWorld,
): Operation<AutoScalingGroupNamesType, AutoScalingGroupsType> {
  return {
    authorize: () => ({ resources: ['*'] }),
    run: (request) => {
      const names = request.AutoScalingGroupNames ?? [];
      const groups = inOrder(world.groups.values()).filter(
        (group) =>
          (names.length === 0 || names.includes(group.name)) &&
          (request.Filters ?? []).every((filter) => matchesTags(group, filter)),
      );
      const page = pageOfItems(groups, request, { usual: 50, max: 100 });
      return {
        AutoScalingGroups: page.items.map((group) => groupShape(group, request.IncludeInstances ?? true)),
        ...nextTokenOf(page),
      };
    },
  };
}

function matchesTags(group: AutoScalingGroup, { Name: name = '', Values: values = [] }: Filter): boolean {
  if (name === 'tag-key') return values.some((key) => group.tags.has(key));
  if (name === 'tag-value') return [...group.tags.values()].some((value) => values.includes(value));
  if (name.startsWith('tag:')) return values.includes(group.tags.get(name.slice(4)) ?? '');
  throw validationError(`Filter type ${name} is not correct. Allowed Filter types are: tag-key, tag-value, tag:<key>`);
}

function groupShape(group: AutoScalingGroup, includeInstances: boolean): AutoScalingGroupShape {
  const members = [...group.members.values()];
  const { warmPool } = group;
  return {
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: group.arn,
    MinSize: group.minSize,
    MaxSize: group.maxSize,
    DesiredCapacity: group.desiredCapacity,
    DefaultCooldown: group.defaultCooldownSeconds,
    AvailabilityZones: [...group.availabilityZones],
    LaunchTemplate: templateShape(group.launchTemplate),
    HealthCheckType: group.healthCheckType,
    HealthCheckGracePeriod: group.healthCheckGracePeriodSeconds,
    CreatedTime: new Date(group.createdAtMs),
    Instances: includeInstances ? members.filter((member) => !isWarm(member)).map(instanceShape) : [],
    SuspendedProcesses: [...group.suspended].map((ProcessName) => ({
      ProcessName,
      SuspensionReason: 'User suspended',
    })),
    Tags: tagShapes(group),
    TerminationPolicies: [...group.terminationPolicies],
    NewInstancesProtectedFromScaleIn: group.newInstancesProtected,
    InstanceLifecyclePolicy: {
      RetentionTriggers: { TerminateHookAbandon: group.retainOnAbandon ? 'retain' : 'terminate' },
    },
    ...(group.defaultInstanceWarmupSeconds === undefined
      ? {}
      : { DefaultInstanceWarmup: group.defaultInstanceWarmupSeconds }),
    ...(group.isDeleting ? { Status: 'Delete in progress' } : {}),
    ...(warmPool === undefined
      ? {}
      : {
          WarmPoolSize: members.filter(isWarm).length,
          WarmPoolConfiguration: poolShape(warmPool),
        }),
  };
}

export function instanceShape(member: GroupInstance) {
  return {
    InstanceId: member.instanceId,
    InstanceType: member.instanceType,
    AvailabilityZone: member.availabilityZone,
    LifecycleState: member.state,
    HealthStatus: member.health,
    ProtectedFromScaleIn: member.protectedFromScaleIn,
    ...(member.launchTemplate === undefined ? {} : { LaunchTemplate: templateShape(member.launchTemplate) }),
  };
}

/** @param version as the group names it, or the number that an instance was launched from */
function templateShape({
  template,
  version,
}: {
  readonly template: LaunchTemplate;
  readonly version: string | number;
}) {
  return { LaunchTemplateId: template.id, LaunchTemplateName: template.name, Version: `${version}` };
}

/** DescribeAutoScalingInstances: up to 50 ids; those that no group knows are left out without a word. */
export function describeAutoScalingInstances(
  world: AutoScalingWorld,
): Operation<DescribeAutoScalingInstancesType, AutoScalingInstancesType> {
  return {
    authorize: () => ({ resources: ['*'] }),
    run: (request) => {
      const ids = request.InstanceIds;
      if (ids !== undefined && ids.length > 50) throw validationError('The number of instance IDs must not exceed 50.');
      const found =
        ids === undefined || ids.length === 0
          ? inOrder(world.members.values())
          : inOrder(new Set(ids.flatMap((id) => world.members.get(id) ?? [])));
      const page = pageOfItems(found, request, { usual: 50, max: 50 });
      return {
        AutoScalingInstances: page.items.map((member) => ({
          ...instanceShape(member),
          // This operation spells the health in capitals (AutoScalingInstanceDetails, API reference).
          HealthStatus: member.health.toUpperCase(),
          AutoScalingGroupName: member.group.name,
        })),
        ...nextTokenOf(page),
      };
    },
  };
}

export function describeLifecycleHooks(
  world: AutoScalingWorld,
): Operation<DescribeLifecycleHooksType, DescribeLifecycleHooksAnswer> {
  return {
    authorize: () => ({ resources: ['*'] }),
    run: (request) => {
      const group = findGroup(world, request.AutoScalingGroupName);
      const names = request.LifecycleHookNames ?? [];
      const hooks = [...group.hooks.values()].filter((hook) => names.length === 0 || names.includes(hook.name));
      return {
        LifecycleHooks: hooks.map((hook) => ({
          LifecycleHookName: hook.name,
          AutoScalingGroupName: group.name,
          LifecycleTransition: hook.transition,
          HeartbeatTimeout: hook.heartbeatTimeoutSeconds,
          GlobalTimeout: hook.globalTimeoutSeconds,
          DefaultResult: hook.defaultResult,
          ...(hook.notificationMetadata === undefined ? {} : { NotificationMetadata: hook.notificationMetadata }),
          ...(hook.notificationTargetArn === undefined ? {} : { NotificationTargetARN: hook.notificationTargetArn }),
          ...(hook.roleArn === undefined ? {} : { RoleARN: hook.roleArn }),
        })),
      };
    },
  };
}
