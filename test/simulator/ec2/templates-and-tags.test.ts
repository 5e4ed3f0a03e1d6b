import { describe, expect, test } from 'vitest';
import { createAccount, ec2StateOf, IMAGE } from '../api-fleet.ts';
import type { FleetFixture } from '../fleet-fixture.ts';

const one = { MinCount: 1, MaxCount: 1 };

function run(fleet: FleetFixture) {
  return fleet.call<{ Instances: { InstanceId: string }[] }>('ec2', 'RunInstances', { ...IMAGE, ...one }).Instances;
}

describe('launch templates', () => {
  const hosts = { LaunchTemplateName: 'hosts' };

  test('have versions that take over what they leave out, and a default', () => {
    const fleet = createAccount();
    const LaunchTemplateData = { InstanceType: 'c5.large' };
    fleet.call('ec2', 'CreateLaunchTemplateVersion', { ...hosts, SourceVersion: '1', LaunchTemplateData });
    fleet.call('ec2', 'ModifyLaunchTemplate', { ...hosts, DefaultVersion: '2' });

    expect(fleet.call('ec2', 'DescribeLaunchTemplateVersions', hosts)).toMatchObject({
      LaunchTemplateVersions: [
        { VersionNumber: 2, DefaultVersion: true, LaunchTemplateData: { ...IMAGE, InstanceType: 'c5.large' } },
        { VersionNumber: 1, DefaultVersion: false },
      ],
    });
    expect(fleet.call('ec2', 'DescribeLaunchTemplates', {})).toMatchObject({
      LaunchTemplates: [{ LaunchTemplateName: 'hosts', DefaultVersionNumber: 2, LatestVersionNumber: 2 }],
    });
  });

  test('are refused with what is wrong', () => {
    const fleet = createAccount();
    const errorOf = (operation: string, input: object) => fleet.errorOf('ec2', operation, input).code;
    const LaunchTemplateData = IMAGE;

    expect(errorOf('CreateLaunchTemplate', { ...hosts, LaunchTemplateData })).toBe(
      'InvalidLaunchTemplateName.AlreadyExistsException',
    );
    expect(
      errorOf('CreateLaunchTemplate', { LaunchTemplateName: 'x', LaunchTemplateData: { HibernationOptions: {} } }),
    ).toBe('UnsupportedOperation');
    expect(errorOf('DeleteLaunchTemplate', { LaunchTemplateId: 'lt-0aaaaaaaaaaaaaaaa' })).toBe(
      'InvalidLaunchTemplateId.NotFound',
    );
    expect(errorOf('DeleteLaunchTemplate', { LaunchTemplateId: 'lt-x' })).toBe('InvalidLaunchTemplateId.Malformed');
    expect(errorOf('ModifyLaunchTemplate', {})).toBe('InvalidParameterCombination');
  });

  test('of the groups of a fleet are there to be described', () => {
    const fleet = createAccount();
    fleet.world.createAutoScalingGroup({ name: 'nodes', cluster: 'main', desired: 0, spot: true });

    expect(fleet.call('ec2', 'DescribeLaunchTemplateVersions', { LaunchTemplateName: 'nodes' })).toMatchObject({
      LaunchTemplateVersions: [
        { LaunchTemplateData: { InstanceType: 'm5.large', InstanceMarketOptions: { MarketType: 'spot' } } },
      ],
    });
  });
});

test('tags of instances and launch templates are set, filtered and removed', () => {
  const fleet = createAccount();
  const id = run(fleet)[0]?.InstanceId ?? '';
  const tag = (Key: string, Value: string) => ({ Key, Value });
  fleet.call('ec2', 'CreateTags', { Resources: [id], Tags: [tag('a', '1'), tag('b', '2')] });
  const tags = (...filters: [Name: string, Value: string][]) =>
    fleet.call<{ Tags: object[] }>('ec2', 'DescribeTags', {
      Filters: filters.map(([Name, Value]) => ({ Name, Values: [Value] })),
    }).Tags;

  expect(tags(['resource-type', 'instance'], ['key', 'a'])).toEqual([
    { ResourceId: id, ResourceType: 'instance', Key: 'a', Value: '1' },
  ]);
  fleet.call('ec2', 'DeleteTags', { Resources: [id], Tags: [tag('a', 'other'), { Key: 'b' }] });
  expect(tags(['resource-id', id])).toMatchObject([{ Key: 'a' }]);

  const errorOf = (input: object) => fleet.errorOf('ec2', 'CreateTags', input).code;
  expect(errorOf({ Resources: ['i-0aaaaaaaaaaaaaaaa'], Tags: [tag('a', '1')] })).toBe('InvalidInstanceID.NotFound');
  expect(errorOf({ Resources: ['vol-1'], Tags: [tag('a', '1')] })).toBe('InvalidID');
  expect(errorOf({ Resources: [id], Tags: [tag('aws:x', '1')] })).toBe('InvalidParameterValue');
  const many = Array.from({ length: 50 }, (_, index) => tag(`key-${index}`, ''));
  expect(errorOf({ Resources: [id], Tags: many })).toBe('TagLimitExceeded');
});

test('regions, zones and instance types are those that can be launched in', () => {
  const fleet = createAccount();
  const typeFilter = { Filters: [{ Name: 'vcpu-info.default-vcpus', Values: ['2'] }], MaxResults: 5 };

  expect(fleet.call('ec2', 'DescribeRegions', {})).toMatchObject({ Regions: [{ RegionName: 'eu-central-1' }] });
  expect(fleet.call('ec2', 'DescribeAvailabilityZones', { ZoneIds: ['euc1-az2'] })).toMatchObject({
    AvailabilityZones: [{ ZoneName: 'eu-central-1b', State: 'available' }],
  });
  const page = fleet.call<{ InstanceTypes: object[]; NextToken?: string }>('ec2', 'DescribeInstanceTypes', typeFilter);
  expect(page.InstanceTypes).toHaveLength(5);
  expect(page.NextToken).toBeDefined();
  expect(fleet.call('ec2', 'DescribeInstanceTypes', { InstanceTypes: ['r6g.2xlarge'] })).toMatchObject({
    InstanceTypes: [
      {
        VCpuInfo: { DefaultVCpus: 8 },
        MemoryInfo: { SizeInMiB: 65_536 },
        ProcessorInfo: { SupportedArchitectures: ['arm64'] },
      },
    ],
  });
  expect(fleet.errorOf('ec2', 'DescribeInstanceTypes', { InstanceTypes: ['m5.tiny'] }).code).toBe(
    'InvalidInstanceType',
  );
});

test.each(['RunInstances', 'TerminateInstances', 'DescribeInstances', 'CreateTags'])(
  '%s with DryRun changes nothing and says so by an error',
  (operation) => {
    const fleet = createAccount();
    const id = run(fleet)[0]?.InstanceId ?? '';
    const input = { ...IMAGE, ...one, InstanceIds: [id], Resources: [id], Tags: [], DryRun: true };

    expect(fleet.errorOf('ec2', operation, input)).toEqual({
      code: 'DryRunOperation',
      message: 'Request would have succeeded, but DryRun flag is set.',
    });
    expect(fleet.views.ec2Instances()).toHaveLength(1);
    expect(ec2StateOf(fleet, id)).toBe('pending');
  },
);
