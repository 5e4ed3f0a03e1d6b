import { endAction, recordHeartbeat } from '../auto-scaling/hooks.ts';
import type { AutoScalingWorld, GroupInstance, LifecycleAction } from '../auto-scaling/state.ts';
import { MANAGED_DRAINING_HOOK } from './capacity-providers.ts';
import { setState } from './container-instances.ts';
import type { EcsWorld } from './state.ts';

const HEARTBEAT_EVERY_MS = 30 * 60_000;

/** ECS drains an instance whose managed hook waits, and completes the hook when its tasks have stopped, or after 48 h. */
export function followManagedDraining(world: EcsWorld, autoScaling: AutoScalingWorld): void {
  const waiting = new Map<string, () => void>();
  autoScaling.listeners.push({
    actionStarted: (member, action) => {
      if (action.hook.name !== MANAGED_DRAINING_HOOK) return;
      for (const instance of world.registrations.get(member.instanceId) ?? []) {
        if (instance.status === 'ACTIVE') setState(world, instance, 'DRAINING');
      }
      const check = () => {
        if (action.end !== undefined) waiting.delete(member.instanceId);
        else if (isEmpty(world, member)) complete(autoScaling, member, action);
      };
      waiting.set(member.instanceId, check);
      keepAlive(autoScaling, member, action);
      world.context.kernel.clock.after(0, check);
    },
  });
  world.onTaskChanged.push((task) => {
    if (task.lastStatus === 'STOPPED') waiting.get(task.containerInstance.ec2InstanceId)?.();
  });
}

function isEmpty(world: EcsWorld, member: GroupInstance): boolean {
  return [...(world.registrations.get(member.instanceId) ?? [])].every((instance) => instance.tasks.size === 0);
}

function complete(autoScaling: AutoScalingWorld, member: GroupInstance, action: LifecycleAction): void {
  endAction(autoScaling, member, action, { result: 'CONTINUE', by: { kind: 'caller', name: 'ECS' } });
}

function keepAlive(autoScaling: AutoScalingWorld, member: GroupInstance, action: LifecycleAction): void {
  autoScaling.context.kernel.clock.after(HEARTBEAT_EVERY_MS, () => {
    if (action.end !== undefined) return;
    recordHeartbeat(autoScaling, member, action);
    keepAlive(autoScaling, member, action);
  });
}
