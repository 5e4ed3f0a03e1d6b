import { recordHeartbeat } from '../aws/auto-scaling.ts';
import type { Policy } from '../config/settings.ts';
import type { ReturnDecision } from '../domain/arrival.ts';
import type { LifecycleAction } from '../domain/model.ts';
import type { Runtime } from '../runtime.ts';
import { perform } from './perform.ts';

/** Asks Auto Scaling where that is the decision: a hook that holds an instance anew takes a heartbeat, one that was released does not. */
export async function orAsk(
  runtime: Runtime,
  decision: ReturnDecision,
  action: LifecycleAction,
  policy: Policy,
): Promise<Exclude<ReturnDecision, { kind: 'ask' }>> {
  if (decision.kind !== 'ask') return decision;
  const { ec2InstanceId: subject, hookName: hook } = action;
  const effect = { operation: 'RecordLifecycleActionHeartbeat', subject, hook };
  const outcome = await perform(runtime, policy, effect, () => recordHeartbeat(runtime.autoScaling, action));
  return outcome === 'recorded' ? { kind: 'begin' } : { kind: 'ignore', reason: 'released before' };
}
