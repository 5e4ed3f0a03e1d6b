import { AwsError } from '../../wire/aws-error.ts';
import { isoDate, tell } from '../fleet-context.ts';
import type { Passage } from './hooks.ts';
import {
  type AutoScalingGroup,
  type AutoScalingWorld,
  type GroupInstance,
  type LifecycleAction,
  now,
} from './state.ts';

/** What goes to the notification target of a lifecycle hook. */
export interface HookNotification {
  /** A topic, a queue or a function. */
  readonly targetArn: string;
  /** Of topics and queues: what Auto Scaling sends as. */
  readonly roleArn: string | undefined;
  readonly groupArn: string;
  /** Of topics. */
  readonly subject: string;
  readonly message: Readonly<Record<string, string>>;
}

/** Takes a notification to its target; answers why it cannot, undefined when it has. */
export type NotifyTarget = (notification: HookNotification) => string | undefined;

interface Target {
  readonly notificationTargetArn: string;
  readonly roleArn: string | undefined;
}

/**
 * The message that proves a hook's target when the hook is put (PutLifecycleHook, API reference; "Test notification
 * message example", EC2 Auto Scaling guide; the text of the error is the one that callers see).
 *
 * @throws AwsError `ValidationError` when the target does not take it: the hook is not put
 */
export function testTarget(world: AutoScalingWorld, group: AutoScalingGroup, hook: Target): void {
  const { notificationTargetArn: targetArn, roleArn } = hook;
  const isFunction = targetArn.startsWith('arn:aws:lambda:');
  if (roleArn === undefined && !isFunction) {
    throw new AwsError('ValidationError', `RoleARN is required to send notifications to ${targetArn}.`);
  }
  const failure = world.notifyTarget({
    targetArn,
    roleArn,
    groupArn: group.arn,
    subject: `Auto Scaling: test notification for group "${group.name}"`,
    message: {
      ...accountOf(world),
      RequestId: world.context.random.uuid(),
      AutoScalingGroupARN: group.arn,
      AutoScalingGroupName: group.name,
      Service: 'AWS Auto Scaling',
      Event: 'autoscaling:TEST_NOTIFICATION',
      Time: isoDate(now(world)),
    },
  });
  if (failure === undefined) return;
  tellFailure(world, group.name, targetArn, failure);
  const role = isFunction ? '' : ` using IAM role ${roleArn}`;
  throw new AwsError(
    'ValidationError',
    `Unable to publish test message to notification target ${targetArn}${role}. Please check your target and role configuration and try to put lifecycle hook again.`,
  );
}

/**
 * Tells the target of a lifecycle action ("Notification message example", EC2 Auto Scaling guide; the subject is the one
 * that subscribers see). What the target does not take is lost: the action goes on until its timeout.
 */
export function notifyOfAction(
  world: AutoScalingWorld,
  member: GroupInstance,
  { action: { hook, token }, passage }: { readonly action: LifecycleAction; readonly passage: Passage },
): void {
  const { notificationTargetArn: targetArn, roleArn, notificationMetadata } = hook;
  if (targetArn === undefined) return;
  const { group, instanceId } = member;
  const kind = hook.transition === 'autoscaling:EC2_INSTANCE_LAUNCHING' ? 'LAUNCHING' : 'TERMINATING';
  const failure = world.notifyTarget({
    targetArn,
    roleArn,
    groupArn: group.arn,
    // The two spaces are Auto Scaling's own.
    subject: `Auto Scaling:  Lifecycle action '${kind}' for instance ${instanceId} in progress.`,
    message: {
      Origin: passage.origin,
      LifecycleHookName: hook.name,
      Destination: passage.destination,
      ...accountOf(world),
      RequestId: world.context.random.uuid(),
      LifecycleTransition: hook.transition,
      AutoScalingGroupName: group.name,
      Service: 'AWS Auto Scaling',
      Time: isoDate(now(world)),
      EC2InstanceId: instanceId,
      ...(notificationMetadata === undefined ? {} : { NotificationMetadata: notificationMetadata }),
      LifecycleActionToken: token,
      ...passage.detail,
    },
  });
  if (failure !== undefined) tellFailure(world, instanceId, targetArn, failure);
}

function accountOf({ context }: AutoScalingWorld) {
  return { AccountId: context.kernel.place.accountId };
}

function tellFailure(world: AutoScalingWorld, subject: string, target: string, reason: string): void {
  tell(world.context, subject, 'hook notification failed', { target, reason });
}
