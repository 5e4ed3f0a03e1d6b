import { DescribeServicesCommand, type Service } from '@aws-sdk/client-ecs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeServices } from '../../../shared/aws/services.ts';
import { awsError, cluster, describedService, many } from './builders.ts';
import { strictEcs } from './strict-client.ts';

test('describes all in batches of at most 10, and leaves out deleted services', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 45 }), async (count) => {
      const names = many(count, (index) => `service-${index}`);
      const isForgotten = (name: string) => name.endsWith('3');
      const isInactive = (name: string) => name.endsWith('7');
      const { ecs, mock } = strictEcs();
      mock.on(DescribeServicesCommand, { cluster }).callsFake(({ services }) => {
        expect(services.length).toBeGreaterThan(0);
        expect(services.length).toBeLessThanOrEqual(10);
        return {
          services: services
            .filter((name: string) => !isForgotten(name))
            .map((name: string) => describedService(name, { status: isInactive(name) ? 'INACTIVE' : 'ACTIVE' })),
          failures: services.filter(isForgotten).map((arn: string) => ({ arn, reason: 'MISSING' })),
        };
      });

      const found = await describeServices(ecs, cluster, [...names, ...names]);

      expect([...found.keys()]).toEqual(names.filter((name) => !isForgotten(name) && !isInactive(name)));
    }),
  );
});

test('asks nothing for no names', async () => {
  expect(await describeServices(strictEcs().ecs, cluster, [])).toEqual(new Map());
});

test('finds none in a cluster that is gone', async () => {
  const { ecs, mock } = strictEcs();
  mock.on(DescribeServicesCommand).rejects(awsError('ClusterNotFoundException'));

  expect(await describeServices(ecs, cluster, ['web'])).toEqual(new Map());
});

test('fails by name when ECS could not describe one for another reason', async () => {
  const { ecs, mock } = strictEcs();
  mock.on(DescribeServicesCommand).resolves({ failures: [{ arn: 'web', reason: 'ACCESS' }] });

  await expect(describeServices(ecs, cluster, ['web'])).rejects.toThrow('DescribeServices failed for web (ACCESS)');
});

describe('a description', () => {
  test('is taken over as far as explanations need it', async () => {
    const service = await web({
      schedulingStrategy: 'REPLICA',
      deploymentConfiguration: { minimumHealthyPercent: 50, maximumPercent: 150 },
      deployments: [{ status: 'PRIMARY' }, { status: 'ACTIVE' }],
      events: [{ id: '1', createdAt: new Date(2000), message: 'has reached a steady state' }],
    });

    expect(service).toEqual({
      name: 'web',
      clusterArn: cluster,
      schedulingStrategy: 'REPLICA',
      desiredCount: 4,
      runningCount: 3,
      pendingCount: 1,
      minimumHealthyPercent: 50,
      maximumPercent: 150,
      deployments: 2,
      events: [{ atMs: 2000, message: 'has reached a steady state' }],
    });
  });

  test.each<[Partial<Service>, object]>([
    [
      {},
      { schedulingStrategy: 'REPLICA', minimumHealthyPercent: 100, maximumPercent: 200, deployments: 0, events: [] },
    ],
    [{ schedulingStrategy: 'DAEMON' }, { minimumHealthyPercent: 0, maximumPercent: 100 }],
    [{ deploymentConfiguration: { minimumHealthyPercent: 0 } }, { minimumHealthyPercent: 0, maximumPercent: 200 }],
    [{ deploymentConfiguration: { maximumPercent: 100 } }, { minimumHealthyPercent: 100, maximumPercent: 100 }],
  ])('falls back on the documented defaults: %j', async (given, expected) => {
    expect(await web(given)).toMatchObject(expected);
  });

  test('brings the last five events, newest first, whatever order ECS lists them in', async () => {
    const times = [3, 9, 1, 7, 5, 8, 2];
    const events = times.map((time) => ({ createdAt: new Date(time), message: `event ${time}` }));

    expect((await web({ events: [{}, ...events, { message: 'some day' }] }))?.events).toEqual(
      [9, 8, 7, 5, 3].map((atMs) => ({ atMs, message: `event ${atMs}` })),
    );
  });

  test.each(['serviceName', 'desiredCount', 'runningCount', 'pendingCount'])('without %s is refused', async (field) => {
    await expect(web({ [field]: undefined })).rejects.toThrow(
      expect.objectContaining({ name: 'IncompleteAnswerError', message: expect.stringContaining(field) }),
    );
  });
});

async function web(overrides: Partial<Service>) {
  const { ecs, mock } = strictEcs();
  mock.on(DescribeServicesCommand).resolves({ services: [describedService('web', overrides)] });
  return (await describeServices(ecs, cluster, ['web'])).get('web');
}
