import type { ActionEnd } from './auto-scaling/state.ts';
import type { Ec2State } from './ec2/instances.ts';
import { isToRetire } from './ec2/scheduled-events.ts';
import type { ContainerInstance, ContainerInstanceStatus } from './ecs/state.ts';
import type { ContainerEnd, Task, TaskStatus } from './ecs/task-state.ts';
import type { FleetWorlds } from './fleet-worlds.ts';

/** A container instance as it is. Instants are epoch milliseconds. */
export interface ContainerInstanceView {
  readonly arn: string;
  readonly cluster: string;
  readonly ec2InstanceId: string;
  readonly status: ContainerInstanceStatus;
  readonly agentConnected: boolean;
  readonly connectivityChangedAtMs: number;
  readonly registeredAtMs: number;
  readonly version: number;
  readonly runningTasksCount: number;
  readonly pendingTasksCount: number;
  /** Tasks that have not reached STOPPED. */
  readonly liveTaskArns: readonly string[];
}

/** A task as ECS knows it (`lastStatus`) and as it is on its host (`containers`). */
export interface TaskView {
  readonly arn: string;
  readonly cluster: string;
  readonly group: string;
  readonly startedBy: string | undefined;
  readonly serviceName: string | undefined;
  readonly daemon: boolean;
  readonly ec2InstanceId: string;
  readonly containerInstanceArn: string;
  readonly lastStatus: TaskStatus;
  readonly desiredStatus: 'RUNNING' | 'STOPPED';
  readonly protectedUntilMs: number | undefined;
  readonly startedAtMs: number | undefined;
  readonly stoppingAtMs: number | undefined;
  readonly stoppedAtMs: number | undefined;
  readonly stoppedReason: string | undefined;
  readonly containers: 'waiting' | 'pulling' | 'running' | 'stopping' | 'ended';
  readonly containersEndedAtMs: number | undefined;
  /** `host-gone` is what nobody wants for a task that was to be drained. */
  readonly containersEnd: ContainerEnd | undefined;
}

export interface HookHistoryView {
  readonly hook: string;
  readonly transition: string;
  readonly token: string;
  readonly startedAtMs: number;
  readonly expiresAtMs: number;
  readonly globalDeadlineMs: number;
  readonly heartbeats: number;
  /** Undefined while the group still waits. */
  readonly end: ActionEnd | undefined;
}

export interface GroupInstanceView {
  readonly ec2InstanceId: string;
  readonly group: string;
  readonly availabilityZone: string;
  readonly lifecycleState: string;
  readonly health: 'Healthy' | 'Unhealthy';
  readonly hooks: readonly HookHistoryView[];
}

export interface Ec2InstanceView {
  readonly ec2InstanceId: string;
  readonly state: Ec2State;
  readonly availabilityZone: string;
  readonly isSpot: boolean;
  /** AWS has announced that it takes the instance, and not called that off. */
  readonly isToRetire: boolean;
}

export interface FleetViews {
  clusterNames(): string[];
  containerInstances(): ContainerInstanceView[];
  tasks(): TaskView[];
  /** Of all groups; instances that have left come last. */
  groupInstances(): GroupInstanceView[];
  ec2Instances(): Ec2InstanceView[];
}

export function createFleetViews({ ecs, ec2, autoScaling }: FleetWorlds): FleetViews {
  const clusters = () => [...ecs.clusters.values()];
  return {
    clusterNames: () => [...ecs.clusters.keys()],
    containerInstances: () =>
      clusters().flatMap((cluster) => [...cluster.containerInstances.values()].map(containerInstanceView)),
    tasks: () => clusters().flatMap((cluster) => [...cluster.tasks.values()].map(taskView)),
    groupInstances: () =>
      [...autoScaling.members.values(), ...autoScaling.formerMembers].map((member) => ({
        ec2InstanceId: member.instanceId,
        group: member.group.name,
        availabilityZone: member.availabilityZone,
        lifecycleState: member.state,
        health: member.health,
        hooks: member.history.map(({ hook, token, startedAtMs, expiresAtMs, globalDeadlineMs, heartbeats, end }) => ({
          hook: hook.name,
          transition: hook.transition,
          token,
          startedAtMs,
          expiresAtMs,
          globalDeadlineMs,
          heartbeats,
          end,
        })),
      })),
    ec2Instances: () =>
      [...ec2.instances.values()].map((instance) => ({
        ec2InstanceId: instance.instanceId,
        state: instance.state,
        availabilityZone: instance.availabilityZone,
        isSpot: instance.spot,
        isToRetire: isToRetire(instance),
      })),
  };
}

function containerInstanceView(instance: ContainerInstance): ContainerInstanceView {
  const { arn, cluster, ec2InstanceId, status, agentConnected, connectivityChangedAtMs, registeredAtMs } = instance;
  const { version, runningTasksCount, pendingTasksCount } = instance;
  return {
    arn,
    cluster: cluster.name,
    ec2InstanceId,
    status,
    agentConnected,
    connectivityChangedAtMs,
    registeredAtMs,
    version,
    runningTasksCount,
    pendingTasksCount,
    liveTaskArns: [...instance.tasks].map((task) => task.arn),
  };
}

function taskView(task: Task): TaskView {
  return {
    arn: task.arn,
    cluster: task.cluster.name,
    group: task.group,
    startedBy: task.startedBy,
    serviceName: task.service?.name,
    daemon: task.service?.settings.schedulingStrategy === 'DAEMON',
    ec2InstanceId: task.containerInstance.ec2InstanceId,
    containerInstanceArn: task.containerInstance.arn,
    lastStatus: task.lastStatus,
    desiredStatus: task.desiredStatus,
    protectedUntilMs: task.protectedUntilMs,
    startedAtMs: task.startedAtMs,
    stoppingAtMs: task.stoppingAtMs,
    stoppedAtMs: task.stoppedAtMs,
    stoppedReason: task.stoppedReason,
    containers: task.host.state,
    containersEndedAtMs: task.host.endedAtMs,
    containersEnd: task.host.end,
  };
}
