import * as z from 'zod/mini';
import type { Ec2InstanceId } from '../domain/model.ts';
import { type EventBridgeEvent, type IgnoredEvent, parseDetail } from './envelope.ts';
import { ec2InstanceId } from './identifiers.ts';

/** An EC2 instance of the account, whether or not it has to do with ECS, entered another state. */
export interface Ec2StateChange {
  readonly kind: 'ec2-state-change';
  readonly ec2InstanceId: Ec2InstanceId;
  /** pending, running, stopping, stopped, shutting-down, terminated; unknown ones may appear. */
  readonly state: string;
  readonly atMs: number;
}

const detailSchema = z.object({ 'instance-id': ec2InstanceId, state: z.string() });

/**
 * Amazon EC2 User Guide, "State change events for Amazon EC2 instances".
 *
 * @throws MalformedEventError
 */
export function parseEc2StateChange(event: EventBridgeEvent): Ec2StateChange | IgnoredEvent {
  if (event.source !== 'aws.ec2' || event.detailType !== 'EC2 Instance State-change Notification') {
    return { kind: 'ignored', reason: `not an EC2 state change: "${event.detailType}" from ${event.source}` };
  }
  const { 'instance-id': id, state } = parseDetail(detailSchema, event);
  return { kind: 'ec2-state-change', ec2InstanceId: id, state, atMs: event.timeMs };
}
