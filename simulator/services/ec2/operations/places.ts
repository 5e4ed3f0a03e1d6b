import type {
  DescribeAvailabilityZonesRequest,
  DescribeAvailabilityZonesResult,
  DescribeInstanceTypesRequest,
  DescribeInstanceTypesResult,
  DescribeRegionsRequest,
  DescribeRegionsResult,
  InstanceTypeInfo,
} from '@aws-sdk/client-ec2';
import { entryOf } from '../../../kernel/entry-of.ts';
import { AwsError } from '../../../wire/aws-error.ts';
import type { Operation } from '../../../wire/service.ts';
import { INSTANCE_TYPES, type InstanceTypeFacts } from '../instance-types.ts';
import type { Ec2World } from '../instances.ts';
import { zonesOf } from '../zones.ts';
import { matchesAll, pageOfResults } from './find.ts';

/** @throws AwsError for a zone that the region does not have */
export function requireZone(world: Ec2World, zone: string): string {
  if (zonesOf(world.context).some(({ name }) => name === zone)) return zone;
  throw new AwsError('InvalidParameterValue', `Invalid availability zone: [${zone}]`);
}

/** DescribeAvailabilityZones: the three of the region. */
export function describeAvailabilityZones(
  world: Ec2World,
): Operation<DescribeAvailabilityZonesRequest, DescribeAvailabilityZonesResult> {
  return {
    authorize: () => ({ resources: ['*'] }),
    run: ({ ZoneNames: names = [], ZoneIds: ids = [], Filters: filters }) => {
      for (const name of names) requireZone(world, name);
      const { region } = world.context.kernel.place;
      const fields = (zone: { name: string; id: string }): Readonly<Record<string, readonly string[]>> => ({
        'zone-name': [zone.name],
        'zone-id': [zone.id],
        'zone-type': ['availability-zone'],
        'region-name': [region],
        'group-name': [region],
        state: ['available'],
        'opt-in-status': ['opt-in-not-required'],
      });
      const chosen = zonesOf(world.context).filter(
        (zone) =>
          (names.length === 0 || names.includes(zone.name)) &&
          (ids.length === 0 || ids.includes(zone.id)) &&
          matchesAll(filters, (name) => entryOf(fields(zone), name)),
      );
      return {
        AvailabilityZones: chosen.map(({ name, id }) => ({
          ZoneName: name,
          ZoneId: id,
          State: 'available',
          ZoneType: 'availability-zone',
          OptInStatus: 'opt-in-not-required',
          RegionName: region,
          GroupName: region,
          NetworkBorderGroup: region,
          Messages: [],
        })),
      };
    },
  };
}

/** DescribeRegions: the world has one region. */
export function describeRegions(world: Ec2World): Operation<DescribeRegionsRequest, DescribeRegionsResult> {
  return {
    authorize: () => ({ resources: ['*'] }),
    run: ({ RegionNames: names = [], Filters: filters }) => {
      const { region } = world.context.kernel.place;
      const unknown = names.find((name) => name !== region);
      if (unknown !== undefined) throw new AwsError('InvalidParameterValue', `Invalid region: [${unknown}]`);
      const endpoint = `ec2.${region}.amazonaws.com`;
      const fields: Readonly<Record<string, readonly string[]>> = {
        'region-name': [region],
        endpoint: [endpoint],
        'opt-in-status': ['opt-in-not-required'],
      };
      if (!matchesAll(filters, (name) => entryOf(fields, name))) return { Regions: [] };
      return { Regions: [{ RegionName: region, Endpoint: endpoint, OptInStatus: 'opt-in-not-required' }] };
    },
  };
}

/** DescribeInstanceTypes: those that can be launched by API. */
export function describeInstanceTypes(): Operation<DescribeInstanceTypesRequest, DescribeInstanceTypesResult> {
  return {
    authorize: () => ({ resources: ['*'] }),
    run: (request) => {
      const names: readonly string[] = request.InstanceTypes ?? [];
      const unknown = names.filter((name) => !INSTANCE_TYPES.has(name));
      if (unknown.length > 0) {
        const message = `The following supplied instance types do not exist: [${unknown.join(', ')}]`;
        throw new AwsError('InvalidInstanceType', message);
      }
      const found = [...INSTANCE_TYPES.values()]
        .map((type, serial) => ({ ...type, serial }))
        .filter(
          (type) =>
            (names.length === 0 || names.includes(type.name)) &&
            matchesAll(request.Filters, (name) => typeField(type, name)),
        );
      const page = pageOfResults(found, request, 100);
      return { InstanceTypes: page.items.map(typeShape), ...page.next };
    },
  };
}

function typeField(type: InstanceTypeFacts, name: string): readonly string[] | undefined {
  const fields: Readonly<Record<string, readonly string[]>> = {
    'instance-type': [type.name],
    'current-generation': [`${type.name !== 'm1.small'}`],
    'memory-info.size-in-mib': [`${type.memoryMiB}`],
    'processor-info.supported-architecture': [type.architecture],
    'supported-usage-class': ['on-demand', 'spot'],
    'vcpu-info.default-vcpus': [`${type.vCpus}`],
  };
  return entryOf(fields, name);
}

function typeShape({ name, vCpus, memoryMiB, architecture }: InstanceTypeFacts): InstanceTypeInfo {
  return {
    InstanceType: name,
    CurrentGeneration: name !== 'm1.small',
    SupportedUsageClasses: ['on-demand', 'spot'],
    BareMetal: false,
    ProcessorInfo: { SupportedArchitectures: [architecture] },
    VCpuInfo: { DefaultVCpus: vCpus },
    MemoryInfo: { SizeInMiB: memoryMiB },
    BurstablePerformanceSupported: name.startsWith('t'),
  };
}
