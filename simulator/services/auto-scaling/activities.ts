import { isoDate } from '../fleet-context.ts';
import { type Activity, type AutoScalingGroup, type AutoScalingWorld, type GroupInstance, now } from './state.ts';

type Doing = 'Launching a new' | 'Terminating' | 'Attaching an existing' | 'Detaching';

/** Begins a scaling activity of the instance (DescribeScalingActivities). */
export function beginActivity(
  world: AutoScalingWorld,
  member: GroupInstance,
  { verb, cause }: { readonly verb: Doing; readonly cause: string },
): Activity {
  return begin(world, member, { description: `${verb} EC2 instance: ${member.instanceId}`, cause });
}

/** A move to Standby, or out of it. */
export function beginMove(
  world: AutoScalingWorld,
  member: GroupInstance,
  { where, cause }: { readonly where: 'to' | 'out of'; readonly cause: string },
): Activity {
  return begin(world, member, { description: `Moving EC2 instance ${where} Standby: ${member.instanceId}`, cause });
}

function begin(world: AutoScalingWorld, member: GroupInstance, what: What): Activity {
  const activity = addActivity(world, member.group, what);
  member.activity = activity;
  return activity;
}

interface What {
  readonly description: string;
  readonly cause: string;
}

export function addActivity(world: AutoScalingWorld, group: AutoScalingGroup, { description, cause }: What): Activity {
  const activity: Activity = {
    serial: world.serial++,
    id: world.context.random.uuid(),
    description,
    cause: `At ${isoDate(now(world)).replace(/\.\d+Z$/, 'Z')} ${cause}`,
    startedAtMs: now(world),
    endedAtMs: undefined,
    status: 'InProgress',
    statusMessage: undefined,
  };
  group.activities.unshift(activity);
  return activity;
}

/** Ends an activity of which no event tells: attaching, detaching and Standby. */
export function endQuietly(world: AutoScalingWorld, member: GroupInstance): void {
  const { activity } = member;
  if (activity === undefined) return;
  activity.status = 'Successful';
  activity.endedAtMs = now(world);
  member.activity = undefined;
}

/** Ends the activity and tells the bus of it, as `EC2 Instance Launch Successful` and so on. */
export function endActivity(
  world: AutoScalingWorld,
  member: GroupInstance,
  { kind, status }: { readonly kind: 'Launch' | 'Terminate'; readonly status: 'Successful' | 'Failed' | 'Cancelled' },
): void {
  const { activity, group } = member;
  if (activity === undefined) return;
  activity.status = status;
  activity.endedAtMs = now(world);
  member.activity = undefined;
  if (status === 'Cancelled') return;
  const outcome = status === 'Successful' ? 'Successful' : 'Unsuccessful';
  world.context.publish({
    source: 'aws.autoscaling',
    'detail-type': `EC2 Instance ${kind} ${outcome}`,
    resources: [group.arn],
    detail: {
      StatusCode: status === 'Successful' ? 'InProgress' : 'Failed',
      Description: activity.description,
      AutoScalingGroupName: group.name,
      ActivityId: activity.id,
      RequestId: activity.id,
      Cause: activity.cause,
      EC2InstanceId: member.instanceId,
      StartTime: isoDate(activity.startedAtMs),
      EndTime: isoDate(activity.endedAtMs),
      Details: { 'Availability Zone': member.availabilityZone },
      StatusMessage: '',
    },
  });
}
