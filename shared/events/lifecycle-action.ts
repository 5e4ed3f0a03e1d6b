import * as z from 'zod/mini';
import type { LifecycleAction } from '../domain/model.ts';
import { type EventBridgeEvent, type IgnoredEvent, parseDetail } from './envelope.ts';
import { ec2InstanceId, name } from './identifiers.ts';

/** A lifecycle hook began to hold an instance. */
export interface LifecycleActionEvent {
  readonly kind: 'terminate' | 'launch';
  readonly action: LifecycleAction;
  /** Where the instance comes from and goes to: EC2, AutoScalingGroup or WarmPool; unknown ones may appear. */
  readonly origin?: string;
  readonly destination?: string;
  /** The instance lives on, with an empty disk: its registration becomes a ghost. */
  readonly replacesRootVolume: boolean;
}

const KINDS = new Map<string, LifecycleActionEvent['kind']>([
  ['EC2 Instance-terminate Lifecycle Action', 'terminate'],
  ['EC2 Instance-launch Lifecycle Action', 'launch'],
]);

const detailSchema = z.object({
  EC2InstanceId: ec2InstanceId,
  AutoScalingGroupName: name,
  LifecycleHookName: name,
  LifecycleActionToken: z.exactOptional(z.string()),
  Origin: z.exactOptional(z.string()),
  Destination: z.exactOptional(z.string()),
  Action: z.exactOptional(z.string()),
});

/** What Auto Scaling sends once to a new hook's own notification target. */
const testNotification = z.object({ Event: z.literal('autoscaling:TEST_NOTIFICATION') });

/**
 * Amazon EC2 Auto Scaling User Guide, "Auto Scaling event reference" and "Warm pool example events and patterns".
 *
 * The action starts when the event says: the event has no start time of its own.
 *
 * @throws MalformedEventError
 */
export function parseLifecycleAction(event: EventBridgeEvent): LifecycleActionEvent | IgnoredEvent {
  const kind = KINDS.get(event.detailType);
  if (event.source !== 'aws.autoscaling' || kind === undefined) {
    return { kind: 'ignored', reason: `not a lifecycle action: "${event.detailType}" from ${event.source}` };
  }
  if (testNotification.safeParse(event.detail).success) {
    return { kind: 'ignored', reason: 'a test notification' };
  }
  const detail = parseDetail(detailSchema, event);
  const { Origin: origin, Destination: destination, LifecycleActionToken: token } = detail;
  return {
    kind,
    action: {
      ec2InstanceId: detail.EC2InstanceId,
      groupName: detail.AutoScalingGroupName,
      hookName: detail.LifecycleHookName,
      startedAtMs: event.timeMs,
      ...(token !== undefined && { token }),
    },
    ...(origin !== undefined && { origin }),
    ...(destination !== undefined && { destination }),
    // Either mark will do: a drain that takes the instance for gone would leave its ghost behind.
    replacesRootVolume:
      detail.Action === 'ReplaceRootVolume' || (origin === 'AutoScalingGroup' && destination === 'AutoScalingGroup'),
  };
}
