import type { Story, Told } from './story.ts';

const image = { ImageId: 'ami-0c0ffee0c0ffee0c0', InstanceType: 'm5.large' } as const;
const template = { LaunchTemplateName: 'hosts' };
const UserData = Buffer.from('#!/bin/sh\necho ECS_CLUSTER=prod >> /etc/ecs/ecs.config\n').toString('base64');

const launched = ({ answer }: Told): string =>
  answer<{ Instances: { InstanceId: string }[] }>('RunInstances').Instances[0]?.InstanceId ?? '';

export const ec2: Story = {
  service: 'ec2',
  steps: [
    ['DescribeInstances', { Filters: [{ Name: 'instance-state-name', Values: ['running'] }] }],
    ['DescribeInstanceStatus', { IncludeAllInstances: true }],
    ['DescribeRegions'],
    ['DescribeAvailabilityZones'],
    ['DescribeInstanceTypes', { InstanceTypes: ['m5.large'] }],
    ['CreateLaunchTemplate', { ...template, LaunchTemplateData: { ...image, UserData } }],
    ['CreateLaunchTemplateVersion', { ...template, SourceVersion: '1', LaunchTemplateData: { EbsOptimized: true } }],
    ['ModifyLaunchTemplate', { ...template, DefaultVersion: '2' }],
    ['DescribeLaunchTemplates', { LaunchTemplateNames: ['hosts'] }],
    ['DescribeLaunchTemplateVersions', template],
    ['RunInstances', { LaunchTemplate: template, MinCount: 1, MaxCount: 1, ClientToken: 'once' }],
    300,
    ['RebootInstances', (told) => ({ InstanceIds: [launched(told)] })],
    ['CreateTags', (told) => ({ Resources: [launched(told)], Tags: [{ Key: 'team', Value: 'platform' }] })],
    ['DescribeTags', (told) => ({ Filters: [{ Name: 'resource-id', Values: [launched(told)] }] })],
    ['DeleteTags', (told) => ({ Resources: [launched(told)], Tags: [{ Key: 'team' }] })],
    ['ModifyInstanceAttribute', (told) => ({ InstanceId: launched(told), DisableApiTermination: { Value: true } })],
    ['DescribeInstanceAttribute', (told) => ({ InstanceId: launched(told), Attribute: 'disableApiTermination' })],
    ['DeleteLaunchTemplate', template],
    ['StopInstances', ({ ec2InstanceIds: [id] }) => ({ InstanceIds: [id] })],
    300,
    ['StartInstances', ({ ec2InstanceIds }) => ({ InstanceIds: [ec2InstanceIds[1]] })],
    ['TerminateInstances', ({ ec2InstanceIds }) => ({ InstanceIds: [ec2InstanceIds[1]] })],
  ],
};
