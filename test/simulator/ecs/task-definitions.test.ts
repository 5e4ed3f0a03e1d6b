import { describe, expect, test } from 'vitest';
import { createConnectedFleet, createFixture, type FleetFixture, MINUTE } from '../fleet-fixture.ts';

const container = { name: 'main', image: 'busybox', memory: 64 };

function register(fleet: FleetFixture, family = 'web', input: object = {}) {
  return fleet.call<{ taskDefinition: { revision: number; taskDefinitionArn: string } }>(
    'ecs',
    'RegisterTaskDefinition',
    { family, containerDefinitions: [container], ...input },
  ).taskDefinition;
}

const deregister = (fleet: FleetFixture, taskDefinition: string) =>
  fleet.call('ecs', 'DeregisterTaskDefinition', { taskDefinition });
const remove = (fleet: FleetFixture, ...taskDefinitions: string[]) =>
  fleet.call('ecs', 'DeleteTaskDefinitions', { taskDefinitions });

test('a family without a revision means its latest ACTIVE one', () => {
  const fleet = createFixture();
  register(fleet);
  register(fleet);
  deregister(fleet, 'web:2');

  const latest = fleet.call('ecs', 'DescribeTaskDefinition', { taskDefinition: 'web' });
  expect(latest).toMatchObject({ taskDefinition: { revision: 1, status: 'ACTIVE' } });
  expect(fleet.call('ecs', 'DescribeTaskDefinition', { taskDefinition: 'web:2' })).toMatchObject({
    taskDefinition: { status: 'INACTIVE', deregisteredAt: expect.any(Date) },
  });
});

test('numbers of revisions are never used again', () => {
  const fleet = createFixture();
  register(fleet);
  deregister(fleet, 'web:1');
  remove(fleet, 'web:1');

  expect(register(fleet).revision).toBe(2);
});

test('what runs from an INACTIVE definition runs on, and nothing new starts from it', async () => {
  const fleet = await createConnectedFleet();
  register(fleet);
  fleet.call('ecs', 'CreateService', { cluster: 'main', serviceName: 'web', taskDefinition: 'web:1', desiredCount: 1 });
  await fleet.runFor(2 * MINUTE);
  deregister(fleet, 'web:1');

  fleet.call('ecs', 'UpdateService', { cluster: 'main', service: 'web', desiredCount: 2 });
  await fleet.runFor(2 * MINUTE);
  expect(fleet.views.tasks().filter(({ lastStatus }) => lastStatus === 'RUNNING')).toHaveLength(2);
  for (const [operation, input] of [
    ['RunTask', {}],
    ['CreateService', { serviceName: 'other', desiredCount: 1 }],
    ['UpdateService', { service: 'web' }],
  ] as const) {
    const request = { cluster: 'main', taskDefinition: 'web:1', ...input };
    expect(fleet.errorOf('ecs', operation, request)).toEqual({
      code: 'ClientException',
      message: 'TaskDefinition is inactive',
    });
  }
});

test('a deletion is in progress for as long as something runs from the definition', async () => {
  const fleet = await createConnectedFleet();
  register(fleet);
  const { tasks } = fleet.call<{ tasks: { taskArn: string }[] }>('ecs', 'RunTask', {
    cluster: 'main',
    taskDefinition: 'web:1',
  });
  deregister(fleet, 'web:1');

  expect(remove(fleet, 'web:1', 'web:9')).toMatchObject({
    taskDefinitions: [{ status: 'DELETE_IN_PROGRESS', deleteRequestedAt: expect.any(Date) }],
    failures: [{ arn: 'web:9' }],
  });
  const inProgress = { status: 'DELETE_IN_PROGRESS' };
  expect(fleet.call('ecs', 'ListTaskDefinitions', inProgress)).toMatchObject({ taskDefinitionArns: { length: 1 } });
  fleet.call('ecs', 'StopTask', { cluster: 'main', task: tasks[0]?.taskArn });
  await fleet.runFor(2 * MINUTE);

  expect(fleet.call('ecs', 'ListTaskDefinitions', inProgress)).toEqual({ taskDefinitionArns: [] });
  expect(fleet.errorOf('ecs', 'DescribeTaskDefinition', { taskDefinition: 'web:1' }).code).toBe('ClientException');
});

