import { describe, expect, test } from 'vitest';
import { createConnectedFleet, drain, inService, MINUTE } from '../fleet-fixture.ts';
import { describeService, messages, register, request, update, withService } from './service-fixture.ts';

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

  test('leaves protected tasks of the old deployment alone', async () => {
    const fleet = await withService({ deploymentConfiguration: { minimumHealthyPercent: 0, maximumPercent: 200 } });
    const tasks = fleet.views.tasks().map(({ arn }) => arn);
    fleet.call('ecs', 'UpdateTaskProtection', {
      cluster: 'main',
      tasks,
      protectionEnabled: true,
      expiresInMinutes: 30,
    });
    update(fleet, { forceNewDeployment: true });
    const runningOld = () =>
      fleet.views.tasks().filter(({ arn, lastStatus }) => tasks.includes(arn) && lastStatus === 'RUNNING').length;

    await fleet.runFor(20 * MINUTE);
    expect(runningOld()).toBe(2);
    await fleet.runFor(20 * MINUTE);
    expect(runningOld()).toBe(0);
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
