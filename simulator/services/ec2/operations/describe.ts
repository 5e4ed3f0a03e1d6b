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
import { inOrder } from '../../pages.ts';
import type { Ec2Instance, Ec2World } from '../instances.ts';
import {
  findInstances,
  instanceField,
  matchesAll,
  pageOfResults,
  privateDnsName,
  reservationId,
  stateShape,
} from './find.ts';

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
  return pageOfResults(chosen.filter(filter), request, PAGE_MAX);
}

/** DescribeInstances: terminated instances stay visible for about an hour (EC2 guide, Terminate instances). */
export function describeInstances(world: Ec2World): Operation<DescribeInstancesRequest, DescribeInstancesResult> {
  return {
    authorize: () => ({ resources: ['*'] }),
    run: (request) => {
      const page = select(world, request, (instance) =>
        matchesAll(request.Filters, (name) => instanceField(world, instance, name)),
      );
      return {
        Reservations: page.items.map((instance) => ({
          ReservationId: reservationId(instance),
          OwnerId: world.context.kernel.place.accountId,
          Instances: [instanceShape(world, instance)],
        })),
        ...page.next,
      };
    },
  };
}

export function instanceShape(world: Ec2World, instance: Ec2Instance): Instance {
  return {
    InstanceId: instance.instanceId,
    InstanceType: instance.instanceType as NonNullable<Instance['InstanceType']>,
    ImageId: instance.imageId,
    State: stateShape(instance.state),
    StateTransitionReason: instance.stateReason ?? '',
    LaunchTime: new Date(instance.launchedAtMs),
    PrivateIpAddress: instance.privateIp,
    PrivateDnsName: privateDnsName(world, instance),
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
      const page = select(
        world,
        request,
        (instance) =>
          (request.IncludeAllInstances === true || instance.state === 'running') &&
          matchesAll(request.Filters, (name) => statusField(instance, name) ?? instanceField(world, instance, name)),
      );
      return { InstanceStatuses: page.items.map(statusShape), ...page.next };
    },
  };
}

function statusField(instance: Ec2Instance, name: string): readonly string[] | undefined {
  if (name === 'instance-status.status') return [instance.instanceStatus];
  if (name === 'system-status.status') return [instance.systemStatus];
  if (name === 'event.code') return instance.scheduledEvents.map(({ code }) => code);
  return undefined;
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
