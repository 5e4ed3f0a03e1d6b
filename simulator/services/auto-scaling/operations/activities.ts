import type {
  ActivitiesType,
  Activity as ActivityShape,
  DescribeScalingActivitiesType,
  Filter,
} from '@aws-sdk/client-auto-scaling';
import type { Operation } from '../../../wire/service.ts';
import { validationError } from '../hooks.ts';
import type { Activity, AutoScalingGroup, AutoScalingWorld } from '../state.ts';
import { findGroup, nextTokenOf, pageOfItems } from './find.ts';

/** DescribeScalingActivities: newest first. */
export function describeScalingActivities(
  world: AutoScalingWorld,
): Operation<DescribeScalingActivitiesType, ActivitiesType> {
  return {
    authorize: () => ({ resources: ['*'] }),
    run: (request) => {
      const ids = request.ActivityIds ?? [];
      const found = groupsOf(world, request)
        .flatMap((group) => group.activities.map((activity) => ({ activity, group })))
        .filter(({ activity }) => ids.length === 0 || ids.includes(activity.id))
        .filter(({ activity }) => (request.Filters ?? []).every((filter) => matches(activity, filter)))
        .sort((a, b) => b.activity.serial - a.activity.serial)
        // The pages go backwards in time too, and their tokens count what is older.
        .map((entry) => ({ ...entry, serial: Number.MAX_SAFE_INTEGER - entry.activity.serial }));
      const page = pageOfItems(found, request, { usual: 100, max: 100 });
      return {
        Activities: page.items.map(({ activity, group }) => ({
          ...activityShape(group, activity),
          AutoScalingGroupARN: group.arn,
          AutoScalingGroupState: world.groups.get(group.name) === group ? 'InService' : 'Deleted',
        })),
        ...nextTokenOf(page),
      };
    },
  };
}

function groupsOf(world: AutoScalingWorld, request: DescribeScalingActivitiesType): AutoScalingGroup[] {
  const { AutoScalingGroupName: name, IncludeDeletedGroups: includesDeleted = false } = request;
  const all = [...world.groups.values(), ...(includesDeleted ? world.deletedGroups : [])];
  if (name === undefined) return all;
  return includesDeleted ? all.filter((group) => group.name === name) : [findGroup(world, name)];
}

function matches(activity: Activity, { Name: name, Values: values = [] }: Filter): boolean {
  switch (name) {
    case 'Status':
      return values.includes(activity.status);
    case 'StartTimeLowerBound':
      return values.every((value) => activity.startedAtMs >= Date.parse(value));
    case 'StartTimeUpperBound':
      return values.every((value) => activity.startedAtMs <= Date.parse(value));
    default:
      throw validationError(
        `Filter type ${name} is not correct. Allowed Filter types are: StartTimeLowerBound, StartTimeUpperBound, Status`,
      );
  }
}

export function activityShape(group: AutoScalingGroup, activity: Activity): ActivityShape {
  const { endedAtMs, statusMessage } = activity;
  return {
    ActivityId: activity.id,
    AutoScalingGroupName: group.name,
    Description: activity.description,
    Cause: activity.cause,
    StartTime: new Date(activity.startedAtMs),
    StatusCode: activity.status,
    Progress: endedAtMs === undefined ? 50 : 100,
    ...(statusMessage === undefined ? {} : { StatusMessage: statusMessage }),
    ...(endedAtMs === undefined ? {} : { EndTime: new Date(endedAtMs) }),
  };
}
