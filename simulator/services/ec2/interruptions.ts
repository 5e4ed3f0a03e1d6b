import { tell } from '../fleet-context.ts';
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

/** EC2 Instance Rebalance Recommendation: the instance is at elevated risk; nothing follows by itself. */
export function recommendRebalance(ec2: Ec2World, instance: Ec2Instance): void {
  ec2.context.publish({
    source: 'aws.ec2',
    'detail-type': 'EC2 Instance Rebalance Recommendation',
    resources: [zonalArn(instance)],
    detail: { 'instance-id': instance.instanceId },
  });
}
