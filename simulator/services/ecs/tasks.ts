import { arn, later, tell } from '../fleet-context.ts';
import { LIMITS, TIMING } from '../fleet-timing.ts';
import { changed } from './container-instance-change.ts';
import { publishTask } from './events.ts';
import {
  type ContainerEnd,
  type ContainerInstance,
  type EcsService,
  type EcsWorld,
  now,
  type Task,
  type TaskBehaviour,
  type TaskDefinition,
  type TaskStatus,
} from './state.ts';

export interface TaskStart {
  readonly instance: ContainerInstance;
  readonly definition: TaskDefinition;
  readonly behaviour?: TaskBehaviour | undefined;
  readonly group: string;
  readonly startedBy?: string | undefined;
  readonly service?: EcsService | undefined;
  readonly tags?: Readonly<Record<string, string>>;
}

/** Places a task: its resources are taken at once, and the agent is told. */
export function startTask(world: EcsWorld, start: TaskStart): Task {
  const { instance, definition, service } = start;
  const { cluster } = instance;
  const id = world.context.random.hex(32);
  const task: Task = {
    serial: world.serial++,
    arn: arn(world.context, 'ecs', `task/${cluster.name}/${id}`),
    id,
    cluster,
    definition,
    behaviour: start.behaviour ?? definition.behaviour,
    group: start.group,
    startedBy: start.startedBy,
    service,
    containerInstance: instance,
    launchType: instance.attributes.has('ecs.capability.external') ? 'EXTERNAL' : 'EC2',
    tags: new Map(Object.entries(start.tags ?? {})),
    createdAtMs: now(world),
    lastStatus: 'PENDING',
    desiredStatus: 'RUNNING',
    version: 1,
    updatedAtMs: now(world),
    host: { state: 'waiting', endedAtMs: undefined, end: undefined, timer: undefined },
  };
  cluster.tasks.set(task.arn, task);
  cluster.runningTasks.add(task);
  instance.tasks.add(task);
  service?.tasks.add(task);
  reserve(instance, definition, -1);
  count(task, 1);
  publishTask(world, task);
  changed(world, instance);
  later(world.context, TIMING.controlPlane, () => reconcile(world, task));
  return task;
}

function reserve(instance: ContainerInstance, { cpu, memory }: TaskDefinition, sign: 1 | -1): void {
  instance.remaining = {
    cpu: instance.remaining.cpu + sign * cpu,
    memory: instance.remaining.memory + sign * memory,
  };
}

/** Both counts leave out every task whose desiredStatus is STOPPED, though its containers may still run. */
function count(task: Task, sign: 1 | -1): void {
  if (task.desiredStatus !== 'RUNNING') return;
  for (const counter of [task.containerInstance, task.cluster]) {
    if (task.lastStatus === 'RUNNING') counter.runningTasksCount += sign;
    else counter.pendingTasksCount += sign;
  }
}

/** One change of the task as ECS sees it: counted, versioned, announced. */
function update(world: EcsWorld, task: Task, change: Partial<Task>): void {
  count(task, -1);
  Object.assign(task, change);
  count(task, 1);
  if (change.desiredStatus === 'STOPPED') {
    task.cluster.runningTasks.delete(task);
    task.cluster.stoppedTasks.add(task);
    task.containerInstance.stoppedTasks.add(task);
  }
  task.version++;
  task.updatedAtMs = now(world);
  publishTask(world, task);
  const { lastStatus, desiredStatus, containerInstance, group } = task;
  tell(world.context, task.arn, `task ${lastStatus}`, {
    desiredStatus,
    group,
    ec2InstanceId: containerInstance.ec2InstanceId,
  });
  for (const listener of world.onTaskChanged) listener(task);
}

export interface StopReason {
  readonly stopCode: 'ServiceSchedulerInitiated' | 'UserInitiated' | 'EssentialContainerExited' | 'TerminationNotice';
  readonly reason: string;
}

/**
 * ECS wants the task stopped. A task behind a load balancer first leaves its targets (DEACTIVATING); then the agent is
 * told, if it can be reached: nobody else can stop the containers (task-lifecycle-explanation).
 */
export function stopTask(world: EcsWorld, task: Task, { stopCode, reason }: StopReason): void {
  if (task.desiredStatus === 'STOPPED') return;
  const deregistrationDelayMs = task.service?.settings.deregistrationDelayMs;
  const deactivates = deregistrationDelayMs !== undefined && task.lastStatus === 'RUNNING';
  update(world, task, {
    desiredStatus: 'STOPPED',
    stopCode,
    stoppedReason: reason,
    stoppingAtMs: now(world),
    ...(deactivates ? { lastStatus: 'DEACTIVATING' as const } : {}),
  });
  if (!deactivates) {
    later(world.context, TIMING.controlPlane, () => reconcile(world, task));
    return;
  }
  world.context.kernel.clock.after(deregistrationDelayMs, () => {
    if (task.lastStatus !== 'DEACTIVATING') return;
    update(world, task, { lastStatus: 'STOPPING' });
    reconcile(world, task);
  });
}

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
  if (host.state === 'waiting' || host.state === 'pulling') return endOnHost(world, task, 'never-started');
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

/**
 * ECS gives the task up without the agent's word: its registration or its host is gone. What the containers do is
 * another matter (`task.host`).
 */
export function forgetTask(world: EcsWorld, task: Task, reason: string): void {
  const known: Partial<Task> =
    task.desiredStatus === 'STOPPED'
      ? {}
      : {
          desiredStatus: 'STOPPED',
          stopCode: 'TerminationNotice',
          stoppedReason: reason,
          stoppingAtMs: now(world),
        };
  stopped(world, task, known);
}

function stopped(world: EcsWorld, task: Task, change: Partial<Task>): void {
  if (task.lastStatus === 'STOPPED') return;
  const { containerInstance: instance, cluster, service } = task;
  instance.tasks.delete(task);
  service?.tasks.delete(task);
  reserve(instance, task.definition, 1);
  update(world, task, { ...change, lastStatus: 'STOPPED', stoppedAtMs: now(world) });
  if (instance.status !== 'INACTIVE') changed(world, instance);
  world.context.kernel.clock.after(LIMITS.stoppedTaskDescribableMs, () => {
    cluster.tasks.delete(task.arn);
    cluster.stoppedTasks.delete(task);
    instance.stoppedTasks.delete(task);
  });
}
