import * as z from 'zod/mini';
import type { Ec2InstanceId } from '../domain/model.ts';
import { type EventBridgeEvent, type IgnoredEvent, parseDetail } from './envelope.ts';
import { ec2InstanceId } from './identifiers.ts';

/** EC2 takes a Spot Instance back two minutes after the event, whatever anybody does. */
export interface SpotInterruption {
  readonly kind: 'spot-interruption';
  readonly ec2InstanceId: Ec2InstanceId;
  /** terminate, stop or hibernate; unknown ones may appear. Hibernation begins at once, without the two minutes. */
  readonly action: string;
  readonly atMs: number;
}

const detailSchema = z.object({ 'instance-id': ec2InstanceId, 'instance-action': z.string() });

/**
 * Amazon EC2 User Guide, "Spot Instance interruption notices". The event's resource is an ARN with an Availability Zone
 * in place of the region, and without an account: the detail names the instance.
 *
 * @throws MalformedEventError
 */
export function parseSpotInterruption(event: EventBridgeEvent): SpotInterruption | IgnoredEvent {
  if (event.source !== 'aws.ec2' || event.detailType !== 'EC2 Spot Instance Interruption Warning') {
    return { kind: 'ignored', reason: `not a Spot interruption: "${event.detailType}" from ${event.source}` };
  }
  const { 'instance-id': id, 'instance-action': action } = parseDetail(detailSchema, event);
  return { kind: 'spot-interruption', ec2InstanceId: id, action, atMs: event.timeMs };
}
