import type {
  DeleteServiceRequest,
  DeleteServiceResponse,
  DescribeServicesRequest,
  DescribeServicesResponse,
  Failure,
  ListServicesRequest,
  ListServicesResponse,
  Service,
} from '@aws-sdk/client-ecs';
import { AwsError } from '../../../wire/aws-error.ts';
import type { Operation } from '../../../wire/service.ts';
import { inOrder } from '../../pages.ts';
import { deleteService as deleteOneService } from '../services.ts';
import { tagList } from '../shapes.ts';
import type { EcsWorld } from '../state.ts';
import {
  arnWithin,
  findCluster,
  findService,
  invalidParameter,
  nextTokenOf,
  pageOfItems,
  requireAtMost,
  withinCluster,
} from './find.ts';
import { serviceShape } from './service-shape.ts';

/** ListServices: ACTIVE ones; a service that is being deleted is no longer listed. */
export function listServices(world: EcsWorld): Operation<ListServicesRequest, ListServicesResponse> {
  return {
    authorize: (request) => withinCluster(world, request.cluster, ['*']),
    run: (request) => {
      const { launchType, schedulingStrategy, resourceManagementType } = request;
      const { services } = findCluster(world, request.cluster);
      const found = inOrder(services.values()).filter(
        ({ settings, status }) =>
          status === 'ACTIVE' &&
          (schedulingStrategy === undefined || settings.schedulingStrategy === schedulingStrategy) &&
          (launchType === undefined ||
            (settings.capacityProviderStrategy === undefined && (settings.launchType ?? 'EC2') === launchType)) &&
          (resourceManagementType === undefined || resourceManagementType === 'CUSTOMER'),
      );
      const page = pageOfItems(found, request, 10);
      return { serviceArns: page.items.map((service) => service.arn), ...nextTokenOf(page) };
    },
  };
}

/** DescribeServices: up to 10, DRAINING and INACTIVE ones included. */
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
            ...serviceShape(service),
            ...(request.include?.includes('TAGS') ? { tags: tagList(service.tags) } : {}),
          });
      }
      return { services, failures };
    },
  };
}

/** DeleteService: of a replica service only when it is scaled to zero, unless forced. */
export function deleteService(world: EcsWorld): Operation<DeleteServiceRequest, DeleteServiceResponse> {
  return {
    authorize: ({ cluster, service = '' }) =>
      withinCluster(world, cluster, [arnWithin(world, 'service', { cluster, identifier: service })]),
    run: (request) => {
      const service = findService(findCluster(world, request.cluster), request.service ?? '');
      if (service === undefined) throw new AwsError('ServiceNotFoundException', 'Service not found.');
      if (service.status === 'INACTIVE') return { service: serviceShape(service) };
      const { schedulingStrategy, desiredCount } = service.settings;
      if (schedulingStrategy === 'REPLICA' && desiredCount > 0 && request.force !== true) {
        throw invalidParameter('The service cannot be stopped while it is scaled above 0.');
      }
      if (service.status === 'ACTIVE') deleteOneService(world, service);
      return { service: serviceShape(service) };
    },
  };
}
