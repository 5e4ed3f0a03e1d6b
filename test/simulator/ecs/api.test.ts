import { describe, expect, test } from 'vitest';
import { createConnectedFleet, createFixture, drain, inService, MINUTE, registrationOf } from '../fleet-fixture.ts';

const unknown = 'arn:aws:ecs:eu-central-1:111122223333:container-instance/main/00000000000000000000000000000000';

describe('UpdateContainerInstancesState', () => {
  test('answers 200 with failures for what it cannot change', async () => {
    const fleet = await createConnectedFleet();
    const [first = '', second = ''] = inService(fleet).map((id) => registrationOf(fleet, id).arn);
    fleet.call('ecs', 'DeregisterContainerInstance', { cluster: 'main', containerInstance: second });

    const request = { cluster: 'main', containerInstances: [first, second, unknown], status: 'DRAINING' };
    expect(fleet.call('ecs', 'UpdateContainerInstancesState', request)).toMatchObject({
      containerInstances: [{ containerInstanceArn: first, status: 'DRAINING' }],
      failures: expect.arrayContaining([
        { arn: unknown, reason: 'MISSING' },
        { arn: second, reason: 'INACTIVE' },
      ]),
    });
  });

  test('takes ten at most', async () => {
    const fleet = await createConnectedFleet();
    const request = { cluster: 'main', containerInstances: Array(11).fill(unknown), status: 'DRAINING' };
    expect(fleet.errorOf('ecs', 'UpdateContainerInstancesState', request).code).toBe('InvalidParameterException');
  });
});

test('ListContainerInstances pages through instances while others come and go', async () => {
  const fleet = await createConnectedFleet({ desired: 25, maxSize: 60 });
  const before = fleet.views.containerInstances().map(({ arn }) => arn);
  const seen: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = fleet.call<{ containerInstanceArns: string[]; nextToken?: string }>('ecs', 'ListContainerInstances', {
      cluster: 'main',
      maxResults: 4,
      nextToken,
    });
    seen.push(...page.containerInstanceArns);
    nextToken = page.nextToken;
    const gone = page.containerInstanceArns[0] ?? '';
    fleet.call('ecs', 'DeregisterContainerInstance', { cluster: 'main', containerInstance: gone });
  } while (nextToken !== undefined);

  expect(seen).toEqual(before);
  expect(fleet.errorOf('ecs', 'ListContainerInstances', { cluster: 'main', nextToken: 'of somebody else' }).code).toBe(
    'InvalidParameterException',
  );
});

test('ListContainerInstances leaves out INACTIVE ones, and shows each status alone when asked', async () => {
  const fleet = await createConnectedFleet({ desired: 3, maxSize: 10 });
  const [first = '', second = '', third = ''] = inService(fleet);
  drain(fleet, first);
  fleet.call('ecs', 'DeregisterContainerInstance', {
    cluster: 'main',
    containerInstance: registrationOf(fleet, second).arn,
  });
  const list = (status?: string) =>
    fleet.call('ecs', 'ListContainerInstances', { cluster: 'main', status }).containerInstanceArns;

  const arnOf = (id: string) => registrationOf(fleet, id).arn;
  expect(list()).toEqual([arnOf(first), arnOf(third)].toSorted((a, b) => order(fleet, a) - order(fleet, b)));
  expect(list('DRAINING')).toEqual([arnOf(first)]);
  expect(list('INACTIVE')).toEqual([arnOf(second)]);
});

function order(fleet: Awaited<ReturnType<typeof createConnectedFleet>>, arn: string): number {
  return fleet.views.containerInstances().findIndex((instance) => instance.arn === arn);
}

test.each([
  ['ListContainerInstances', {}],
  ['DescribeContainerInstances', { containerInstances: ['x'] }],
  ['ListTasks', {}],
  ['DescribeTasks', { tasks: ['x'] }],
  ['DescribeServices', { services: ['x'] }],
  ['ListServices', {}],
  ['StopTask', { task: 'x' }],
])('%s of an unknown cluster is a ClusterNotFoundException', (operation, input) => {
  const fleet = createFixture();
  expect(fleet.errorOf('ecs', operation, { cluster: 'nowhere', ...input })).toEqual({
    code: 'ClusterNotFoundException',
    message: 'Cluster not found.',
  });
});

test('StopTask stops a standalone task with the reason given', async () => {
  const fleet = await createConnectedFleet();
  const [first = ''] = inService(fleet);
  const task = fleet.world.runTask({ cluster: 'main', on: first });
  await fleet.runFor(MINUTE);

  fleet.call('ecs', 'StopTask', { cluster: 'main', task, reason: 'instance drained' });
  await fleet.runFor(MINUTE);

  expect(fleet.call('ecs', 'DescribeTasks', { cluster: 'main', tasks: [task] })).toMatchObject({
    tasks: [
      {
        lastStatus: 'STOPPED',
        stopCode: 'UserInitiated',
        stoppedReason: 'instance drained',
        containers: [{ lastStatus: 'STOPPED', exitCode: 0 }],
      },
    ],
  });
});

test('RunTask places a registered task definition, or says what is lacking', async () => {
  const fleet = await createConnectedFleet();
  const register = (family: string, memory: string) =>
    fleet.call('ecs', 'RegisterTaskDefinition', {
      family,
      memory,
      containerDefinitions: [{ name: 'main', image: 'busybox', cpu: 100 }],
    });
  register('small', '512');
  register('huge', '99999');

  expect(fleet.call('ecs', 'RunTask', { cluster: 'main', taskDefinition: 'small', count: 2 })).toMatchObject({
    tasks: [{ group: 'family:small' }, { group: 'family:small' }],
    failures: [],
  });
  expect(fleet.call('ecs', 'RunTask', { cluster: 'main', taskDefinition: 'huge:1' })).toMatchObject({
    tasks: [],
    failures: [{ reason: 'RESOURCE:MEMORY' }],
  });
  expect(fleet.errorOf('ecs', 'RunTask', { cluster: 'main', taskDefinition: 'none' }).code).toBe('ClientException');
});

