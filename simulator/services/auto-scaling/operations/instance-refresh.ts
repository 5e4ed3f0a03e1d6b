import type {
  CancelInstanceRefreshAnswer,
  CancelInstanceRefreshType,
  DescribeInstanceRefreshesAnswer,
  DescribeInstanceRefreshesType,
  RefreshPreferences as PreferencesShape,
  InstanceRefresh as RefreshShape,
  StartInstanceRefreshAnswer,
  StartInstanceRefreshType,
} from '@aws-sdk/client-auto-scaling';
import { AwsError } from '../../../wire/aws-error.ts';
import type { Operation } from '../../../wire/service.ts';
import { validationError } from '../hooks.ts';
import {
  activeRefresh,
  cancelRefresh,
  type InstanceRefresh,
  instancesToUpdate,
  type RefreshPreferences,
  startRefresh,
} from '../instance-refresh.ts';
import type { AutoScalingWorld, LaunchSource } from '../state.ts';
import { launchSource } from './configuration.ts';
import { findGroup, nextTokenOf, onGroup, pageOfItems } from './find.ts';
import { refuseDeleting } from './groups.ts';
import { refuseOthers } from './unmodelled.ts';

const PREFERENCES: ReadonlySet<string> = new Set([
  'BakeTime',
  'InstanceWarmup',
  'MinHealthyPercentage',
  'ScaleInProtectedInstances',
  'SkipMatching',
  'StandbyInstances',
]);

/** StartInstanceRefresh: one at a time. Without checkpoints, rollbacks, alarms and launches ahead of terminations. */
export function startInstanceRefresh(
  world: AutoScalingWorld,
): Operation<StartInstanceRefreshType, StartInstanceRefreshAnswer> {
  return {
    authorize: (request) => onGroup(world, request.AutoScalingGroupName),
    run: (request) => {
      const group = findGroup(world, request.AutoScalingGroupName);
      refuseDeleting(group);
      if (activeRefresh(group) !== undefined) {
        const message = 'An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.';
        throw new AwsError('InstanceRefreshInProgress', message);
      }
      if (group.warmPool !== undefined) {
        throw validationError('The simulator does not model instance refreshes of groups with a warm pool');
      }
      const { id } = startRefresh(world, {
        group,
        strategy: request.Strategy ?? 'Rolling',
        preferences: preferencesOf(request.Preferences ?? {}),
        launchTemplate: desiredTemplate(world, request),
      });
      return { InstanceRefreshId: id };
    },
  };
}

function preferencesOf(preferences: PreferencesShape): RefreshPreferences {
  refuseOthers(preferences, PREFERENCES);
  return {
    minHealthyPercentage: preferences.MinHealthyPercentage ?? 90,
    instanceWarmupSeconds: preferences.InstanceWarmup,
    skipMatching: preferences.SkipMatching ?? false,
    scaleInProtectedInstances: preferences.ScaleInProtectedInstances ?? 'Wait',
    standbyInstances: preferences.StandbyInstances ?? 'Wait',
    bakeSeconds: preferences.BakeTime ?? 0,
  };
}

function desiredTemplate(
  world: AutoScalingWorld,
  { DesiredConfiguration: desired }: StartInstanceRefreshType,
): LaunchSource | undefined {
  if (desired === undefined) return undefined;
  refuseOthers(desired, new Set(['LaunchTemplate']));
  return desired.LaunchTemplate && launchSource(world, desired.LaunchTemplate);
}

/** DescribeInstanceRefreshes: newest first. */
export function describeInstanceRefreshes(
  world: AutoScalingWorld,
): Operation<DescribeInstanceRefreshesType, DescribeInstanceRefreshesAnswer> {
  return {
    authorize: () => ({ resources: ['*'] }),
    run: (request) => {
      const { refreshes } = findGroup(world, request.AutoScalingGroupName);
      const ids = request.InstanceRefreshIds ?? [];
      const found = refreshes
        .filter(({ id }) => ids.length === 0 || ids.includes(id))
        .map((refresh) => ({ refresh, serial: Number.MAX_SAFE_INTEGER - refresh.serial }));
      const page = pageOfItems(found, request, { usual: 50, max: 100 });
      return { InstanceRefreshes: page.items.map(({ refresh }) => refreshShape(world, refresh)), ...nextTokenOf(page) };
    },
  };
}

function refreshShape(world: AutoScalingWorld, refresh: InstanceRefresh): RefreshShape {
  const { preferences, launchTemplate, statusReason, endedAtMs, total } = refresh;
  const toUpdate = instancesToUpdate(world, refresh);
  const isBegun = refresh.status !== 'Pending';
  const complete = total === 0 ? 100 : Math.floor((100 * (total - toUpdate)) / total);
  return {
    InstanceRefreshId: refresh.id,
    AutoScalingGroupName: refresh.group.name,
    Status: refresh.status,
    ...(statusReason === undefined ? {} : { StatusReason: statusReason }),
    StartTime: new Date(refresh.startedAtMs),
    ...(endedAtMs === undefined ? {} : { EndTime: new Date(endedAtMs) }),
    PercentageComplete: isBegun ? complete : 0,
    InstancesToUpdate: toUpdate,
    Preferences: {
      MinHealthyPercentage: preferences.minHealthyPercentage,
      ...(preferences.instanceWarmupSeconds === undefined ? {} : { InstanceWarmup: preferences.instanceWarmupSeconds }),
      SkipMatching: preferences.skipMatching,
      ScaleInProtectedInstances: preferences.scaleInProtectedInstances,
      StandbyInstances: preferences.standbyInstances,
      BakeTime: preferences.bakeSeconds,
    },
    ...(launchTemplate === undefined
      ? {}
      : {
          DesiredConfiguration: {
            LaunchTemplate: {
              LaunchTemplateId: launchTemplate.template.id,
              LaunchTemplateName: launchTemplate.template.name,
              Version: launchTemplate.version,
            },
          },
        }),
    Strategy: refresh.strategy,
  };
}

export function cancelInstanceRefresh(
  world: AutoScalingWorld,
): Operation<CancelInstanceRefreshType, CancelInstanceRefreshAnswer> {
  return {
    authorize: (request) => onGroup(world, request.AutoScalingGroupName),
    run: (request) => {
      const refresh = activeRefresh(findGroup(world, request.AutoScalingGroupName));
      if (refresh === undefined || refresh.status === 'Cancelling') {
        const message = 'No in progress or pending Instance Refresh found for Auto Scaling group';
        throw new AwsError('ActiveInstanceRefreshNotFound', `${message} ${request.AutoScalingGroupName}`);
      }
      cancelRefresh(world, refresh, request.WaitForTransitioningInstances ?? true);
      return { InstanceRefreshId: refresh.id };
    },
  };
}
