import { isDeepStrictEqual } from 'node:util';
import type { CreateServiceRequest, CreateServiceResponse } from '@aws-sdk/client-ecs';
import type { Call, Operation } from '../../../wire/service.ts';
import type { EcsService, ServiceSettings } from '../service-state.ts';
import { createService as createOneService } from '../services.ts';
import { tagList } from '../shapes.ts';
import type { Cluster, EcsWorld } from '../state.ts';
import { arnWithin, findCluster, invalidParameter, tagRecord, withinCluster } from './find.ts';
import { placementOf } from './placement-request.ts';
import {
  percentsOf,
  refuseBlockedPercents,
  refuseDesiredCountOfDaemon,
  refuseWhatIsNotModelled,
} from './service-request.ts';
import { serviceShape } from './service-shape.ts';
import { runnableDefinition } from './task-definition-shape.ts';

/** CreateService: the same request again answers the service that is there; another one of the name is refused. */
export function createService(world: EcsWorld): Operation<CreateServiceRequest, CreateServiceResponse> {
  return {
    authorize: (request) =>
      withinCluster(world, request.cluster, [
        arnWithin(world, 'service', { cluster: request.cluster, identifier: request.serviceName ?? '' }),
      ]),
    run: (request, { caller }) => {
      const cluster = findCluster(world, request.cluster);
      const { tags, clientToken, ...rest } = request;
      const existing = earlierService(cluster, rest);
      const service =
        existing ??
        createOneService(world, {
          cluster,
          definition: definitionOf(world, request),
          settings: settingsOf(world, cluster, request),
          tags: tagRecord(tags),
          request: rest,
          createdBy: principalOf(caller),
        });
      return { service: { ...serviceShape(service), tags: tagList(service.tags) } };
    },
  };
}

function earlierService(cluster: Cluster, request: CreateServiceRequest): EcsService | undefined {
  const existing = cluster.services.get(request.serviceName ?? '');
  if (existing === undefined || existing.status === 'INACTIVE') return undefined;
  if (existing.status === 'DRAINING') throw invalidParameter('Unable to Start a service that is still Draining.');
  if (existing.request !== undefined && isDeepStrictEqual(existing.request, request)) return existing;
  throw invalidParameter('Creation of service was not idempotent.');
}

function definitionOf(world: EcsWorld, { taskDefinition }: CreateServiceRequest) {
  if (!taskDefinition) throw invalidParameter('TaskDefinition can not be blank.');
  return runnableDefinition(world, taskDefinition);
}

function settingsOf(world: EcsWorld, cluster: Cluster, request: CreateServiceRequest): ServiceSettings {
  refuseWhatIsNotModelled(request);
  const { desiredCount, serviceName: name = '', schedulingStrategy = 'REPLICA' } = request;
  const daemon = schedulingStrategy === 'DAEMON';
  if (daemon) refuseDesiredCountOfDaemon(desiredCount);
  if (daemon && request.placementStrategy?.length) {
    throw invalidParameter('Placement strategies are not supported with the DAEMON scheduling strategy.');
  }
  if (daemon && request.capacityProviderStrategy?.length) {
    throw invalidParameter('Capacity provider strategies are not supported with the DAEMON scheduling strategy.');
  }
  if (!daemon && desiredCount === undefined) {
    throw invalidParameter('A desired count is required when the scheduling strategy is REPLICA.');
  }
  const settings: ServiceSettings = {
    name,
    schedulingStrategy,
    desiredCount: desiredCount ?? 0,
    minimumHealthyPercent: daemon ? 0 : 100,
    maximumPercent: daemon ? 100 : 200,
    ...percentsOf(request.deploymentConfiguration),
    deregistrationDelayMs: undefined,
    slowStartMs: undefined,
    ...placementOf(cluster, daemon ? { ...request, launchType: request.launchType ?? 'EC2' } : request),
    propagateTags: request.propagateTags,
    managedTags: request.enableECSManagedTags ?? false,
  };
  refuseBlockedPercents(world, settings);
  return settings;
}

function principalOf(caller: Call['caller']): string | undefined {
  return caller.kind === 'function' ? caller.roleArn : undefined;
}