test('UpdateService with force replaces every task within the percentages', async () => {
  const fleet = await createConnectedFleet();
  fleet.world.createService({ cluster: 'main', name: 'web', desiredCount: 3 });
  await fleet.runFor(5 * MINUTE);
  const before = fleet.views.tasks().map(({ arn }) => arn);

  fleet.call('ecs', 'UpdateService', { cluster: 'main', service: 'web', forceNewDeployment: true });
  await fleet.runFor(10 * MINUTE);

  const running = fleet.views.tasks().filter(({ lastStatus }) => lastStatus === 'RUNNING');
  expect(running).toHaveLength(3);
  expect(running.filter(({ arn }) => before.includes(arn))).toEqual([]);
});

test('tags of a cluster are its policy: they are described, set and removed', async () => {
  const fleet = createFixture();
  fleet.world.createCluster({ name: 'main', tags: { 'ebbtide:mode': 'observe' } });
  const resourceArn = 'arn:aws:ecs:eu-central-1:111122223333:cluster/main';

  fleet.call('ecs', 'TagResource', { resourceArn, tags: [{ key: 'team', value: 'a' }] });
  fleet.call('ecs', 'UntagResource', { resourceArn, tagKeys: ['ebbtide:mode'] });

  expect(fleet.call('ecs', 'DescribeClusters', { clusters: ['main'], include: ['TAGS'] })).toMatchObject({
    clusters: [{ tags: [{ key: 'team', value: 'a' }] }],
  });
  expect(fleet.call('ecs', 'ListTagsForResource', { resourceArn })).toEqual({ tags: [{ key: 'team', value: 'a' }] });
});

test('UpdateContainerAgent brings the agent up to date and reports how it went', async () => {
  const fleet = await createConnectedFleet();
  const [first = ''] = inService(fleet);
  const request = { cluster: 'main', containerInstance: registrationOf(fleet, first).arn };

  expect(fleet.call('ecs', 'UpdateContainerAgent', request)).toMatchObject({
    containerInstance: { agentUpdateStatus: 'PENDING' },
  });
  expect(fleet.errorOf('ecs', 'UpdateContainerAgent', request).code).toBe('UpdateInProgressException');
  await fleet.runFor(5 * MINUTE);

  const describe = { cluster: 'main', containerInstances: [request.containerInstance] };
  expect(fleet.call('ecs', 'DescribeContainerInstances', describe)).toMatchObject({
    containerInstances: [{ agentUpdateStatus: 'UPDATED', agentConnected: true }],
  });
  expect(fleet.errorOf('ecs', 'UpdateContainerAgent', request).code).toBe('NoUpdateAvailableException');
});

describe('permissions', () => {
  const call = { caller: { kind: 'operator', name: 'test' }, requestId: 'test' } as const;
  const clusterArn = 'arn:aws:ecs:eu-central-1:111122223333:cluster/main';
  const id = 'a'.repeat(32);
  const instanceArn = `arn:aws:ecs:eu-central-1:111122223333:container-instance/main/${id}`;

  test.each<[operation: string, input: object, resources: string[]]>([
    ['ListContainerInstances', {}, [clusterArn]],
    ['DescribeContainerInstances', { containerInstances: [id] }, [instanceArn]],
    ['UpdateContainerInstancesState', { containerInstances: [instanceArn] }, [instanceArn]],
    ['DeregisterContainerInstance', { containerInstance: id }, [clusterArn]],
    ['ListTasks', { containerInstance: id }, [instanceArn]],
    ['DescribeTasks', { tasks: [id] }, [instanceArn.replace('container-instance', 'task')]],
    ['DescribeServices', { services: ['web'] }, ['arn:aws:ecs:eu-central-1:111122223333:service/main/web']],
    ['ListServices', {}, ['*']],
    ['ListClusters', {}, ['*']],
    ['CreateCluster', { clusterName: 'main' }, [clusterArn]],
    ['DeleteCluster', {}, [clusterArn]],
    ['UpdateClusterSettings', {}, [clusterArn]],
    ['PutClusterCapacityProviders', {}, [clusterArn]],
    ['ListAttributes', {}, [clusterArn]],
    ['CreateCapacityProvider', { name: 'nodes' }, ['arn:aws:ecs:eu-central-1:111122223333:capacity-provider/nodes']],
    ['DeleteService', { service: 'web' }, ['arn:aws:ecs:eu-central-1:111122223333:service/main/web']],
    ['RegisterTaskDefinition', { family: 'a' }, ['arn:aws:ecs:eu-central-1:111122223333:task-definition/a:*']],
    ['DeregisterTaskDefinition', { taskDefinition: 'a:1' }, ['*']],
    ['PutAccountSetting', { name: 'containerInsights' }, ['*']],
  ])('%s touches what the Service Authorization Reference says', (operation, input, resources) => {
    const fleet = createFixture();
    const ecs = fleet.services.find(({ name }) => name === 'ecs');
    const authorization = ecs?.operations[operation]?.authorize({ cluster: 'main', ...input }, call);
    expect(authorization).toMatchObject({ resources });
  });
});
