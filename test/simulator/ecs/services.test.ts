import { describe, expect, test } from 'vitest';
import { createConnectedFleet, drain, type FleetFixture, HOUR, inService, MINUTE, tasksOn } from '../fleet-fixture.ts';

interface ServiceShape {
  readonly status: string;
  readonly desiredCount: number;
  readonly runningCount: number;
  readonly deployments: { status: string; rolloutState?: string; runningCount: number; taskDefinition: string }[];
  readonly events: { message: string }[];
}

function register(fleet: FleetFixture, family = 'web') {
  const containerDefinitions = [{ name: 'main', image: 'busybox', cpu: 256, memory: 512 }];
  fleet.call('ecs', 'RegisterTaskDefinition', { family, containerDefinitions });
}

const request = { cluster: 'main', serviceName: 'web', taskDefinition: 'web', desiredCount: 2 };

/** A service of two tasks that has come to rest. */
async function withService(input: object = {}, group: object = {}) {
  const fleet = await createConnectedFleet(group);
  register(fleet);
  fleet.call('ecs', 'CreateService', { ...request, ...input });
  await fleet.runFor(5 * MINUTE);
  return fleet;
}

function describeService(fleet: FleetFixture, name = 'web'): ServiceShape {
  const input = { cluster: 'main', services: [name] };
  const [service] = fleet.call<{ services: ServiceShape[] }>('ecs', 'DescribeServices', input).services;
  if (service === undefined) throw new Error(`no service ${name}`);
  return service;
}

const update = (fleet: FleetFixture, input: object) =>
  fleet.call('ecs', 'UpdateService', { cluster: 'main', service: 'web', ...input });
const messages = (fleet: FleetFixture) => describeService(fleet).events.map(({ message }) => message);

describe('CreateService', () => {
  test('answers the service that is there when the same request comes again', async () => {
    const fleet = await withService();
    const again = fleet.call('ecs', 'CreateService', { ...request, clientToken: 'second' });
    expect(again).toMatchObject({ service: { serviceName: 'web', runningCount: 2 } });
    expect(fleet.errorOf('ecs', 'CreateService', { ...request, desiredCount: 3 })).toEqual({
      code: 'InvalidParameterException',
      message: 'Creation of service was not idempotent.',
    });
  });

  test.each<[why: string, input: object, code: string]>([
    ['without a task definition', { taskDefinition: undefined }, 'InvalidParameterException'],
    ['of an unknown task definition', { taskDefinition: 'other' }, 'ClientException'],
    ['without a desired count', { desiredCount: undefined }, 'InvalidParameterException'],
    ['of a daemon with a desired count', { schedulingStrategy: 'DAEMON' }, 'InvalidParameterException'],
    ['with a load balancer', { loadBalancers: [{ targetGroupArn: 'arn' }] }, 'UnsupportedFeatureException'],
    ['on Fargate', { launchType: 'FARGATE' }, 'UnsupportedFeatureException'],
    [
      'with a launch type and a strategy',
      { launchType: 'EC2', capacityProviderStrategy: [{ capacityProvider: 'nodes' }] },
      'InvalidParameterException',
    ],
    [
      'with a strategy of a provider that the cluster lacks',
      { capacityProviderStrategy: [{ capacityProvider: 'nodes' }] },
      'InvalidParameterException',
    ],
    [
      'with the deployment circuit breaker',
      { deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } } },
      'UnsupportedFeatureException',
    ],
  ])('is refused %s', async (_, input, code) => {
    const fleet = await createConnectedFleet();
    register(fleet);
    expect(fleet.errorOf('ecs', 'CreateService', { ...request, ...input }).code).toBe(code);
    expect(fleet.call('ecs', 'ListServices', { cluster: 'main' })).toEqual({ serviceArns: [] });
  });

  test('tags tasks as it is told to', async () => {
    const tags = [{ key: 'team', value: 'a' }];
    const fleet = await withService({ tags, propagateTags: 'SERVICE', enableECSManagedTags: true });
    const tasks = fleet.views.tasks().map(({ arn }) => arn);

    expect(fleet.call('ecs', 'DescribeTasks', { cluster: 'main', tasks, include: ['TAGS'] })).toMatchObject({
      tasks: [
        {
          tags: [
            { key: 'team', value: 'a' },
            { key: 'aws:ecs:clusterName', value: 'main' },
            { key: 'aws:ecs:serviceName', value: 'web' },
          ],
        },
        {},
      ],
    });
  });
});

