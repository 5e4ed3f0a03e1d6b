import { completeLifecycleAction, recordHeartbeat, recordHeartbeatOfToken } from '../aws/auto-scaling.ts';
import type { ClusterArn, LifecycleAction } from '../domain/model.ts';
import type { Runtime } from '../runtime.ts';
import { policyOf } from './homes.ts';
import { perform } from './perform.ts';

/** An event that is older than this may be about an earlier wait of the same hook. */
const LATE_MS = 60_000;

/**
 * An instance is held, but perhaps not for what a late event tells of: where its token is over, the action is one that no
 * event has told of yet. By the old token nothing could end it, and at the old deadline on-call would be told that it did.
 */
export async function asHeldNow(
  runtime: Runtime,
  action: LifecycleAction,
  cluster: ClusterArn,
): Promise<LifecycleAction> {
  const nowMs = runtime.now();
  if (action.token === undefined || nowMs - action.startedAtMs < LATE_MS) return action;
  const policy = await runtime.policies.of(cluster);
  const { ec2InstanceId: subject, hookName: hook } = action;
  const effect = { operation: 'RecordLifecycleActionHeartbeat', subject, hook };
  const outcome = await perform(runtime, policy, effect, () => recordHeartbeatOfToken(runtime.autoScaling, action));
  return outcome === 'already-over' ? { ...action, token: undefined, startedAtMs: nowMs } : action;
}

/** It is in no cluster: what its group's other instances are in says whose it is. */
interface Unregistered {
  readonly action: LifecycleAction;
  readonly home: ClusterArn | undefined;
}

export async function release(runtime: Runtime, { action, home }: Unregistered, reason: string): Promise<void> {
  const policy = await policyOf(runtime, home);
  const effect = { operation: 'CompleteLifecycleAction', subject: action.ec2InstanceId, hook: action.hookName, reason };
  await perform(runtime, policy, effect, () => completeLifecycleAction(runtime.autoScaling, action, 'CONTINUE'));
}

/** @returns whether the hook holds it, as far as can be said without changing anything */
export async function keepUntilNextLook(runtime: Runtime, { action, home }: Unregistered): Promise<boolean> {
  const policy = await policyOf(runtime, home);
  const { ec2InstanceId: subject, hookName: hook } = action;
  const effect = { operation: 'RecordLifecycleActionHeartbeat', subject, hook };
  const outcome = await perform(runtime, policy, effect, () => recordHeartbeat(runtime.autoScaling, action));
  return outcome !== 'already-over';
}
