import {
  type ContainerInstance,
  DescribeContainerInstancesCommand,
  type InstanceHealthCheckResult,
} from '@aws-sdk/client-ecs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeContainerInstances } from '../../../shared/aws/container-instances.ts';
import { awsError, cluster, describedInstance, instanceArn, many } from './builders.ts';
import { strictEcs } from './strict-client.ts';

const arn = instanceArn(1);

describe('describing', () => {
  test('describes all in batches of at most 100 and names those that ECS has forgotten', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 250 }), fc.integer({ min: 2, max: 9 }), async (count, everyNth) => {
        const arns = many(count, instanceArn);
        const isForgotten = (arn: string) => arns.indexOf(arn) % everyNth === 0;
        const { ecs, mock } = strictEcs();
        mock.on(DescribeContainerInstancesCommand, { cluster }).callsFake(({ containerInstances }) => {
          expect(containerInstances.length).toBeGreaterThan(0);
          expect(containerInstances.length).toBeLessThanOrEqual(100);
          return {
            containerInstances: containerInstances
              .filter((arn: string) => !isForgotten(arn))
              .map((arn: string) => describedInstance(arn)),
            failures: containerInstances.filter(isForgotten).map((arn: string) => ({ arn, reason: 'MISSING' })),
          };
        });

        const { found, missing } = await describeContainerInstances(ecs, cluster, [...arns, ...arns]);

        expect(found.map(({ arn }) => arn)).toEqual(arns.filter((arn) => !isForgotten(arn)));
        expect(missing).toEqual(arns.filter(isForgotten));
      }),
    );
  });

  test('takes over what decisions need', async () => {
    const { ecs } = describedAs({
      ec2InstanceId: 'i-0aa11bb22cc33dd44',
      status: 'DRAINING',
      registeredAt: new Date(1_790_000_000_000),
      capacityProviderName: 'shop-spot',
      versionInfo: { agentVersion: '1.97.1', agentHash: 'b1d2', dockerVersion: 'DockerVersion: 25.0.14' },
      attributes: [
        { name: 'ecs.availability-zone', value: 'eu-west-1b' },
        { name: 'ecs.instance-type', value: 'm7g.large' },
        { name: 'ecs.capability.task-eni' },
      ],
    });

    expect((await describeContainerInstances(ecs, cluster, [arn])).found).toEqual([
      {
        arn,
        clusterArn: cluster,
        ec2InstanceId: 'i-0aa11bb22cc33dd44',
        status: 'DRAINING',
        agentConnected: true,
        version: 7,
        registeredAtMs: 1_790_000_000_000,
        runningTasksCount: 2,
        pendingTasksCount: 1,
        availabilityZone: 'eu-west-1b',
        instanceType: 'm7g.large',
        capacityProviderName: 'shop-spot',
        agentVersion: '1.97.1',
        external: false,
        os: 'linux',
      },
    ]);
  });

  test.each([
    ['linux', [{ name: 'ecs.os-type', value: 'linux' }]],
    ['linux', [{ name: 'ecs.os-family', value: 'LINUX' }]],
    ['linux', [{ name: 'ecs.os-type', value: 'plan9' }]],
    ['windows', [{ name: 'ecs.os-type', value: 'windows' }]],
    ['windows', [{ name: 'ecs.os-family', value: 'WINDOWS_SERVER_2022_CORE' }]],
    [
      'bottlerocket',
      [
        { name: 'ecs.os-type', value: 'linux' },
        { name: 'bottlerocket.variant', value: 'aws-ecs-2' },
      ],
    ],
  ])('knows the operating system %s by %j', async (os, attributes) => {
    const { ecs } = describedAs({ attributes });

    expect((await describeContainerInstances(ecs, cluster, [arn])).found).toMatchObject([{ os }]);
  });

  test('asks for the health checks only when it is told to', async () => {
    const { ecs, mock } = describedAs({});

    await describeContainerInstances(ecs, cluster, [arn]);
    await describeContainerInstances(ecs, cluster, [arn], { include: ['CONTAINER_INSTANCE_HEALTH'] });

    expect(mock.calls().map(({ args }) => args[0].input)).toEqual([
      { cluster, containerInstances: [arn] },
      { cluster, containerInstances: [arn], include: ['CONTAINER_INSTANCE_HEALTH'] },
    ]);
  });

  test('takes over the health checks, and no more of them than there is', async () => {
    const since = new Date(1_790_000_000_000);
    const { ecs } = describedAs({
      healthStatus: {
        overallStatus: 'IMPAIRED',
        details: [
          { type: 'CONTAINER_RUNTIME', status: 'OK' },
          { type: 'AGENT_CONNECTIVITY', status: 'IMPAIRED', statusReason: 'gone', lastStatusChange: since },
        ],
      },
    });

    expect((await describeContainerInstances(ecs, cluster, [arn])).found).toMatchObject([
      {
        health: [
          { type: 'CONTAINER_RUNTIME', status: 'OK' },
          { type: 'AGENT_CONNECTIVITY', status: 'IMPAIRED', statusReason: 'gone', sinceMs: since.getTime() },
        ],
      },
    ]);
  });

  test.each(['type', 'status'])('refuses a health check without %s', async (field) => {
    const check = { type: 'DAEMON', status: 'OK', [field]: undefined } as InstanceHealthCheckResult;
    const { ecs } = describedAs({ healthStatus: { details: [check] } });

    await expect(describeContainerInstances(ecs, cluster, [arn])).rejects.toThrow(
      expect.objectContaining({ name: 'IncompleteAnswerError', message: expect.stringContaining(field) }),
    );
  });

  test.each([
    ['its id', { ec2InstanceId: 'mi-0aa11bb22cc33dd44' }],
    ['its attribute', { attributes: [{ name: 'ecs.capability.external' }] }],
  ])('knows an external instance by %s', async (_by, overrides) => {
    const { ecs } = describedAs(overrides);

    expect((await describeContainerInstances(ecs, cluster, [arn])).found).toMatchObject([{ external: true }]);
  });

  test.each(['INACTIVE', 'SOME_NEW_STATUS'])('passes on an instance that is %s', async (status) => {
    const { ecs } = describedAs({ status });

    expect(await describeContainerInstances(ecs, cluster, [arn])).toMatchObject({ found: [{ status }], missing: [] });
  });

  test.each([
    'containerInstanceArn',
    'ec2InstanceId',
    'status',
    'agentConnected',
    'version',
    'runningTasksCount',
    'pendingTasksCount',
  ] as const)('refuses to decide on a description without %s', async (field) => {
    const { ecs } = describedAs({ [field]: undefined });

    await expect(describeContainerInstances(ecs, cluster, [arn])).rejects.toThrow(
      expect.objectContaining({ name: 'IncompleteAnswerError', message: expect.stringContaining(field) }),
    );
  });

  test('misses one that ECS reports as missing in more words', async () => {
    const { ecs, mock } = strictEcs();
    const failures = [{ arn, reason: 'MISSING', detail: 'The container instance was deregistered' }];
    mock.on(DescribeContainerInstancesCommand).resolves({ containerInstances: [], failures });

    expect(await describeContainerInstances(ecs, cluster, [arn])).toEqual({ found: [], missing: [arn] });
  });

  test('fails by name when ECS could not describe one for another reason', async () => {
    const { ecs, mock } = strictEcs();
    const failures = [
      { arn: instanceArn(2), reason: 'MISSING' },
      { arn, reason: 'ACCESS', detail: 'not yours' },
    ];
    mock.on(DescribeContainerInstancesCommand).resolves({ containerInstances: [], failures });

    await expect(describeContainerInstances(ecs, cluster, [arn, instanceArn(2)])).rejects.toThrow(
      expect.objectContaining({
        name: 'UnexpectedFailuresError',
        message: `DescribeContainerInstances failed for ${arn} (ACCESS: not yours)`,
      }),
    );
  });

  test('misses all of a cluster that is gone', async () => {
    const { ecs, mock } = strictEcs();
    mock.on(DescribeContainerInstancesCommand).rejects(awsError('ClusterNotFoundException'));

    expect(await describeContainerInstances(ecs, cluster, [arn])).toEqual({ found: [], missing: [arn] });
  });
});

function describedAs(overrides: Partial<ContainerInstance>) {
  const { ecs, mock } = strictEcs();
  mock.on(DescribeContainerInstancesCommand).resolves({ containerInstances: [describedInstance(arn, overrides)] });
  return { ecs, mock };
}
