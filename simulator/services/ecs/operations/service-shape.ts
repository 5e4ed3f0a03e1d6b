import type { Deployment, Service } from '@aws-sdk/client-ecs';
import type { EcsService, ServiceDeployment } from '../service-state.ts';
import type { Task } from '../task-state.ts';

export function serviceShape(service: EcsService): Service {
  const { settings, deployment, definition } = service;
  const alive = [...service.tasks].filter((task) => task.desiredStatus === 'RUNNING');
  const desiredCount = desiredCountOf(service);
  return {
    serviceArn: service.arn,
    serviceName: service.name,
    clusterArn: service.cluster.arn,
    status: service.status,
    desiredCount,
    ...counts(alive),
    ...capacity(service),
    taskDefinition: definition.arn,
    schedulingStrategy: settings.schedulingStrategy,
    deploymentController: { type: 'ECS' },
    deploymentConfiguration: {
      deploymentCircuitBreaker: { enable: false, rollback: false },
      minimumHealthyPercent: settings.minimumHealthyPercent,
      maximumPercent: settings.maximumPercent,
      strategy: 'ROLLING',
    },
    availabilityZoneRebalancing: 'DISABLED',
    loadBalancers: [],
    serviceRegistries: [],
    placementConstraints: [...(settings.placementConstraints ?? [])],
    placementStrategy: [...(settings.placementStrategy ?? [])],
    healthCheckGracePeriodSeconds: 0,
    enableECSManagedTags: settings.managedTags ?? false,
    propagateTags: settings.propagateTags ?? 'NONE',
    enableExecuteCommand: false,
    createdAt: new Date(service.createdAtMs),
    ...(service.createdBy === undefined ? {} : { createdBy: service.createdBy }),
    deployments: [
      { ...deploymentShape(service, deployment, alive), status: 'PRIMARY', desiredCount },
      ...service.olderDeployments
        .map((one) => deploymentShape(service, one, alive))
        .filter(({ runningCount = 0, pendingCount = 0 }) => runningCount + pendingCount > 0),
    ],
    events: service.events.map(({ id, createdAtMs, message }) => ({ id, createdAt: new Date(createdAtMs), message })),
  };
}

/** A daemon wants a task on each ACTIVE instance, for as long as it is ACTIVE itself. */
function desiredCountOf({ settings, status, cluster }: EcsService): number {
  if (settings.schedulingStrategy === 'REPLICA') return settings.desiredCount;
  return status === 'ACTIVE' ? (cluster.byStatus.get('ACTIVE')?.size ?? 0) : 0;
}

/** Either a strategy or a launch type, never both (Service, API reference). */
function capacity({ settings }: EcsService): Pick<Service, 'launchType' | 'capacityProviderStrategy'> {
  const strategy = settings.capacityProviderStrategy?.map((item) => ({ weight: 0, base: 0, ...item }));
  return strategy === undefined ? { launchType: settings.launchType ?? 'EC2' } : { capacityProviderStrategy: strategy };
}

function deploymentShape(service: EcsService, deployment: ServiceDeployment, alive: readonly Task[]): Deployment {
  const { id, definition, createdAtMs, updatedAtMs } = deployment;
  const tasks = alive.filter((task) => task.startedBy === id);
  const isDone = isCompleted(service, deployment, tasks);
  return {
    id,
    status: 'ACTIVE',
    taskDefinition: definition.arn,
    desiredCount: 0,
    ...counts(tasks),
    failedTasks: 0,
    createdAt: new Date(createdAtMs),
    updatedAt: new Date(updatedAtMs),
    ...capacity(service),
    rolloutState: isDone ? 'COMPLETED' : 'IN_PROGRESS',
    rolloutStateReason: `ECS deployment ${id} ${isDone ? 'completed' : 'in progress'}.`,
  };
}

/** The scheduler notes when a replica service has come to rest; a daemon is looked at when somebody asks. */
function isCompleted(service: EcsService, deployment: ServiceDeployment, tasks: readonly Task[]): boolean {
  if (service.settings.schedulingStrategy === 'REPLICA') return deployment.isCompleted;
  return (
    tasks.length === service.tasks.size &&
    tasks.length >= desiredCountOf(service) &&
    tasks.every(({ lastStatus }) => lastStatus === 'RUNNING')
  );
}

function counts(tasks: readonly Task[]) {
  const runningCount = tasks.filter((task) => task.lastStatus === 'RUNNING').length;
  return { runningCount, pendingCount: tasks.length - runningCount };
}
