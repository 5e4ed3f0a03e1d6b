import type { UpdateServiceRequest, UpdateServiceResponse } from '@aws-sdk/client-ecs';
import { AwsError } from '../../../wire/aws-error.ts';
import type { Operation } from '../../../wire/service.ts';
import type { EcsService, ServiceSettings } from '../service-state.ts';
import { updateService as updateOneService } from '../services.ts';
import { tagList } from '../shapes.ts';
import type { EcsWorld } from '../state.ts';
import { checkStrategy } from './cluster-settings.ts';
import { arnWithin, findCluster, findService, invalidParameter, withinCluster } from './find.ts';
import { checkRules } from './placement-request.ts';
import {
  percentsOf,
  refuseBlockedPercents,
  refuseDesiredCountOfDaemon,
  refuseWhatIsNotModelled,
} from './service-request.ts';
import { serviceShape } from './service-shape.ts';
import { runnableDefinition } from './task-definition-shape.ts';

/**
 * UpdateService: what the request leaves out stays. A task definition, a capacity provider strategy or
 * `forceNewDeployment` begins a new deployment; the other parameters do not.
 */
export function updateService(world: EcsWorld): Operation<UpdateServiceRequest, UpdateServiceResponse> {
  return {
    authorize: ({ cluster, service = '' }) =>
      withinCluster(world, cluster, [arnWithin(world, 'service', { cluster, identifier: service })]),
    run: (request) => {
      const service = findService(findCluster(world, request.cluster), request.service ?? '');
      if (service === undefined) throw new AwsError('ServiceNotFoundException', 'Service not found.');
      if (service.status !== 'ACTIVE') throw new AwsError('ServiceNotActiveException', 'Service was not ACTIVE.');
      refuseWhatIsNotModelled(request);
      const settings = changesOf(service, request);
      refuseBlockedPercents(world, { ...service.settings, ...settings });
      updateOneService(world, service, {
        settings,
        definition:
          request.taskDefinition === undefined ? undefined : runnableDefinition(world, request.taskDefinition),
        forceNewDeployment: request.forceNewDeployment === true || request.capacityProviderStrategy !== undefined,
      });
      return { service: { ...serviceShape(service), tags: tagList(service.tags) } };
    },
  };
}

function changesOf(service: EcsService, request: UpdateServiceRequest): Partial<ServiceSettings> {
  const { desiredCount, placementConstraints, placementStrategy, propagateTags, enableECSManagedTags } = request;
  const isDaemon = service.settings.schedulingStrategy === 'DAEMON';
  if (isDaemon) refuseDesiredCountOfDaemon(desiredCount);
  if (isDaemon && (placementStrategy?.length || request.capacityProviderStrategy?.length)) {
    throw invalidParameter('Strategies are not supported with the DAEMON scheduling strategy.');
  }
  // An empty object is how a placement strategy is removed (UpdateService, API reference).
  const strategy = placementStrategy?.filter(({ type }) => type !== undefined);
  checkRules(placementConstraints, strategy);
  return {
    ...(desiredCount === undefined ? {} : { desiredCount }),
    ...percentsOf(request.deploymentConfiguration),
    ...capacityOf(service, request),
    ...(placementConstraints === undefined ? {} : { placementConstraints }),
    ...(strategy === undefined ? {} : { placementStrategy: strategy }),
    ...(propagateTags === undefined ? {} : { propagateTags }),
    ...(enableECSManagedTags === undefined ? {} : { managedTags: enableECSManagedTags }),
  };
}

/** An empty strategy takes the service back to its launch type. */
function capacityOf(
  { cluster }: EcsService,
  { capacityProviderStrategy: strategy }: UpdateServiceRequest,
): Partial<ServiceSettings> {
  if (strategy === undefined) return {};
  checkStrategy(strategy, cluster.capacityProviders);
  if (strategy.length === 0) return { capacityProviderStrategy: undefined, launchType: 'EC2' };
  return { capacityProviderStrategy: strategy };
}
