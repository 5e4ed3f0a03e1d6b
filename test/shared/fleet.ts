import { parsePolicy } from '../../shared/config/config.ts';
import type { ContainerInstance, LifecycleAction, Task } from '../../shared/domain/model.ts';
import type { DisconnectionIncident, DrainIncident, HeldAction } from '../../shared/incidents/incident.ts';

/** Parts of a fleet, each complete; a test overrides what it is about. */

export const MINUTE_MS = 60_000;
export const T0 = Date.UTC(2026, 0, 5, 8);
export const policy = parsePolicy({});

export const clusterArn = 'arn:aws:ecs:eu-west-1:210987654321:cluster/shop';
export const arn = 'arn:aws:ecs:eu-west-1:210987654321:container-instance/shop/0f9d6a1b2c3d4e5f60718293a4b5c6d7';
export const ec2InstanceId = 'i-0f3c8a1b2d4e5f607';

export function instance(overrides: Partial<ContainerInstance> = {}): ContainerInstance {
  return {
    arn,
    clusterArn,
    ec2InstanceId,
    status: 'DRAINING',
    agentConnected: true,
    version: 7,
    registeredAtMs: T0 - 60 * MINUTE_MS,
    runningTasksCount: 0,
    pendingTasksCount: 0,
    external: false,
    ...overrides,
  };
}

export function task(overrides: Partial<Task> = {}): Task {
  return {
    arn: 'arn:aws:ecs:eu-west-1:210987654321:task/shop/00000000000000000000000000000001',
    clusterArn,
    containerInstanceArn: arn,
    group: 'service:web',
    lastStatus: 'RUNNING',
    desiredStatus: 'RUNNING',
    ...overrides,
  };
}

export function heldAction(overrides: Partial<HeldAction> = {}): HeldAction {
  return {
    ec2InstanceId,
    groupName: 'shop-nodes',
    hookName: 'ebbtide-terminate',
    token: '9e1c5a2b-0000-4000-8000-000000000001',
    startedAtMs: T0,
    heartbeatAtMs: T0,
    heartbeatTimeoutSeconds: 300,
    ...overrides,
  };
}

export function lifecycleAction(overrides: Partial<LifecycleAction> = {}): LifecycleAction {
  const { groupName, hookName, token, startedAtMs } = heldAction();
  return { ec2InstanceId, groupName, hookName, token, startedAtMs, ...overrides };
}

export function drain(overrides: Partial<DrainIncident> = {}): DrainIncident {
  return {
    kind: 'drain',
    id: `drain#${arn}`,
    version: 1,
    phase: 'draining',
    destination: 'termination',
    openedAtMs: T0,
    outbox: [],
    ec2InstanceId,
    registrations: [{ arn, clusterArn }],
    actions: [heldAction()],
    deadlineAtMs: T0 + 60 * MINUTE_MS,
    ...overrides,
  };
}

export function disconnection(overrides: Partial<DisconnectionIncident> = {}): DisconnectionIncident {
  return {
    kind: 'disconnection',
    id: `disconnection#${arn}`,
    version: 1,
    phase: 'suspected',
    containerInstanceArn: arn,
    clusterArn,
    ec2InstanceId,
    openedAtMs: T0,
    sinceMs: T0,
    instanceVersion: 7,
    steps: [],
    outbox: [],
    ...overrides,
  };
}
