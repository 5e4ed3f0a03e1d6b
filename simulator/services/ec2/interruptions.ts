import { isoDate, tell } from '../fleet-context.ts';
import { LIMITS } from '../fleet-timing.ts';
import { type Ec2Instance, type Ec2World, stopInstance, terminateInstance } from './instances.ts';

export type SpotAction = 'terminate' | 'stop' | 'hibernate';

/** Spot events name the instance by zone and without an account (EC2 guide, Spot Instance interruption notices). */
function zonalArn({ availabilityZone, instanceId }: Ec2Instance): string {
  return `arn:aws:ec2:${availabilityZone}:instance/${instanceId}`;
}

/**
 * The two-minute warning, and the reclaim that follows it; terminating the instance meanwhile makes it harmless.
 *
 * @param interruption `comesTrue`: whether the reclaim follows; EC2 calls one off now and then
 */
export function interruptSpot(
  ec2: Ec2World,
  instance: Ec2Instance,
  { action, comesTrue }: { readonly action: SpotAction; readonly comesTrue: boolean },
): void {
  const { instanceId: id } = instance;
  tell(ec2.context, id, 'spot interruption', { ec2InstanceId: id, action });
  ec2.context.publish({
    source: 'aws.ec2',
    'detail-type': 'EC2 Spot Instance Interruption Warning',
    resources: [zonalArn(instance)],
    detail: { 'instance-id': id, 'instance-action': action },
  });
  if (!comesTrue) return;
  ec2.context.kernel.clock.after(LIMITS.spotNoticeMs, () => {
    if (action === 'terminate') terminateInstance(ec2, instance, 'Server.SpotInstanceTermination');
    else stopInstance(ec2, instance, 'Server.SpotInstanceShutdown');
  });
}

/** AWS Health, EC2 scheduled changes (Health user guide, EventBridge schema); times are in RFC 1123. */
export function scheduleRetirement(ec2: Ec2World, instance: Ec2Instance, inMs: number): void {
  const { random, kernel } = ec2.context;
  const { instanceId: id } = instance;
  const notBeforeMs = kernel.clock.now() + inMs;
  const description = 'The instance is running on degraded hardware';
  instance.scheduledEvents.push({
    id: `instance-event-0${random.hex(16)}`,
    code: 'instance-retirement',
    description,
    notBeforeMs,
  });
  const { region, accountId } = kernel.place;
  const type = 'AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED';
  ec2.context.publish({
    source: 'aws.health',
    'detail-type': 'AWS Health Event',
    resources: [id],
    detail: {
      eventArn: `arn:aws:health:${region}::event/EC2/${type}/${type}_${random.uuid()}`,
      service: 'EC2',
      eventTypeCode: type,
      eventTypeCategory: 'scheduledChange',
      eventScopeCode: 'ACCOUNT_SPECIFIC',
      communicationId: random.hex(40),
      startTime: new Date(notBeforeMs).toUTCString(),
      lastUpdatedTime: new Date(kernel.clock.now()).toUTCString(),
      statusCode: 'upcoming',
      eventRegion: region,
      eventDescription: [{ language: 'en_US', latestDescription: description }],
      affectedEntities: [{ entityValue: id, status: 'PENDING' }],
      affectedAccount: accountId,
      page: '1',
      totalPages: '1',
      backupEvent: 'false',
    },
  });
  tell(ec2.context, id, 'retirement scheduled', { ec2InstanceId: id, notBefore: isoDate(notBeforeMs) });
  kernel.clock.at(notBeforeMs, () => terminateInstance(ec2, instance, 'Server.ScheduledRetirement'));
}

/** EC2 Instance Rebalance Recommendation: the instance is at elevated risk; nothing follows by itself. */
export function recommendRebalance(ec2: Ec2World, instance: Ec2Instance): void {
  ec2.context.publish({
    source: 'aws.ec2',
    'detail-type': 'EC2 Instance Rebalance Recommendation',
    resources: [zonalArn(instance)],
    detail: { 'instance-id': instance.instanceId },
  });
}
