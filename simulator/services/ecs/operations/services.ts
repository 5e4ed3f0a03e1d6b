import type {
  CreateServiceRequest,
  CreateServiceResponse,
  DescribeServicesRequest,
  DescribeServicesResponse,
  Failure,
  ListServicesRequest,
  ListServicesResponse,
  Service,
  UpdateServiceRequest,
  UpdateServiceResponse,
} from '@aws-sdk/client-ecs';
import { AwsError } from '../../../wire/aws-error.ts';
import type { Operation } from '../../../wire/service.ts';
import { inOrder } from '../../pages.ts';
import type { EcsService } from '../service-state.ts';
import { createService as createOneService, updateService as updateOneService } from '../services.ts';
import { tagList } from '../shapes.ts';
import type { EcsWorld } from '../state.ts';
import { findTaskDefinition } from '../task-definitions.ts';
import type { Task } from '../task-state.ts';
import {
  arnWithin,
  clientException,
  findCluster,
  findService,
  invalidParameter,
  nextTokenOf,
  pageOfItems,
  requireAtMost,
  withinCluster,
} from './find.ts';

export function listServices(world: EcsWorld): Operation<ListServicesRequest, ListServicesResponse> {
  return {
    authorize: (request) => withinCluster(world, request.cluster, ['*']),
    run: (request) => {
      const { services } = findCluster(world, request.cluster);
      const found = inOrder(services.values()).filter(
        ({ settings }) =>
          request.schedulingStrategy === undefined || settings.schedulingStrategy === request.schedulingStrategy,
      );
      const page = pageOfItems(found, request, 10);
      return { serviceArns: page.items.map((service) => service.arn), ...nextTokenOf(page) };
    },
  };
}

export function describeServices(world: EcsWorld): Operation<DescribeServicesRequest, DescribeServicesResponse> {
  const arnOf = (cluster: string | undefined, identifier: string) =>
    arnWithin(world, 'service', { cluster, identifier });
  return {
    authorize: ({ cluster, services = [] }) =>
      withinCluster(
        world,
        cluster,
        services.map((service) => arnOf(cluster, service)),
      ),
    run: (request) => {
      const cluster = findCluster(world, request.cluster);
      requireAtMost(request.services ?? [], 10, 'Services');
      const services: Service[] = [];
      const failures: Failure[] = [];
      for (const identifier of request.services ?? []) {
        const service = findService(cluster, identifier);
        if (service === undefined) failures.push({ arn: arnOf(request.cluster, identifier), reason: 'MISSING' });
        else
          services.push({
            ...shape(service),
            ...(request.include?.includes('TAGS') ? { tags: tagList(service.tags) } : {}),
          });
      }
      return { services, failures };
    },
  };
}

function shape(service: EcsService): Service {
  const { settings, deployment, definition } = service;
  const alive = [...service.tasks].filter((task) => task.desiredStatus === 'RUNNING');
  const desiredCount =
    settings.schedulingStrategy === 'DAEMON'
      ? (service.cluster.byStatus.get('ACTIVE')?.size ?? 0)
      : settings.desiredCount;
  const older = Map.groupBy(alive, (task) => task.startedBy ?? '');
  older.delete(deployment.id);
  return {
    serviceArn: service.arn,
    serviceName: service.name,
    clusterArn: service.cluster.arn,
    status: service.status,
    desiredCount,
    ...counts(alive),
    launchType: 'EC2',
    taskDefinition: definition.arn,
    schedulingStrategy: settings.schedulingStrategy,
    deploymentConfiguration: {
      minimumHealthyPercent: settings.minimumHealthyPercent,
      maximumPercent: settings.maximumPercent,
    },
    loadBalancers: [],
    serviceRegistries: [],
    placementConstraints: [],
    placementStrategy: [],
    createdAt: new Date(service.createdAtMs),
    deployments: [
      {
        id: deployment.id,
        status: 'PRIMARY',
        taskDefinition: definition.arn,
        desiredCount,
        ...counts(alive.filter((task) => task.startedBy === deployment.id)),
        failedTasks: 0,
        createdAt: new Date(deployment.createdAtMs),
        updatedAt: new Date(deployment.updatedAtMs),
        launchType: 'EC2',
        rolloutState: service.steady ? 'COMPLETED' : 'IN_PROGRESS',
      },
      ...[...older].map(([id, tasks]) => ({
        id,
        status: 'ACTIVE',
        taskDefinition: tasks[0]?.definition.arn,
        desiredCount: 0,
        ...counts(tasks),
      })),
    ],
    events: service.events.map(({ id, createdAtMs, message }) => ({ id, createdAt: new Date(createdAtMs), message })),
  };
}

function counts(tasks: readonly Task[]) {
  const runningCount = tasks.filter((task) => task.lastStatus === 'RUNNING').length;
  return { runningCount, pendingCount: tasks.length - runningCount };
}

export function createService(world: EcsWorld): Operation<CreateServiceRequest, CreateServiceResponse> {
  return {
    authorize: (request) =>
      withinCluster(world, request.cluster, [
        arnWithin(world, 'service', { cluster: request.cluster, identifier: request.serviceName ?? '' }),
      ]),
    run: (request) => {
      const cluster = findCluster(world, request.cluster);
      const definition = findTaskDefinition(world, request.taskDefinition ?? '');
      if (definition === undefined) throw clientException('TaskDefinition not found.');
      const name = request.serviceName ?? '';
      if (cluster.services.has(name)) throw invalidParameter('Creation of service was not idempotent.');
      const daemon = request.schedulingStrategy === 'DAEMON';
      const service = createOneService(world, {
        cluster,
        definition,
        settings: {
          name,
          schedulingStrategy: daemon ? 'DAEMON' : 'REPLICA',
          desiredCount: request.desiredCount ?? 0,
          minimumHealthyPercent: request.deploymentConfiguration?.minimumHealthyPercent ?? (daemon ? 0 : 100),
          maximumPercent: request.deploymentConfiguration?.maximumPercent ?? (daemon ? 100 : 200),
          deregistrationDelayMs: undefined,
          slowStartMs: undefined,
        },
        tags: Object.fromEntries((request.tags ?? []).map(({ key, value }) => [key ?? '', value ?? ''])),
      });
      return { service: shape(service) };
    },
  };
}

export function updateService(world: EcsWorld): Operation<UpdateServiceRequest, UpdateServiceResponse> {
  return {
    authorize: ({ cluster, service = '' }) =>
      withinCluster(world, cluster, [arnWithin(world, 'service', { cluster, identifier: service })]),
    run: (request) => {
      const service = findService(findCluster(world, request.cluster), request.service ?? '');
      if (service === undefined) throw new AwsError('ServiceNotFoundException', 'Service not found.');
      const definition =
        request.taskDefinition === undefined ? undefined : findTaskDefinition(world, request.taskDefinition);
      if (request.taskDefinition !== undefined && definition === undefined) {
        throw clientException('TaskDefinition not found.');
      }
      const { desiredCount, deploymentConfiguration: deployment } = request;
      updateOneService(world, service, {
        settings: {
          ...(desiredCount === undefined ? {} : { desiredCount }),
          ...(deployment?.minimumHealthyPercent === undefined
            ? {}
            : { minimumHealthyPercent: deployment.minimumHealthyPercent }),
          ...(deployment?.maximumPercent === undefined ? {} : { maximumPercent: deployment.maximumPercent }),
        },
        definition,
        forceNewDeployment: request.forceNewDeployment ?? false,
      });
      return { service: shape(service) };
    },
  };
}
