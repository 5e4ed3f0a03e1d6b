import type {
  DescribeInstanceStatusRequest,
  DescribeInstanceStatusResult,
  DescribeInstancesRequest,
  DescribeInstancesResult,
  Instance,
  InstanceStatus,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../../wire/aws-error.ts';
import type { Operation } from '../../../wire/service.ts';
import { inOrder, pageOf } from '../../pages.ts';
import type { Ec2Instance, Ec2World } from '../instances.ts';
import { findInstances, matchesFilters, stateShape } from './find.ts';

const PAGE_MAX = 1_000;

function select(
  world: Ec2World,
  request: DescribeInstancesRequest | DescribeInstanceStatusRequest,
  filter: (instance: Ec2Instance) => boolean,
) {
  const ids = request.InstanceIds ?? [];
  if (ids.length > 0 && request.MaxResults !== undefined) {
    throw new AwsError(
      'InvalidParameterCombination',
      'The parameter instancesSet cannot be used with the parameter maxResults',
    );
  }
  const chosen = ids.length > 0 ? findInstances(world, ids) : inOrder(world.instances.values());
  const page = pageOf(chosen.filter(filter), { token: request.NextToken, size: request.MaxResults ?? PAGE_MAX });
  if (page === undefined) throw new AwsError('InvalidNextToken', 'The specified pagination token is not valid.');
  return page;
}

/** DescribeInstances: terminated instances stay visible for about an hour (EC2 guide, Terminate instances). */
export function describeInstances(world: Ec2World): Operation<DescribeInstancesRequest, DescribeInstancesResult> {
  return {
    authorize: () => ({ resources: ['*'] }),
    run: (request) => {
      const page = select(world, request, (instance) => matchesFilters(instance, request.Filters ?? []));
      return {
        Reservations: page.items.map((instance) => ({
          ReservationId: instance.instanceId.replace('i-', 'r-'),
          OwnerId: world.context.kernel.place.accountId,
          Instances: [instanceShape(instance)],
        })),
        ...(page.nextToken === undefined ? {} : { NextToken: page.nextToken }),
      };
    },
  };
}

function instanceShape(instance: Ec2Instance): Instance {
  return {
    InstanceId: instance.instanceId,
    InstanceType: instance.instanceType as NonNullable<Instance['InstanceType']>,
    ImageId: instance.imageId,
    State: stateShape(instance.state),
    StateTransitionReason: instance.stateReason ?? '',
    LaunchTime: new Date(instance.launchedAtMs),
    PrivateIpAddress: instance.privateIp,
    Placement: { AvailabilityZone: instance.availabilityZone },
    Tags: [...instance.tags].map(([Key, Value]) => ({ Key, Value })),
    ...(instance.spot ? { InstanceLifecycle: 'spot' as const } : {}),
    ...(instance.operator === undefined ? {} : { Operator: { Managed: true, Principal: instance.operator } }),
  };
}

/** DescribeInstanceStatus: only running instances, unless `IncludeAllInstances`. */
export function describeInstanceStatus(
  world: Ec2World,
): Operation<DescribeInstanceStatusRequest, DescribeInstanceStatusResult> {
  return {
    authorize: () => ({ resources: ['*'] }),
    run: (request) => {
      const filters = request.Filters ?? [];
      const page = select(
        world,
        request,
        (instance) =>
          (request.IncludeAllInstances === true || instance.state === 'running') &&
          filters.every((filter) => matchesStatusFilter(instance, filter)),
      );
      return {
        InstanceStatuses: page.items.map(statusShape),
        ...(page.nextToken === undefined ? {} : { NextToken: page.nextToken }),
      };
    },
  };
}

function matchesStatusFilter(
  instance: Ec2Instance,
  filter: { Name?: string | undefined; Values?: string[] | undefined },
) {
  const values = filter.Values ?? [];
  if (filter.Name === 'instance-status.status') return values.includes(instance.instanceStatus);
  if (filter.Name === 'system-status.status') return values.includes(instance.systemStatus);
  if (filter.Name === 'event.code') return instance.scheduledEvents.some((event) => values.includes(event.code));
  return matchesFilters(instance, [filter]);
}

function statusShape(instance: Ec2Instance): InstanceStatus {
  const impaired = instance.impairedSinceMs === undefined ? {} : { ImpairedSince: new Date(instance.impairedSinceMs) };
  const details = (status: string) =>
    status === 'ok' ? 'passed' : status === 'impaired' ? 'failed' : ('initializing' as const);
  return {
    InstanceId: instance.instanceId,
    AvailabilityZone: instance.availabilityZone,
    InstanceState: stateShape(instance.state),
    InstanceStatus: {
      Status: instance.instanceStatus,
      Details: [{ Name: 'reachability', Status: details(instance.instanceStatus), ...impaired }],
    },
    SystemStatus: {
      Status: instance.systemStatus,
      Details: [{ Name: 'reachability', Status: details(instance.systemStatus), ...impaired }],
    },
    Events: instance.scheduledEvents.map((event) => ({
      InstanceEventId: event.id,
      Code: event.code,
      Description: event.description,
      NotBefore: new Date(event.notBeforeMs),
    })),
  };
}