describe('UpdateService', () => {
  test('keeps the minimum running while a new deployment replaces all tasks, and completes', async () => {
    const fleet = await withService({ desiredCount: 4 });
    register(fleet);
    update(fleet, { taskDefinition: 'web' });
    let least = 4;
    let together = 0;
    for (let minute = 0; minute < 10; minute += 1 / 12) {
      await fleet.runFor(5_000);
      const { runningCount, deployments } = describeService(fleet);
      least = Math.min(least, runningCount);
      together = Math.max(together, deployments.length);
    }

    expect(least).toBe(4);
    expect(together).toBe(2);
    expect(describeService(fleet).deployments).toMatchObject([
      {
        status: 'PRIMARY',
        rolloutState: 'COMPLETED',
        runningCount: 4,
        taskDefinition: expect.stringMatching(/web:2$/),
      },
    ]);
    expect(messages(fleet)[0]).toBe('(service web) has reached a steady state.');
    expect(messages(fleet)[1]).toMatch(/^\(service web\) \(deployment ecs-svc\/\d+\) deployment completed\.$/);
  });

  test('of the desired count begins no deployment, and a drain leaves a completed one completed', async () => {
    const fleet = await withService({}, { desired: 3 });
    update(fleet, { desiredCount: 3 });
    await fleet.runFor(5 * MINUTE);
    drain(fleet, inService(fleet)[0] ?? '');
    await fleet.runFor(30_000);

    expect(describeService(fleet).deployments).toMatchObject([{ status: 'PRIMARY', rolloutState: 'COMPLETED' }]);
  });

  test('replaces the tasks of a daemon, on each instance once', async () => {
    const fleet = await createConnectedFleet();
    register(fleet);
    const { desiredCount, ...daemon } = request;
    fleet.call('ecs', 'CreateService', { ...daemon, schedulingStrategy: 'DAEMON' });
    await fleet.runFor(5 * MINUTE);
    const before = fleet.views.tasks().map(({ arn }) => arn);
    update(fleet, { forceNewDeployment: true });
    await fleet.runFor(5 * MINUTE);

    const running = fleet.views.tasks().filter(({ lastStatus }) => lastStatus === 'RUNNING');
    expect(running.filter(({ arn }) => before.includes(arn))).toEqual([]);
    expect(new Set(running.map((task) => task.ec2InstanceId)).size).toBe(2);
    expect(describeService(fleet)).toMatchObject({ deployments: [{ rolloutState: 'COMPLETED', runningCount: 2 }] });
    expect(desiredCount).toBe(2);
  });

  test('stops no more daemons at once than its minimum allows', async () => {
    const fleet = await createConnectedFleet({ desired: 4 });
    register(fleet);
    const { desiredCount, ...daemon } = request;
    const deploymentConfiguration = { minimumHealthyPercent: 50, maximumPercent: 100 };
    fleet.call('ecs', 'CreateService', { ...daemon, schedulingStrategy: 'DAEMON', deploymentConfiguration });
    await fleet.runFor(5 * MINUTE);
    update(fleet, { forceNewDeployment: true });
    let least = Number(desiredCount) * 2;
    for (let second = 0; second < 300; second++) {
      await fleet.runFor(1_000);
      least = Math.min(least, describeService(fleet).runningCount);
    }

    expect(least).toBe(2);
    expect(describeService(fleet)).toMatchObject({ runningCount: 4, deployments: [{ rolloutState: 'COMPLETED' }] });
  });

  test('is refused for a service that is unknown or no longer ACTIVE', async () => {
    const fleet = await withService();
    expect(fleet.errorOf('ecs', 'UpdateService', { cluster: 'main', service: 'other' }).code).toBe(
      'ServiceNotFoundException',
    );
    fleet.call('ecs', 'DeleteService', { cluster: 'main', service: 'web', force: true });
    expect(fleet.errorOf('ecs', 'UpdateService', { cluster: 'main', service: 'web', desiredCount: 1 })).toEqual({
      code: 'ServiceNotActiveException',
      message: 'Service was not ACTIVE.',
    });
  });
});

