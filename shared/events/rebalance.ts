import * as z from 'zod/mini';
import type { Ec2InstanceId } from '../domain/model.ts';
import { type EventBridgeEvent, type IgnoredEvent, parseDetail } from './envelope.ts';
import { ec2InstanceId } from './identifiers.ts';

/** A Spot Instance is at elevated risk of interruption: it may run on for long, or be interrupted at the same moment. */
export interface RebalanceRecommendation {
  readonly kind: 'rebalance-recommendation';
  readonly ec2InstanceId: Ec2InstanceId;
  readonly atMs: number;
}

const detailSchema = z.object({ 'instance-id': ec2InstanceId });

/**
 * Amazon EC2 User Guide, "EC2 instance rebalance recommendations".
 *
 * @throws MalformedEventError
 */
export function parseRebalance(event: EventBridgeEvent): RebalanceRecommendation | IgnoredEvent {
  if (event.source !== 'aws.ec2' || event.detailType !== 'EC2 Instance Rebalance Recommendation') {
    return { kind: 'ignored', reason: `not a rebalance recommendation: "${event.detailType}" from ${event.source}` };
  }
  const { 'instance-id': id } = parseDetail(detailSchema, event);
  return { kind: 'rebalance-recommendation', ec2InstanceId: id, atMs: event.timeMs };
}
