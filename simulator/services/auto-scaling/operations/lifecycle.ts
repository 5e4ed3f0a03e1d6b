import type {
  CompleteLifecycleActionType,
  DeleteLifecycleHookType,
  PutLifecycleHookType,
  RecordLifecycleActionHeartbeatType,
} from '@aws-sdk/client-auto-scaling';
import type { Operation } from '../../../wire/service.ts';
import { endAction, putAndTestHook, putHook, recordHeartbeat, validationError } from '../hooks.ts';
import type { AutoScalingWorld, GroupInstance, LifecycleAction, LifecycleResult, Transition } from '../state.ts';
import { callerName, findGroup, onGroup } from './find.ts';

type ActionRequest = RecordLifecycleActionHeartbeatType;

/**
 * The action that a token or an instance id names, within hook and group. One that is over is the same error as one
 * that never was, so that a caller cannot tell them apart.
 */
function findAction(
  world: AutoScalingWorld,
  request: ActionRequest,
): { readonly member: GroupInstance; readonly action: LifecycleAction } {
  const group = findGroup(world, request.AutoScalingGroupName);
  const hookName = request.LifecycleHookName ?? '';
  const { LifecycleActionToken: token, InstanceId: instanceId } = request;
  if (token === undefined && instanceId === undefined) {
    throw validationError('Either LifecycleActionToken or InstanceId must be specified.');
  }
  const member = token === undefined ? group.members.get(instanceId ?? '') : world.openTokens.get(token);
  const action = member?.openActions.get(hookName);
  if (member?.group === group && action !== undefined && (token === undefined || action.token === token)) {
    return { member, action };
  }
  const named = token === undefined ? `instance ID ${instanceId}` : `token ${token}`;
  throw validationError(`No active Lifecycle Action found with ${named}`);
}

export function completeLifecycleAction(world: AutoScalingWorld): Operation<CompleteLifecycleActionType> {
  return {
    authorize: (request) => onGroup(world, request.AutoScalingGroupName),
    run: (request, call) => {
      const result = parseResult(request.LifecycleActionResult);
      const { member, action } = findAction(world, request);
      endAction(world, member, action, { result, by: { kind: 'caller', name: callerName(call) } });
      return {};
    },
  };
}

export function parseResult(text: string | undefined): LifecycleResult {
  if (text === 'CONTINUE' || text === 'ABANDON') return text;
  throw validationError("LifecycleActionResult must be one of 'CONTINUE' or 'ABANDON'.");
}

export function recordLifecycleActionHeartbeat(world: AutoScalingWorld): Operation<RecordLifecycleActionHeartbeatType> {
  return {
    authorize: (request) => onGroup(world, request.AutoScalingGroupName),
    run: (request) => {
      const { member, action } = findAction(world, request);
      recordHeartbeat(world, member, action);
      return {};
    },
  };
}

/** PutLifecycleHook: what it leaves out keeps its value when the hook exists. A target that it names gets a test message. */
export function putLifecycleHook(world: AutoScalingWorld): Operation<PutLifecycleHookType> {
  return {
    authorize: (request) => onGroup(world, request.AutoScalingGroupName),
    run: (request) => {
      const group = findGroup(world, request.AutoScalingGroupName);
      const name = request.LifecycleHookName ?? '';
      const existing = group.hooks.get(name);
      const transition = request.LifecycleTransition ?? existing?.transition;
      if (transition === undefined) throw validationError('LifecycleTransition is required for a new lifecycle hook.');
      const settings = {
        ...existing,
        name,
        transition: parseTransition(transition),
        ...(request.HeartbeatTimeout === undefined ? {} : { heartbeatTimeoutSeconds: request.HeartbeatTimeout }),
        ...(request.DefaultResult === undefined ? {} : { defaultResult: parseResult(request.DefaultResult) }),
        ...(request.NotificationMetadata === undefined ? {} : { notificationMetadata: request.NotificationMetadata }),
        ...(request.NotificationTargetARN === undefined
          ? {}
          : { notificationTargetArn: request.NotificationTargetARN }),
        ...(request.RoleARN === undefined ? {} : { roleArn: request.RoleARN }),
      };
      if (request.NotificationTargetARN === undefined) putHook(group, settings);
      else putAndTestHook(world, group, settings);
      return {};
    },
  };
}

/**
 * DeleteLifecycleHook: what it holds goes on, as after ABANDON when launching and as after CONTINUE when terminating
 * (API reference).
 */
export function deleteLifecycleHook(world: AutoScalingWorld): Operation<DeleteLifecycleHookType> {
  return {
    authorize: (request) => onGroup(world, request.AutoScalingGroupName),
    run: ({ AutoScalingGroupName, LifecycleHookName: name = '' }) => {
      const group = findGroup(world, AutoScalingGroupName);
      const hook = group.hooks.get(name);
      if (hook === undefined) {
        throw validationError(`No Lifecycle Hook found with the name ${name} in Auto Scaling group ${group.name}.`);
      }
      group.hooks.delete(name);
      const result = hook.transition === 'autoscaling:EC2_INSTANCE_LAUNCHING' ? 'ABANDON' : 'CONTINUE';
      for (const member of [...group.members.values()]) {
        const action = member.openActions.get(name);
        if (action !== undefined) endAction(world, member, action, { result, by: { kind: 'hook-deleted' } });
      }
      return {};
    },
  };
}

export function parseTransition(text: string): Transition {
  if (text === 'autoscaling:EC2_INSTANCE_LAUNCHING' || text === 'autoscaling:EC2_INSTANCE_TERMINATING') return text;
  throw validationError(`Invalid LifecycleTransition ${text}`);
}
