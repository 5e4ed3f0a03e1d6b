import type { LifecycleState } from '@aws-sdk/client-auto-scaling';
import { AwsError } from '../../wire/aws-error.ts';
import { tell } from '../fleet-context.ts';
import { LIMITS } from '../fleet-timing.ts';
import { notifyOfAction, testTarget } from './notifications.ts';
import {
  type ActionEnder,
  type AutoScalingGroup,
  type AutoScalingWorld,
  type GroupInstance,
  type LifecycleAction,
  type LifecycleHook,
  type LifecycleResult,
  now,
  type Place,
  setState,
  type Transition,
} from './state.ts';

export function validationError(message: string): AwsError {
  return new AwsError('ValidationError', message);
}

export interface HookSettings {
  readonly name: string;
  readonly transition: Transition;
  readonly heartbeatTimeoutSeconds?: number | undefined;
  readonly defaultResult?: LifecycleResult | undefined;
  readonly notificationMetadata?: string | undefined;
  readonly notificationTargetArn?: string | undefined;
  readonly roleArn?: string | undefined;
}

const HOOKS_PER_GROUP_MAX = 50;

/** Adds or replaces a hook (PutLifecycleHook, API reference). Actions under way keep the hook as it was. */
export function putHook(group: AutoScalingGroup, settings: HookSettings): void {
  group.hooks.set(settings.name, hookOf(group, settings));
}

/** The same, with a message to the notification target, if there is one, which must take it. */
export function putAndTestHook(world: AutoScalingWorld, group: AutoScalingGroup, settings: HookSettings): void {
  const hook = hookOf(group, settings);
  const { notificationTargetArn, roleArn } = hook;
  if (notificationTargetArn !== undefined) testTarget(world, group, { notificationTargetArn, roleArn });
  group.hooks.set(hook.name, hook);
}

function hookOf(group: AutoScalingGroup, settings: HookSettings): LifecycleHook {
  const heartbeatTimeoutSeconds = settings.heartbeatTimeoutSeconds ?? LIMITS.hookHeartbeatDefaultSeconds;
  if (heartbeatTimeoutSeconds < 30 || heartbeatTimeoutSeconds > 7_200) {
    throw validationError('HeartbeatTimeout must be between 30 and 7200 seconds.');
  }
  if (!group.hooks.has(settings.name) && group.hooks.size >= HOOKS_PER_GROUP_MAX) {
    throw new AwsError('LimitExceeded', `You have reached the limit of ${HOOKS_PER_GROUP_MAX} lifecycle hooks.`);
  }
  return {
    name: settings.name,
    transition: settings.transition,
    heartbeatTimeoutSeconds,
    globalTimeoutSeconds: Math.min(LIMITS.hookGlobalMaxSeconds, heartbeatTimeoutSeconds * LIMITS.hookGlobalHeartbeats),
    defaultResult: settings.defaultResult ?? 'ABANDON',
    notificationMetadata: settings.notificationMetadata,
    // An empty text takes the target away.
    notificationTargetArn: settings.notificationTargetArn || undefined,
    roleArn: settings.roleArn,
  };
}

export interface Passage {
  /** The state whose `:Wait` and `:Proceed` the hooks pass through. */
  readonly state: 'Pending' | 'Terminating' | 'Warmed:Pending' | 'Warmed:Terminating' | 'ReplacingRootVolume';
  readonly transition: Transition;
  readonly origin: Place;
  readonly destination: Place;
  /** Further members of the event's detail. */
  readonly detail?: Readonly<Record<string, string>>;
}

/**
 * Runs all hooks of the transition in parallel and waits for all of them; one ABANDON ends the wait and the other hooks
 * (How lifecycle hooks work, EC2 Auto Scaling guide). Without hooks, `afterwards` runs at once.
 */
export function runHooks(
  world: AutoScalingWorld,
  member: GroupInstance,
  { passage, afterwards }: { readonly passage: Passage; readonly afterwards: (result: LifecycleResult) => void },
): void {
  const hooks = [...member.group.hooks.values()].filter((hook) => hook.transition === passage.transition);
  if (hooks.length === 0) {
    afterwards('CONTINUE');
    return;
  }
  if (member.activity !== undefined) member.activity.status = 'MidLifecycleAction';
  setState(world, member, `${passage.state}:Wait` as LifecycleState);
  member.afterHooks = (result) => {
    member.afterHooks = undefined;
    if (member.activity !== undefined) member.activity.status = 'InProgress';
    afterwards(result);
  };
  for (const hook of hooks) startAction(world, member, { hook, passage });
}

