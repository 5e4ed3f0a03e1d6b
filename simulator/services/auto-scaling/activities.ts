import { isoDate } from '../fleet-context.ts';
import { type Activity, type AutoScalingWorld, type GroupInstance, now } from './state.ts';

/** Begins a scaling activity of the instance (DescribeScalingActivities). */
export function beginActivity(
  world: AutoScalingWorld,
  member: GroupInstance,
  { verb, cause }: { readonly verb: 'Launching a new' | 'Terminating'; readonly cause: string },
): void {
  const activity: Activity = {
    serial: world.serial++,
    id: world.context.random.uuid(),
    description: `${verb} EC2 instance: ${member.instanceId}`,
    cause: `At ${isoDate(now(world)).replace(/\.\d+Z$/, 'Z')} ${cause}`,
    startedAtMs: now(world),
    endedAtMs: undefined,
    status: 'InProgress',
  };
  member.activity = activity;
  member.group.activities.unshift(activity);
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
