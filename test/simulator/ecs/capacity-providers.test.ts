import { describe, expect, test } from 'vitest';
import {
  createConnectedFleet,
  drain,
  type FleetFixture,
  inService,
  lifecycleStateOf,
  MINUTE,
} from '../fleet-fixture.ts';

const HOOK = 'ecs-managed-draining-termination-hook';

function create(fleet: FleetFixture, provider: object = {}, name = 'nodes') {
  const autoScalingGroupProvider = { autoScalingGroupArn: 'nodes', ...provider };
  return fleet.call('ecs', 'CreateCapacityProvider', { name, autoScalingGroupProvider });
}

function put(fleet: FleetFixture, ...names: string[]) {
  const strategy = { capacityProviders: names, defaultCapacityProviderStrategy: [] };
  return fleet.call('ecs', 'PutClusterCapacityProviders', { cluster: 'main', ...strategy });
}

function hooksOf(fleet: FleetFixture): string[] {
  const { LifecycleHooks } = fleet.call<{ LifecycleHooks: { LifecycleHookName: string }[] }>(
    'autoscaling',
    'DescribeLifecycleHooks',
    { AutoScalingGroupName: 'nodes' },
  );
  return LifecycleHooks.map((hook) => hook.LifecycleHookName);
}

test('a capacity provider has managed draining by default, and the defaults of managed scaling', async () => {
  const fleet = await createConnectedFleet();

  expect(create(fleet, { managedScaling: { status: 'ENABLED', targetCapacity: 90 } })).toMatchObject({
    capacityProvider: {
      status: 'ACTIVE',
      type: 'EC2_AUTOSCALING',
      autoScalingGroupProvider: {
        autoScalingGroupArn: expect.stringMatching(/autoScalingGroupName\/nodes$/),
        managedDraining: 'ENABLED',
        managedTerminationProtection: 'DISABLED',
        managedScaling: { status: 'ENABLED', targetCapacity: 90, minimumScalingStepSize: 1, instanceWarmupPeriod: 300 },
      },
    },
  });
});

test('the hook of managed draining is in the group while a cluster uses the provider', async () => {
  const fleet = await createConnectedFleet();
  create(fleet);
  expect(hooksOf(fleet)).toEqual([]);

  put(fleet, 'nodes');
  expect(hooksOf(fleet)).toEqual([HOOK]);
  await fleet.runFor(2 * MINUTE);
  put(fleet);

  expect(hooksOf(fleet)).toEqual([]);
});

test('managed draining is switched off and on again with the provider', async () => {
  const fleet = await createConnectedFleet();
  create(fleet);
  put(fleet, 'nodes');
  const update = (managedDraining: string) =>
    fleet.call('ecs', 'UpdateCapacityProvider', { name: 'nodes', autoScalingGroupProvider: { managedDraining } });

  update('DISABLED');
  expect(hooksOf(fleet)).toEqual([]);
  update('ENABLED');
  expect(hooksOf(fleet)).toEqual([HOOK]);
});

test('a provider made by API drains an instance that its group terminates', async () => {
  const fleet = await createConnectedFleet();
  create(fleet);
  put(fleet, 'nodes');
  const [first = ''] = inService(fleet);
  fleet.world.runTask({ cluster: 'main', on: first, runsForMs: 10 * MINUTE });

  fleet.world.terminateInstanceInGroup(first);
  await fleet.runFor(5 * MINUTE);
  expect(lifecycleStateOf(fleet, first)).toBe('Terminating:Wait');
  await fleet.runFor(15 * MINUTE);

  expect(lifecycleStateOf(fleet, first)).toBe('Terminated');
});

test('attachments are PRECREATED while they are made, and no other change is taken meanwhile', async () => {
  const fleet = await createConnectedFleet();
  create(fleet);

  expect(put(fleet, 'nodes')).toMatchObject({
    cluster: {
      attachmentsStatus: 'UPDATE_IN_PROGRESS',
      attachments: [{ type: 'managed_draining', status: 'PRECREATED' }],
    },
  });
  const again = { cluster: 'main', capacityProviders: [], defaultCapacityProviderStrategy: [] };
  expect(fleet.errorOf('ecs', 'PutClusterCapacityProviders', again).code).toBe('UpdateInProgressException');
  await fleet.runFor(2 * MINUTE);

  expect(fleet.call('ecs', 'DescribeClusters', { clusters: ['main'], include: ['ATTACHMENTS'] })).toMatchObject({
    clusters: [{ attachmentsStatus: 'UPDATE_COMPLETE', attachments: [{ status: 'ACTIVE' }] }],
  });
});