function startAction(
  world: AutoScalingWorld,
  member: GroupInstance,
  { hook, passage }: { readonly hook: LifecycleHook; readonly passage: Passage },
): void {
  const startedAtMs = now(world);
  const action: LifecycleAction = {
    token: world.context.random.uuid(),
    hook,
    startedAtMs,
    globalDeadlineMs: startedAtMs + hook.globalTimeoutSeconds * 1_000,
    expiresAtMs: startedAtMs,
    heartbeats: 0,
    timer: undefined,
    end: undefined,
  };
  member.openActions.set(hook.name, action);
  world.openTokens.set(action.token, member);
  member.history.push(action);
  restartClock(world, member, action);
  publishAction(world, member, { action, passage });
  notifyOfAction(world, member, { action, passage });
  for (const listener of world.listeners) listener.actionStarted?.(member, action);
}

/** The heartbeat clock starts anew, but never runs past the global limit. */
function restartClock(world: AutoScalingWorld, member: GroupInstance, action: LifecycleAction): void {
  action.timer?.cancel();
  action.expiresAtMs = Math.min(now(world) + action.hook.heartbeatTimeoutSeconds * 1_000, action.globalDeadlineMs);
  action.timer = world.context.kernel.clock.at(action.expiresAtMs, () => {
    const kind = action.expiresAtMs === action.globalDeadlineMs ? 'global-timeout' : 'heartbeat-timeout';
    endAction(world, member, action, { result: action.hook.defaultResult, by: { kind } });
  });
}

export function recordHeartbeat(world: AutoScalingWorld, member: GroupInstance, action: LifecycleAction): void {
  action.heartbeats++;
  restartClock(world, member, action);
}

/** Ends one action; the last one, or an ABANDON, lets the instance go on. */
export function endAction(
  world: AutoScalingWorld,
  member: GroupInstance,
  action: LifecycleAction,
  { result, by }: { readonly result: LifecycleResult; readonly by: ActionEnder },
): void {
  close(world, member, action, { result, by });
  if (result === 'ABANDON') cutShort(world, member, { kind: 'other-hook-abandoned' });
  if (member.openActions.size === 0) member.afterHooks?.(result);
}

/** Ends all open actions without a result. */
export function cutShort(world: AutoScalingWorld, member: GroupInstance, by: ActionEnder): void {
  for (const action of [...member.openActions.values()]) close(world, member, action, { result: undefined, by });
}

function close(
  world: AutoScalingWorld,
  member: GroupInstance,
  action: LifecycleAction,
  { result, by }: { readonly result: LifecycleResult | undefined; readonly by: ActionEnder },
): void {
  action.timer?.cancel();
  action.end = { atMs: now(world), result, by };
  member.openActions.delete(action.hook.name);
  world.openTokens.delete(action.token);
  tell(world.context, member.instanceId, 'lifecycle action ended', {
    ec2InstanceId: member.instanceId,
    group: member.group.name,
    hook: action.hook.name,
    result: result ?? null,
    by,
  });
}

/**
 * The event of a lifecycle action, whether or not the hook has a notification target (Considerations and limitations for
 * lifecycle hooks, EC2 Auto Scaling guide). Best effort, as the bus decides.
 */
function publishAction(
  world: AutoScalingWorld,
  member: GroupInstance,
  { action, passage }: { readonly action: LifecycleAction; readonly passage: Passage },
): void {
  const { hook, token } = action;
  const launching = hook.transition === 'autoscaling:EC2_INSTANCE_LAUNCHING';
  world.context.publish({
    source: 'aws.autoscaling',
    'detail-type': launching ? 'EC2 Instance-launch Lifecycle Action' : 'EC2 Instance-terminate Lifecycle Action',
    resources: [member.group.arn],
    detail: {
      LifecycleActionToken: token,
      AutoScalingGroupName: member.group.name,
      LifecycleHookName: hook.name,
      EC2InstanceId: member.instanceId,
      LifecycleTransition: hook.transition,
      ...(hook.notificationMetadata === undefined ? {} : { NotificationMetadata: hook.notificationMetadata }),
      Origin: passage.origin,
      Destination: passage.destination,
      ...passage.detail,
    },
  });
}
