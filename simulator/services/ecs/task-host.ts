import { later, tell } from '../fleet-context.ts';
import { TIMING } from '../fleet-timing.ts';
import { changed } from './container-instance-change.ts';
import { type EcsWorld, now } from './state.ts';
import { stopped, update } from './task-changes.ts';
import type { ContainerEnd, Task, TaskStatus } from './task-state.ts';

const HAS_NOT_RUN: ReadonlySet<TaskStatus> = new Set(['PROVISIONING', 'PENDING']);
const IS_LEAVING: ReadonlySet<TaskStatus> = new Set(['DEPROVISIONING', 'STOPPED']);

/**
 * Brings the host in line with what ECS wants, and ECS's view in line with the host. Does nothing while the agent is
 * disconnected: the agent calls it for each of its tasks when it is back.
 */
export function reconcile(world: EcsWorld, task: Task): void {
  if (IS_LEAVING.has(task.lastStatus) || !isReachable(world, task)) return;
  if (task.desiredStatus === 'STOPPED') stopOnHost(world, task);
  else if (task.host.state === 'waiting') startOnHost(world, task);
  if (task.host.state === 'running' && HAS_NOT_RUN.has(task.lastStatus)) reportRunning(world, task);
  if (task.host.state === 'ended') reportEnded(world, task);
}

/** Asks the agent itself: ECS may still believe in the connection of a host that is gone. */
function isReachable(world: EcsWorld, { containerInstance }: Task): boolean {
  const agent = world.agents.get(containerInstance.ec2InstanceId);
  return agent?.state === 'connected' && agent.checkpoint === containerInstance;
}

function startOnHost(world: EcsWorld, task: Task): void {
  const { host } = task;
  const hosted = world.agents.get(task.containerInstance.ec2InstanceId)?.hosted;
  hosted?.add(task);
  host.state = 'pulling';
  task.pullStartedAtMs = now(world);
  host.timer = later(world.context, TIMING.taskPull, () => {
    host.state = 'running';
    task.pullStoppedAtMs = now(world);
    const { runsForMs } = task.behaviour;
    host.timer =
      runsForMs === undefined
        ? undefined
        : world.context.kernel.clock.after(runsForMs, () => endOnHost(world, task, 'exited'));
    reconcile(world, task);
  });
}

function stopOnHost(world: EcsWorld, task: Task): void {
  const { host } = task;
  if (host.state === 'waiting' || host.state === 'pulling') {
    endOnHost(world, task, 'never-started');
    return;
  }
  if (host.state !== 'running' || task.lastStatus === 'DEACTIVATING') return;
  host.state = 'stopping';
  host.timer?.cancel();
  const { stopTimeoutMs } = task.definition;
  const { exitsAfterSignalMs } = task.behaviour;
  const killed = exitsAfterSignalMs > stopTimeoutMs;
  host.timer = world.context.kernel.clock.after(Math.min(exitsAfterSignalMs, stopTimeoutMs), () =>
    endOnHost(world, task, killed ? 'killed-after-stop-timeout' : 'exited'),
  );
  if (task.lastStatus !== 'STOPPING') update(world, task, { lastStatus: 'STOPPING' });
}

/** The containers have ended: true at once, known to ECS when the agent can say so. */
export function endOnHost(world: EcsWorld, task: Task, end: ContainerEnd): void {
  const { host } = task;
  if (host.state === 'ended') return;
  host.timer?.cancel();
  host.state = 'ended';
  host.end = end;
  host.endedAtMs = now(world);
  world.agents.get(task.containerInstance.ec2InstanceId)?.hosted.delete(task);
  tell(world.context, task.arn, 'containers ended', { end, ec2InstanceId: task.containerInstance.ec2InstanceId });
  reconcile(world, task);
}

function reportRunning(world: EcsWorld, task: Task): void {
  update(world, task, { lastStatus: 'ACTIVATING' });
  later(world.context, TIMING.taskActivation, () => {
    if (task.lastStatus !== 'ACTIVATING') return;
    update(world, task, { lastStatus: 'RUNNING', startedAtMs: now(world) });
    changed(world, task.containerInstance);
    reconcile(world, task);
  });
}

function reportEnded(world: EcsWorld, task: Task): void {
  const byItself: Partial<Task> =
    task.desiredStatus === 'STOPPED'
      ? {}
      : {
          desiredStatus: 'STOPPED',
          stopCode: 'EssentialContainerExited',
          stoppedReason: 'Essential container in task exited',
          stoppingAtMs: now(world),
        };
  update(world, task, {
    ...byItself,
    lastStatus: 'DEPROVISIONING',
    executionStoppedAtMs: task.host.endedAtMs ?? now(world),
  });
  later(world.context, TIMING.taskDeprovisioning, () => stopped(world, task, {}));
}
