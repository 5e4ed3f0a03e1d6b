import { expect, test } from 'vitest';
import { IMAGE, joining } from '../api-fleet.ts';
import { type ServedWorld, serveWorld } from './served-world.ts';

const AutoScalingGroupName = 'made';

/** What the official client makes of a refusal. */
async function refusalOf(call: Promise<unknown>): Promise<{ name: string; status: number | undefined }> {
  const error = await call.then(
    () => new Error('it was not refused'),
    (reason: Error & { $metadata?: { httpStatusCode?: number } }) => reason,
  );
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  return { name: error.name, status: $metadata?.httpStatusCode };
}

async function makeGroup(world: ServedWorld): Promise<void> {
  await world.call('ec2', 'CreateLaunchTemplate', {
    LaunchTemplateName: 'hosts',
    LaunchTemplateData: { ...IMAGE, UserData: joining('prod') },
  });
  await world.call('autoscaling', 'CreateAutoScalingGroup', {
    AutoScalingGroupName,
    LaunchTemplate: { LaunchTemplateName: 'hosts' },
    AvailabilityZones: ['eu-central-1a'],
    MinSize: 0,
    MaxSize: 3,
    DesiredCapacity: 1,
  });
}

test('a group that a client makes brings container instances, and takes them along when it goes', async () => {
  const world = await serveWorld();
  await makeGroup(world);
  await world.control('advance', { seconds: 600 });

  const { AutoScalingGroups } = await world.call<{ AutoScalingGroups: { Instances: { InstanceId: string }[] }[] }>(
    'autoscaling',
    'DescribeAutoScalingGroups',
    { AutoScalingGroupNames: [AutoScalingGroupName] },
  );
  const [{ InstanceId = '' } = {}] = AutoScalingGroups[0]?.Instances ?? [];
  const { containerInstanceArns } = await world.call<{ containerInstanceArns: string[] }>(
    'ecs',
    'ListContainerInstances',
    { cluster: 'prod', filter: `ec2InstanceId == ${InstanceId}` },
  );
  expect(containerInstanceArns).toHaveLength(1);

  await world.call('autoscaling', 'DeleteAutoScalingGroup', { AutoScalingGroupName, ForceDelete: true });
  await world.control('advance', { seconds: 600 });
  const { Reservations } = await world.call<{ Reservations: { Instances: { State: { Name: string } }[] }[] }>(
    'ec2',
    'DescribeInstances',
    { InstanceIds: [InstanceId] },
  );
  expect(Reservations[0]?.Instances[0]?.State.Name).toBe('terminated');
  expect(world.defects).toEqual([]);
});

test('refusals have the names and statuses of AWS', async () => {
  const world = await serveWorld();
  await makeGroup(world);
  await world.control('advance', { seconds: 600 });
  const made = { AutoScalingGroupName };
  const autoScaling = (operation: string, input: object) => refusalOf(world.call('autoscaling', operation, input));
  const run = { ...IMAGE, MinCount: 1, MaxCount: 1 };

  expect(await autoScaling('DeleteAutoScalingGroup', made)).toEqual({ name: 'ResourceInUseFault', status: 400 });
  expect(await autoScaling('CancelInstanceRefresh', made)).toEqual({
    name: 'ActiveInstanceRefreshNotFoundFault',
    status: 400,
  });
  expect(await autoScaling('DescribeTags', { NextToken: 'x' })).toEqual({ name: 'InvalidNextToken', status: 400 });
  expect(await autoScaling('CreateLaunchConfiguration', { LaunchConfigurationName: 'x' })).toMatchObject({
    name: 'InvalidAction',
  });
  expect(await refusalOf(world.call('ec2', 'RunInstances', { ...run, DryRun: true }))).toEqual({
    name: 'DryRunOperation',
    status: 412,
  });
  expect(world.defects).toEqual([]);
});
