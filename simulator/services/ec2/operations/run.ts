import type { Reservation, RunInstancesRequest } from '@aws-sdk/client-ec2';
import { AwsError } from '../../../wire/aws-error.ts';
import type { Operation } from '../../../wire/service.ts';
import { type Ec2Instance, type Ec2World, instanceArn, launchInstance } from '../instances.ts';
import { launchOptionsOf } from '../launch-templates.ts';
import { instanceShape } from './describe.ts';
import { reservationId } from './find.ts';
import { findTemplate, requireImage, requireInstanceType, requireVersion } from './named.ts';
import { requireZone } from './places.ts';
import { tagsFor } from './tag-specifications.ts';
import { refuseOthers } from './unmodelled.ts';

/** Those of networks, volumes and keys are taken, and change nothing here. */
const MODELLED: ReadonlySet<string> = new Set([
  'BlockDeviceMappings',
  'ClientToken',
  'DisableApiTermination',
  'DryRun',
  'EbsOptimized',
  'IamInstanceProfile',
  'ImageId',
  'InstanceMarketOptions',
  'InstanceType',
  'KeyName',
  'LaunchTemplate',
  'MaxCount',
  'MetadataOptions',
  'MinCount',
  'Monitoring',
  'Placement',
  'SecurityGroupIds',
  'SecurityGroups',
  'TagSpecifications',
  'UserData',
]);

/** What is given beside a launch template takes its place. */
const FROM_TEMPLATE = [
  'DisableApiTermination',
  'ImageId',
  'InstanceMarketOptions',
  'InstanceType',
  'UserData',
] as const;

const INSTANCES_MAX = 1_000;

/**
 * RunInstances: instances of their own, in no group. What cluster they join, their user data tell. The same client token
 * gives the same instances again.
 */
export function runInstances(world: Ec2World): Operation<RunInstancesRequest, Reservation> {
  const { region } = world.context.kernel.place;
  return {
    authorize: ({ ImageId }) => ({
      resources: [instanceArn(world, '*'), `arn:aws:ec2:${region}::image/${ImageId ?? '*'}`],
    }),
    run: (request) => {
      refuseOthers(request, MODELLED);
      const known = world.launchTokens.get(request.ClientToken ?? '');
      const instances = known ?? launchAll(world, request);
      if (request.ClientToken !== undefined) world.launchTokens.set(request.ClientToken, instances);
      const [first] = instances;
      return {
        ...(first === undefined ? {} : { ReservationId: reservationId(first) }),
        OwnerId: world.context.kernel.place.accountId,
        Instances: instances.map((instance) => instanceShape(world, instance)),
      };
    },
  };
}

function launchAll(world: Ec2World, request: RunInstancesRequest): Ec2Instance[] {
  const count = countOf(request);
  const options = optionsOf(world, request);
  return Array.from({ length: count }, () => launchInstance(world, options));
}

function countOf({ MinCount: min = 1, MaxCount: max = 1 }: RunInstancesRequest): number {
  if (min < 1 || max < min) {
    const message = `Invalid value '${max}' for maxCount. Must be equal to or greater than minCount (${min}).`;
    throw new AwsError('InvalidParameterValue', message);
  }
  if (max > INSTANCES_MAX) {
    const message = `You have requested more instances (${max}) than the simulator launches at once (${INSTANCES_MAX}).`;
    throw new AwsError('InstanceLimitExceeded', message);
  }
  return max;
}

function optionsOf(world: Ec2World, request: RunInstancesRequest) {
  const { LaunchTemplate: template } = request;
  const version = template?.Version ?? '$Default';
  const data = template === undefined ? {} : { ...requireVersion(findTemplate(world, template), version).data };
  for (const name of FROM_TEMPLATE) if (request[name] !== undefined) Object.assign(data, { [name]: request[name] });
  const { ImageId } = data;
  if (ImageId === undefined) throw new AwsError('MissingParameter', 'The request must contain the parameter ImageId');
  requireImage(ImageId);
  const options = launchOptionsOf(data);
  requireInstanceType(options.instanceType);
  return {
    ...options,
    availabilityZone: requireZone(world, zoneOf(world, request)),
    tags: { ...options.tags, ...tagsFor('instance', request.TagSpecifications) },
  };
}

function zoneOf({ context }: Ec2World, { Placement: placement = {} }: RunInstancesRequest): string {
  refuseOthers(placement, new Set(['AvailabilityZone']));
  return placement.AvailabilityZone ?? `${context.kernel.place.region}a`;
}