test('a provider that tasks or services use stays with its cluster, and one of a cluster is not deleted', async () => {
  const fleet = await createConnectedFleet();
  create(fleet);
  put(fleet, 'nodes');
  const containerDefinitions = [{ name: 'main', image: 'busybox', memory: 64 }];
  fleet.call('ecs', 'RegisterTaskDefinition', { family: 'web', containerDefinitions });
  const capacityProviderStrategy = [{ capacityProvider: 'nodes', weight: 1 }];
  const service = { cluster: 'main', serviceName: 'web', taskDefinition: 'web', desiredCount: 1 };
  fleet.call('ecs', 'CreateService', { ...service, capacityProviderStrategy });
  await fleet.runFor(2 * MINUTE);
  const none = { cluster: 'main', capacityProviders: [], defaultCapacityProviderStrategy: [] };

  expect(fleet.errorOf('ecs', 'PutClusterCapacityProviders', none).code).toBe('ResourceInUseException');
  expect(fleet.errorOf('ecs', 'DeleteCapacityProvider', { capacityProvider: 'nodes' }).code).toBe('ClientException');
  fleet.call('ecs', 'DeleteService', { cluster: 'main', service: 'web', force: true });
  await fleet.runFor(2 * MINUTE);
  put(fleet);

  expect(fleet.call('ecs', 'DeleteCapacityProvider', { capacityProvider: 'nodes' })).toMatchObject({
    capacityProvider: { status: 'ACTIVE', updateStatus: 'DELETE_IN_PROGRESS' },
  });
  await fleet.runFor(2 * MINUTE);
  expect(fleet.call('ecs', 'DescribeCapacityProviders', { capacityProviders: ['nodes'] })).toMatchObject({
    capacityProviders: [{ status: 'INACTIVE', updateStatus: 'DELETE_COMPLETE' }],
  });
  expect(fleet.call('ecs', 'DescribeCapacityProviders')).toEqual({ capacityProviders: [], failures: [] });
});

test('instances that register after the association carry the name of their provider', async () => {
  const fleet = await createConnectedFleet();
  create(fleet);
  put(fleet, 'nodes');
  fleet.world.setDesiredCapacity('nodes', 3);
  await fleet.runFor(10 * MINUTE);

  const { containerInstanceArns } = fleet.call<{ containerInstanceArns: string[] }>('ecs', 'ListContainerInstances', {
    cluster: 'main',
  });
  const { containerInstances } = fleet.call<{ containerInstances: { capacityProviderName?: string }[] }>(
    'ecs',
    'DescribeContainerInstances',
    { cluster: 'main', containerInstances: containerInstanceArns },
  );
  expect(containerInstances.map((one) => one.capacityProviderName)).toEqual([undefined, undefined, 'nodes']);
});

test('DescribeCapacityProviders of a cluster shows those of the cluster, in pages', async () => {
  const fleet = await createConnectedFleet();
  for (const name of ['a', 'b', 'c']) create(fleet, {}, name);
  put(fleet, 'b');
  const describeThem = (input: object) =>
    fleet.call<{ capacityProviders: { name: string }[]; nextToken?: string }>(
      'ecs',
      'DescribeCapacityProviders',
      input,
    );

  expect(describeThem({ cluster: 'main' }).capacityProviders.map(({ name }) => name)).toEqual(['b']);
  const page = describeThem({ maxResults: 2 });
  expect(page.capacityProviders.map(({ name }) => name)).toEqual(['a', 'b']);
  const rest = describeThem({ maxResults: 2, nextToken: page.nextToken });
  expect(rest.capacityProviders.map(({ name }) => name)).toEqual(['c']);
});

describe('a capacity provider is refused', () => {
  test.each<[why: string, input: object, code: string]>([
    ['of a group that is not there', { autoScalingGroupProvider: { autoScalingGroupArn: 'other' } }, 'ClientException'],
    ['without a group', {}, 'ClientException'],
    ['of Managed Instances', { managedInstancesProvider: {} }, 'UnsupportedFeatureException'],
    ['with a reserved name', { name: 'ecs-mine' }, 'ClientException'],
    [
      'with termination protection of a group that protects nothing',
      {
        autoScalingGroupProvider: {
          autoScalingGroupArn: 'nodes',
          managedTerminationProtection: 'ENABLED',
          managedScaling: { status: 'ENABLED' },
        },
      },
      'ClientException',
    ],
  ])('%s', async (_, input, code) => {
    const fleet = await createConnectedFleet();
    expect(fleet.errorOf('ecs', 'CreateCapacityProvider', { name: 'mine', ...input }).code).toBe(code);
  });

  test('that exists, and a strategy of one that the cluster does not have', async () => {
    const fleet = await createConnectedFleet();
    create(fleet);
    const twice = { name: 'nodes', autoScalingGroupProvider: { autoScalingGroupArn: 'nodes' } };
    expect(fleet.errorOf('ecs', 'CreateCapacityProvider', twice).code).toBe('ClientException');
    const strategy = [{ capacityProvider: 'nodes', weight: 1 }];
    const request = { cluster: 'main', capacityProviders: [], defaultCapacityProviderStrategy: strategy };
    expect(fleet.errorOf('ecs', 'PutClusterCapacityProviders', request)).toMatchObject({
      code: 'InvalidParameterException',
      message: expect.stringContaining('not associated with the cluster'),
    });
  });
});

test('the hook of managed draining that is at work when it is removed runs to its end', async () => {
  const fleet = await createConnectedFleet();
  create(fleet);
  put(fleet, 'nodes');
  const [first = ''] = inService(fleet);
  fleet.world.runTask({ cluster: 'main', on: first, runsForMs: 10 * MINUTE });
  fleet.world.terminateInstanceInGroup(first);
  await fleet.runFor(2 * MINUTE);
  put(fleet);
  drain(fleet, first);

  expect(lifecycleStateOf(fleet, first)).toBe('Terminating:Wait');
  await fleet.runFor(15 * MINUTE);
  expect(lifecycleStateOf(fleet, first)).toBe('Terminated');
});
