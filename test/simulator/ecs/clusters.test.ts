import { expect, test } from 'vitest';
import {
  createConnectedFleet,
  createFixture,
  type FleetFixture,
  inService,
  MINUTE,
  registrationOf,
} from '../fleet-fixture.ts';

const deregister = (fleet: FleetFixture, id: string) =>
  fleet.call('ecs', 'DeregisterContainerInstance', {
    cluster: 'main',
    containerInstance: registrationOf(fleet, id).arn,
    force: true,
  });

test('a cluster is deleted only when nothing is in it, and says what still is', async () => {
  const fleet = await createConnectedFleet({ desired: 1, minSize: 0 });
  const [first = ''] = inService(fleet);
  fleet.world.createService({ cluster: 'main', name: 'web', desiredCount: 0 });
  const whyNot = () => fleet.errorOf('ecs', 'DeleteCluster', { cluster: 'main' }).code;

  expect(whyNot()).toBe('ClusterContainsContainerInstancesException');
  deregister(fleet, first);
  expect(whyNot()).toBe('ClusterContainsServicesException');
  fleet.call('ecs', 'DeleteService', { cluster: 'main', service: 'web' });
  await fleet.runFor(MINUTE);

  expect(fleet.call('ecs', 'DeleteCluster', { cluster: 'main' })).toMatchObject({ cluster: { status: 'INACTIVE' } });
});

test('a deleted cluster is described as INACTIVE, is not listed, and takes nothing', () => {
  const fleet = createFixture();
  fleet.world.createCluster({ name: 'main', tags: { team: 'a' } });
  fleet.call('ecs', 'DeleteCluster', { cluster: 'main' });

  expect(fleet.call('ecs', 'DescribeClusters', { clusters: ['main'], include: ['TAGS'] })).toMatchObject({
    clusters: [{ status: 'INACTIVE', tags: [] }],
    failures: [],
  });
  expect(fleet.call('ecs', 'ListClusters')).toEqual({ clusterArns: [] });
  expect(fleet.errorOf('ecs', 'ListTasks', { cluster: 'main' })).toEqual({
    code: 'ClusterNotFoundException',
    message: 'The referenced cluster was inactive.',
  });
});

test('agents of a deleted cluster wait until there is one of its name again', async () => {
  const fleet = createFixture();
  fleet.world.createCluster({ name: 'main' });
  fleet.world.createAutoScalingGroup({ name: 'nodes', cluster: 'main', desired: 1 });
  fleet.call('ecs', 'DeleteCluster', { cluster: 'main' });
  await fleet.runFor(10 * MINUTE);
  expect(fleet.views.containerInstances()).toEqual([]);

  fleet.call('ecs', 'CreateCluster', { clusterName: 'main' });
  await fleet.runFor(MINUTE);

  expect(fleet.views.containerInstances()).toMatchObject([{ cluster: 'main', agentConnected: true }]);
});

test('CreateCluster of an ACTIVE cluster answers that cluster and changes nothing', () => {
  const fleet = createFixture();
  fleet.world.createCluster({ name: 'main', tags: { team: 'a' } });

  const request = { clusterName: 'main', tags: [{ key: 'team', value: 'b' }] };
  expect(fleet.call('ecs', 'CreateCluster', request)).toMatchObject({
    cluster: { tags: [{ key: 'team', value: 'a' }] },
  });
});

test('settings and configuration of a cluster are changed, and shown when asked for', () => {
  const fleet = createFixture();
  const configuration = { executeCommandConfiguration: { logging: 'NONE' } };
  fleet.call('ecs', 'CreateCluster', { clusterName: 'main', configuration });
  const set = (value: string) => ({ cluster: 'main', settings: [{ name: 'containerInsights', value }] });
  fleet.call('ecs', 'UpdateClusterSettings', set('enhanced'));

  expect(
    fleet.call('ecs', 'DescribeClusters', { clusters: ['main'], include: ['SETTINGS', 'CONFIGURATIONS'] }),
  ).toMatchObject({
    clusters: [{ settings: [{ name: 'containerInsights', value: 'enhanced' }], configuration }],
  });
  const plain = fleet.call<{ clusters: object[] }>('ecs', 'DescribeClusters', { clusters: ['main'] });
  expect(plain.clusters[0]).toMatchObject({ settings: [], tags: [], statistics: [] });
  expect(plain.clusters[0]).not.toHaveProperty('configuration');
  expect(fleet.errorOf('ecs', 'UpdateClusterSettings', set('loud')).code).toBe('InvalidParameterException');
});

test('the statistics of a cluster count its tasks and services', async () => {
  const fleet = await createConnectedFleet();
  fleet.world.createService({ cluster: 'main', name: 'web', desiredCount: 2 });
  await fleet.runFor(5 * MINUTE);

  const { clusters } = fleet.call<{ clusters: { statistics: object[] }[] }>('ecs', 'DescribeClusters', {
    clusters: ['main'],
    include: ['STATISTICS'],
  });
  expect(clusters[0]?.statistics).toContainEqual({ name: 'runningEC2TasksCount', value: '2' });
  expect(clusters[0]?.statistics).toContainEqual({ name: 'activeEC2ServiceCount', value: '1' });
});

test('without names DescribeClusters speaks of the cluster called default', () => {
  const fleet = createFixture();
  expect(fleet.call('ecs', 'DescribeClusters', { clusters: [] })).toMatchObject({
    clusters: [],
    failures: [{ arn: expect.stringMatching(/cluster\/default$/), reason: 'MISSING' }],
  });
});

test('container insights of a new cluster are as the account says', () => {
  const fleet = createFixture();
  fleet.call('ecs', 'PutAccountSettingDefault', { name: 'containerInsights', value: 'enabled' });

  expect(fleet.call('ecs', 'CreateCluster', { clusterName: 'main' })).toMatchObject({
    cluster: { settings: [{ name: 'containerInsights', value: 'enabled' }] },
  });
});
