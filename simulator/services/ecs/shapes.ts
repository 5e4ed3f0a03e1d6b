import type {
  ContainerDefinition,
  ContainerInstance as ContainerInstanceShape,
  Tag,
  TaskOverride,
  Task as TaskShape,
} from '@aws-sdk/client-ecs';
import type { ContainerInstance } from './state.ts';
import type { Task } from './task-state.ts';

export function tagList(tags: ReadonlyMap<string, string>): Tag[] {
  return [...tags].map(([key, value]) => ({ key, value }));
}

function resources({ cpu, memory }: { readonly cpu: number; readonly memory: number }) {
  const none = { doubleValue: 0, longValue: 0 };
  return [
    { name: 'CPU', type: 'INTEGER', ...none, integerValue: cpu },
    { name: 'MEMORY', type: 'INTEGER', ...none, integerValue: memory },
    {
      name: 'PORTS',
      type: 'STRINGSET',
      ...none,
      integerValue: 0,
      stringSetValue: ['22', '2376', '2375', '51678', '51679'],
    },
    { name: 'PORTS_UDP', type: 'STRINGSET', ...none, integerValue: 0, stringSetValue: [] },
  ];
}

/** A container instance as the API shows it; the events carry nearly the same. */
export function containerInstanceShape(instance: ContainerInstance): ContainerInstanceShape {
  return {
    containerInstanceArn: instance.arn,
    ec2InstanceId: instance.ec2InstanceId,
    version: instance.version,
    versionInfo: {
      agentVersion: instance.agentVersion,
      agentHash: '*5f2d1f1a',
      dockerVersion: 'DockerVersion: 25.0.8',
    },
    remainingResources: resources(instance.remaining),
    registeredResources: resources(instance.registered),
    status: instance.status,
    agentConnected: instance.agentConnected,
    runningTasksCount: instance.runningTasksCount,
    pendingTasksCount: instance.pendingTasksCount,
    attributes: [...instance.attributes].map(([name, value]) => (value === undefined ? { name } : { name, value })),
    registeredAt: new Date(instance.registeredAtMs),
    attachments: [],
    ...(instance.capacityProviderName === undefined ? {} : { capacityProviderName: instance.capacityProviderName }),
    ...(instance.statusReason === undefined ? {} : { statusReason: instance.statusReason }),
    ...(instance.agentUpdateStatus === undefined
      ? {}
      : { agentUpdateStatus: instance.agentUpdateStatus as NonNullable<ContainerInstanceShape['agentUpdateStatus']> }),
  };
}

/** A task as the API shows it; its state change event is this, plus `updatedAt`. */
export function taskShape(task: Task): TaskShape {
  const { containerInstance: instance, definition } = task;
  return {
    attachments: [],
    attributes: [{ name: 'ecs.cpu-architecture', value: 'x86_64' }],
    availabilityZone: instance.availabilityZone,
    clusterArn: task.cluster.arn,
    connectivity: instance.agentConnected ? 'CONNECTED' : 'DISCONNECTED',
    connectivityAt: new Date(instance.connectivityChangedAtMs),
    containerInstanceArn: instance.arn,
    containers: definition.containers.map((container, index) => containerShape(task, container, index)),
    cpu: String(definition.cpu),
    createdAt: new Date(task.createdAtMs),
    desiredStatus: task.desiredStatus,
    enableExecuteCommand: false,
    group: task.group,
    healthStatus: 'UNKNOWN',
    lastStatus: task.lastStatus,
    launchType: task.launchType,
    memory: String(definition.memory),
    overrides: overridesShape(task),
    taskArn: task.arn,
    taskDefinitionArn: definition.arn,
    version: task.version,
    ...(task.capacityProviderName === undefined ? {} : { capacityProviderName: task.capacityProviderName }),
    ...(task.startedBy === undefined ? {} : { startedBy: task.startedBy }),
    ...(task.stopCode === undefined ? {} : { stopCode: task.stopCode as NonNullable<TaskShape['stopCode']> }),
    ...(task.stoppedReason === undefined ? {} : { stoppedReason: task.stoppedReason }),
    ...instants(task),
  };
}

function instants(task: Task): Partial<TaskShape> {
  const dates = {
    pullStartedAt: task.pullStartedAtMs,
    pullStoppedAt: task.pullStoppedAtMs,
    startedAt: task.startedAtMs,
    stoppingAt: task.stoppingAtMs,
    executionStoppedAt: task.executionStoppedAtMs,
    stoppedAt: task.stoppedAtMs,
  };
  return Object.fromEntries(
    Object.entries(dates).flatMap(([name, ms]) => (ms === undefined ? [] : [[name, new Date(ms)]])),
  );
}

const CONTAINER_STATUS: Partial<Record<Task['lastStatus'], string>> = {
  RUNNING: 'RUNNING',
  DEACTIVATING: 'RUNNING',
  STOPPING: 'RUNNING',
  DEPROVISIONING: 'STOPPED',
  STOPPED: 'STOPPED',
};

/** Every container is named, overridden or not. */
function overridesShape({ overrides, definition }: Task): TaskOverride {
  const { containerOverrides = [], ...rest } = overrides ?? {};
  return {
    inferenceAcceleratorOverrides: [],
    ...rest,
    containerOverrides: definition.containers.map(
      ({ name }) => containerOverrides.find((override) => override.name === name) ?? { name },
    ),
  };
}

function containerShape(task: Task, { name, image, cpu, memory }: ContainerDefinition, index: number) {
  const { end } = task.host;
  const exitCode = end === 'exited' ? 0 : end === 'killed-after-stop-timeout' ? 137 : undefined;
  const lastStatus = CONTAINER_STATUS[task.lastStatus] ?? 'PENDING';
  const arn = task.arn.replace(':task/', ':container/');
  return {
    containerArn: index === 0 ? arn : `${arn}-${index}`,
    taskArn: task.arn,
    name,
    image: image ?? `${task.definition.family}:${task.definition.revision}`,
    lastStatus,
    networkBindings: [],
    networkInterfaces: [],
    healthStatus: 'UNKNOWN' as const,
    cpu: String(cpu ?? 0),
    ...(memory === undefined ? {} : { memory: String(memory) }),
    ...(exitCode === undefined || lastStatus !== 'STOPPED' ? {} : { exitCode }),
  };
}
