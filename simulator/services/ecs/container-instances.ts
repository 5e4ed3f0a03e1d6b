import { arn, tell } from '../fleet-context.ts';
import { LIMITS } from '../fleet-timing.ts';
import { providerOfHost } from './capacity-providers.ts';
import { changed, changedSilently } from './container-instance-change.ts';
import { firstChecks, reportHealth } from './health.ts';
import { enterPlacement, leavePlacement } from './placement.ts';
import { scheduleDaemonsOn, scheduleServicesOf, scheduleWaiting } from './scheduler.ts';
import {
  addTo,
  type Cluster,
  type ContainerInstance,
  type ContainerInstanceStatus,
  type EcsWorld,
  now,
  type Resources,
} from './state.ts';
import { forgetTask } from './task-changes.ts';

export interface RegistrationRequest {
  readonly cluster: Cluster;
  readonly ec2InstanceId: string;
  readonly availabilityZone: string;
  readonly instanceType: string;
  readonly resources: Resources;
  readonly attributes: Readonly<Record<string, string>>;
  readonly agentVersion: string;
  readonly capacityProviderName: string | undefined;
}

/** What an agent without a checkpoint gets: a new ARN, ACTIVE, not yet connected. */
export function registerContainerInstance(world: EcsWorld, request: RegistrationRequest): ContainerInstance {
  const { cluster, ec2InstanceId } = request;
  const id = world.context.random.hex(32);
  const instance: ContainerInstance = {
    serial: world.serial++,
    arn: arn(world.context, 'ecs', `container-instance/${cluster.name}/${id}`),
    id,
    cluster,
    ec2InstanceId,
    availabilityZone: request.availabilityZone,
    instanceType: request.instanceType,
    capacityProviderName: request.capacityProviderName ?? providerOfHost(world, cluster, ec2InstanceId),
    attributes: new Map(Object.entries(request.attributes)),
    tags: new Map(),
    registered: request.resources,
    registeredAtMs: now(world),
    status: 'ACTIVE',
    statusReason: undefined,
    agentConnected: false,
    agentVersion: request.agentVersion,
    agentUpdateStatus: undefined,
    version: 0,
    updatedAtMs: now(world),
    remaining: request.resources,
    usedPorts: new Set(),
    tasks: new Set(),
    stoppedTasks: new Set(),
    runningTasksCount: 0,
    pendingTasksCount: 0,
    connectivityChangedAtMs: now(world),
    checks: firstChecks(request.agentVersion, now(world)),
  };
  cluster.containerInstances.set(id, instance);
  addTo(cluster.byStatus, 'ACTIVE', instance);
  addTo(cluster.byEc2InstanceId, ec2InstanceId, instance);
  addTo(world.registrations, ec2InstanceId, instance);
  cluster.disconnected.add(instance);
  enterPlacement(instance);
  tell(world.context, instance.arn, 'registered', { ec2InstanceId });
  changed(world, instance);
  return instance;
}

/** ECS's view of the agent's connection; the agent itself is in agent.ts. */
export function setAgentConnected(world: EcsWorld, instance: ContainerInstance, connected: boolean): void {
  if (instance.status === 'INACTIVE' || instance.agentConnected === connected) return;
  instance.agentConnected = connected;
  instance.connectivityChangedAtMs = now(world);
  if (connected) instance.cluster.disconnected.delete(instance);
  else instance.cluster.disconnected.add(instance);
  tell(world.context, instance.arn, connected ? 'agent connected' : 'agent disconnected', {
    ec2InstanceId: instance.ec2InstanceId,
  });
  changed(world, instance);
  watchConnectivity(world, instance);
  if (connected) {
    scheduleWaiting(world, instance.cluster);
    scheduleDaemonsOn(world, instance);
  }
}

/** The AGENT_CONNECTIVITY health check: IMPAIRED only once the agent has been away for a while. */
function watchConnectivity(world: EcsWorld, instance: ContainerInstance): void {
  const since = instance.connectivityChangedAtMs;
  if (instance.agentConnected) {
    reportHealth(world, instance, { type: 'AGENT_CONNECTIVITY', status: 'OK' });
    return;
  }
  world.context.kernel.clock.after(world.context.undocumented.connectivityImpairedAfterMs, () => {
    if (instance.agentConnected || instance.connectivityChangedAtMs !== since || instance.status === 'INACTIVE') return;
    const reason = 'The container agent is disconnected.';
    reportHealth(world, instance, { type: 'AGENT_CONNECTIVITY', status: 'IMPAIRED', reason });
  });
}

/** UpdateContainerInstancesState has been accepted: DRAINING, or back to ACTIVE. */
export function setState(world: EcsWorld, instance: ContainerInstance, status: 'ACTIVE' | 'DRAINING'): void {
  if (instance.status === status) return;
  moveTo(instance, status);
  if (status === 'ACTIVE') enterPlacement(instance);
  else leavePlacement(instance);
  tell(world.context, instance.arn, status === 'DRAINING' ? 'draining' : 'active again', {
    ec2InstanceId: instance.ec2InstanceId,
  });
  if (world.context.undocumented.drainingSendsEvent) changed(world, instance);
  else changedSilently(world, instance);
  scheduleServicesOf(world, instance);
  scheduleDaemonsOn(world, instance);
  if (status === 'ACTIVE') scheduleWaiting(world, instance.cluster);
}

function moveTo(instance: ContainerInstance, status: ContainerInstanceStatus): void {
  instance.cluster.byStatus.get(instance.status)?.delete(instance);
  addTo(instance.cluster.byStatus, status, instance);
  instance.status = status;
}

/**
 * The registration is over: INACTIVE at once, describable for another hour. Tasks that ECS still had here are
 * forgotten; their containers go on running if the host does (DeregisterContainerInstance, API reference).
 */
export function deregister(world: EcsWorld, instance: ContainerInstance, stoppedReason: string): void {
  if (instance.status === 'INACTIVE') return;
  const { cluster } = instance;
  leavePlacement(instance);
  cluster.disconnected.delete(instance);
  moveTo(instance, 'INACTIVE');
  instance.agentConnected = false;
  tell(world.context, instance.arn, 'deregistered', { ec2InstanceId: instance.ec2InstanceId });
  for (const task of [...instance.tasks]) forgetTask(world, task, stoppedReason);
  changed(world, instance);
  removeFrom(cluster.byEc2InstanceId, instance);
  removeFrom(world.registrations, instance);
  world.context.kernel.clock.after(LIMITS.inactiveDescribableMs, () => {
    cluster.byStatus.get('INACTIVE')?.delete(instance);
    cluster.containerInstances.delete(instance.id);
  });
}

function removeFrom(index: Map<string, Set<ContainerInstance>>, instance: ContainerInstance): void {
  const set = index.get(instance.ec2InstanceId);
  set?.delete(instance);
  if (set?.size === 0) index.delete(instance.ec2InstanceId);
}
