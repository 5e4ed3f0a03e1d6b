import type { CreateServiceRequest } from '@aws-sdk/client-ecs';
import { arn } from '../fleet-context.ts';
import { LIMITS } from '../fleet-timing.ts';
import { rollDaemon } from './daemons.ts';
import { schedule, scheduleDaemonsOn } from './scheduler.ts';
import type { EcsService, ServiceDeployment, ServiceSettings } from './service-state.ts';
import { type Cluster, type EcsWorld, now } from './state.ts';
import type { TaskBehaviour, TaskDefinition } from './task-state.ts';

export interface ServiceCreation {
  readonly cluster: Cluster;
  readonly settings: ServiceSettings;
  readonly definition: TaskDefinition;
  readonly behaviour?: TaskBehaviour | undefined;
  readonly tags?: Readonly<Record<string, string>>;
  readonly request?: CreateServiceRequest;
  readonly createdBy?: string | undefined;
}

function newDeployment(world: EcsWorld, definition: TaskDefinition): ServiceDeployment {
  const at = now(world);
  return {
    id: `ecs-svc/${world.context.random.integer(1e9, 9e9)}${world.context.random.integer(1e8, 9e8)}`,
    definition,
    createdAtMs: at,
    updatedAtMs: at,
    isCompleted: false,
  };
}

export function createService(world: EcsWorld, creation: ServiceCreation): EcsService {
  const { cluster, settings } = creation;
  const service: EcsService = {
    serial: world.serial++,
    arn: arn(world.context, 'ecs', `service/${cluster.name}/${settings.name}`),
    name: settings.name,
    cluster,
    createdAtMs: now(world),
    tags: new Map(Object.entries(creation.tags ?? {})),
    settings,
    definition: creation.definition,
    behaviour: creation.behaviour,
    deployment: newDeployment(world, creation.definition),
    olderDeployments: [],
    request: creation.request,
    createdBy: creation.createdBy,
    status: 'ACTIVE',
    tasks: new Set(),
    events: [],
    pass: undefined,
    retry: undefined,
    retryDelayMs: LIMITS.placementRetryMinMs,
    steady: false,
    toldTroubles: new Map(),
  };
  cluster.services.set(service.name, service);
  if (settings.schedulingStrategy === 'DAEMON') {
    cluster.daemons.add(service);
    for (const instance of cluster.byStatus.get('ACTIVE') ?? []) scheduleDaemonsOn(world, instance);
  }
  schedule(world, service);
  return service;
}

export interface ServiceUpdate {
  readonly settings?: Partial<ServiceSettings>;
  readonly definition?: TaskDefinition | undefined;
  readonly forceNewDeployment?: boolean;
}

/** A new task definition, or force, begins a new deployment: the tasks of the old one are replaced. */
export function updateService(world: EcsWorld, service: EcsService, update: ServiceUpdate): void {
  service.settings = { ...service.settings, ...update.settings };
  if (update.definition !== undefined || update.forceNewDeployment) {
    service.definition = update.definition ?? service.definition;
    const hasTasks = ({ id }: ServiceDeployment) => [...service.tasks].some((task) => task.startedBy === id);
    service.olderDeployments = [service.deployment, ...service.olderDeployments].filter(hasTasks);
    service.deployment = newDeployment(world, service.definition);
    service.steady = false;
  }
  // An update lets the scheduler resume its normal pace (service-event-messages).
  service.toldTroubles.clear();
  service.deployment.updatedAtMs = now(world);
  schedule(world, service);
  if (service.settings.schedulingStrategy === 'DAEMON') rollDaemon(world, service);
}

/** DRAINING until its tasks are stopping, then INACTIVE. Its scheduler does nothing more than stop them. */
export function deleteService(world: EcsWorld, service: EcsService): void {
  service.status = 'DRAINING';
  service.settings = { ...service.settings, desiredCount: 0 };
  service.cluster.daemons.delete(service);
  service.cluster.waiting.delete(service);
  service.retry?.cancel();
  schedule(world, service);
}