test('definitions are listed by family and revision, either way round, in pages', () => {
  const fleet = createFixture();
  for (const family of ['web', 'api', 'web']) register(fleet, family);
  const list = (input: object = {}) => {
    const page = fleet.call<{ taskDefinitionArns: string[]; nextToken?: string }>('ecs', 'ListTaskDefinitions', input);
    return { ...page, names: page.taskDefinitionArns.map((arn) => arn.split('/')[1]) };
  };

  expect(list().names).toEqual(['api:1', 'web:1', 'web:2']);
  expect(list({ sort: 'DESC' }).names).toEqual(['web:2', 'web:1', 'api:1']);
  expect(list({ familyPrefix: 'we' }).names).toEqual([]);
  const first = list({ maxResults: 2 });
  expect(list({ maxResults: 2, nextToken: first.nextToken }).names).toEqual(['web:2']);
});

test('families are listed by prefix, and by whether they have an ACTIVE revision', () => {
  const fleet = createFixture();
  for (const family of ['web', 'worker', 'api']) register(fleet, family);
  deregister(fleet, 'worker:1');
  const list = (input: object) => fleet.call('ecs', 'ListTaskDefinitionFamilies', input).families;

  expect(list({ familyPrefix: 'w' })).toEqual(['web', 'worker']);
  expect(list({ status: 'ACTIVE' })).toEqual(['api', 'web']);
  expect(list({ status: 'INACTIVE' })).toEqual(['worker']);
});

test('a registration is described as it was given, with its tags when asked for', () => {
  const fleet = createFixture();
  const input = { cpu: '1 vCPU', memory: '2GB', networkMode: 'awsvpc', volumes: [{ name: 'data' }] };
  register(fleet, 'web', { ...input, tags: [{ key: 'team', value: 'a' }] });

  const described = fleet.call('ecs', 'DescribeTaskDefinition', { taskDefinition: 'web', include: ['TAGS'] });
  expect(described).toMatchObject({ taskDefinition: input, tags: [{ key: 'team', value: 'a' }] });
});

test('a task has all the containers of its definition', async () => {
  const fleet = await createConnectedFleet();
  register(fleet, 'web', { containerDefinitions: [container, { ...container, name: 'proxy', essential: false }] });

  expect(fleet.call('ecs', 'RunTask', { cluster: 'main', taskDefinition: 'web' })).toMatchObject({
    tasks: [{ containers: [{ name: 'main', image: 'busybox' }, { name: 'proxy' }], memory: '128' }],
  });
});

describe('a definition is refused', () => {
  test.each<[why: string, input: object, message: string]>([
    ['without containers', { containerDefinitions: [] }, 'Container list cannot be empty.'],
    [
      'without an image',
      { containerDefinitions: [{ name: 'main', memory: 64 }] },
      'Container.image should not be null or empty.',
    ],
    [
      'without a name',
      { containerDefinitions: [{ image: 'busybox', memory: 64 }] },
      'Container.name should not be null or empty.',
    ],
    [
      'without memory',
      { containerDefinitions: [{ name: 'main', image: 'busybox' }] },
      "Invalid setting for container 'main'. At least one of 'memory' or 'memoryReservation' must be specified.",
    ],
    ['with one name twice', { containerDefinitions: [container, container] }, 'Container names must be unique'],
    ['with nothing essential', { containerDefinitions: [{ ...container, essential: false }] }, 'essential'],
    [
      'with a mount of a volume that it lacks',
      { containerDefinitions: [{ ...container, mountPoints: [{ sourceVolume: 'data' }] }] },
      "Unknown volume 'data'.",
    ],
    ['with a size that is none', { cpu: '1 GB' }, "Invalid 'cpu' setting for task"],
  ])('%s', (_, input, message) => {
    const request = { family: 'web', containerDefinitions: [container], ...input };
    const refused = createFixture().errorOf('ecs', 'RegisterTaskDefinition', request);
    expect(refused).toEqual({ code: 'ClientException', message: expect.stringContaining(message) });
  });

  test('for Fargate when it is registered, and for awsvpc when it is to run', async () => {
    const fleet = await createConnectedFleet();
    const fargate = { family: 'web', containerDefinitions: [container], requiresCompatibilities: ['FARGATE'] };
    expect(fleet.errorOf('ecs', 'RegisterTaskDefinition', fargate).code).toBe('UnsupportedFeatureException');
    register(fleet, 'web', { networkMode: 'awsvpc' });
    const run = { cluster: 'main', taskDefinition: 'web' };
    expect(fleet.errorOf('ecs', 'RunTask', run).code).toBe('UnsupportedFeatureException');
  });

  test('for deletion or deregistration without its revision', () => {
    const fleet = createFixture();
    register(fleet);
    expect(fleet.errorOf('ecs', 'DeregisterTaskDefinition', { taskDefinition: 'web' }).message).toBe(
      'Revision is missing.',
    );
    expect(remove(fleet, 'web')).toMatchObject({ taskDefinitions: [], failures: [{ arn: 'web' }] });
  });
});