describe('DeleteService', () => {
  test('is refused while the service is scaled above zero, unless forced', async () => {
    const fleet = await withService();
    expect(fleet.errorOf('ecs', 'DeleteService', { cluster: 'main', service: 'web' })).toEqual({
      code: 'InvalidParameterException',
      message: 'The service cannot be stopped while it is scaled above 0.',
    });
  });

  test('leaves the service DRAINING until its tasks are stopping, then INACTIVE', async () => {
    const fleet = await withService();
    const answer = fleet.call('ecs', 'DeleteService', { cluster: 'main', service: 'web', force: true });
    expect(answer).toMatchObject({ service: { status: 'DRAINING', desiredCount: 0, runningCount: 2 } });
    expect(fleet.call('ecs', 'ListServices', { cluster: 'main' })).toEqual({ serviceArns: [] });
    expect(fleet.errorOf('ecs', 'CreateService', request).message).toBe(
      'Unable to Start a service that is still Draining.',
    );
    await fleet.runFor(2 * MINUTE);

    expect(describeService(fleet).status).toBe('INACTIVE');
    expect(fleet.views.tasks().map(({ lastStatus }) => lastStatus)).toEqual(['STOPPED', 'STOPPED']);
    expect(fleet.call('ecs', 'CreateService', request)).toMatchObject({ service: { status: 'ACTIVE' } });
  });

  test('of a service with a task on a lost agent waits for that task', async () => {
    const fleet = await withService();
    const [first = ''] = inService(fleet);
    fleet.world.disconnectAgent(first);
    fleet.call('ecs', 'DeleteService', { cluster: 'main', service: 'web', force: true });
    await fleet.runFor(HOUR);
    expect(describeService(fleet).status).toBe('DRAINING');

    fleet.world.reconnectAgent(first);
    await fleet.runFor(2 * MINUTE);
    expect(describeService(fleet).status).toBe('INACTIVE');
    expect(tasksOn(fleet, first)).toMatchObject([{ lastStatus: 'STOPPED', containersEnd: 'exited' }]);
  });

  test('of a daemon needs no force', async () => {
    const fleet = await createConnectedFleet();
    fleet.world.createService({ cluster: 'main', name: 'web', schedulingStrategy: 'DAEMON' });
    await fleet.runFor(2 * MINUTE);
    fleet.call('ecs', 'DeleteService', { cluster: 'main', service: 'web' });
    await fleet.runFor(2 * MINUTE);
    expect(describeService(fleet)).toMatchObject({ status: 'INACTIVE', desiredCount: 0, runningCount: 0 });
  });
});

describe('the events of a service', () => {
  test('tell a lack of room once in six hours, and again after it was over', async () => {
    const fleet = await withService({ desiredCount: 2 });
    const failures = () => messages(fleet).filter((message) => message.includes('unable to place a task')).length;
    update(fleet, { desiredCount: 100 });
    await fleet.runFor(HOUR);
    expect(failures()).toBe(1);
    await fleet.runFor(6 * HOUR);
    expect(failures()).toBe(2);

    update(fleet, { desiredCount: 2 });
    await fleet.runFor(10 * MINUTE);
    update(fleet, { desiredCount: 100 });
    await fleet.runFor(10 * MINUTE);
    expect(failures()).toBe(3);
  });

  test('say that the percentages leave a deployment no way', async () => {
    const deploymentConfiguration = { minimumHealthyPercent: 100, maximumPercent: 100 };
    const fleet = await withService({ deploymentConfiguration });
    update(fleet, { forceNewDeployment: true });
    await fleet.runFor(10 * MINUTE);

    expect(messages(fleet)[0]).toMatch(/unable to stop or start tasks during a deployment/);
    expect(describeService(fleet).deployments).toMatchObject([
      { status: 'PRIMARY', rolloutState: 'IN_PROGRESS', runningCount: 0 },
      { status: 'ACTIVE', runningCount: 2 },
    ]);
  });
});
