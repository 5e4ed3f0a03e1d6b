import { describe, expect, test } from 'vitest';
import { serveWorld } from './served-world.ts';

interface Page {
  readonly nextToken?: string;
  readonly NextToken?: string;
}

const BIG = `
clusters:
  - name: prod
    groups: [{ name: web, desired: 7, instanceType: { name: m5.large, cpu: 2048, memory: 7680 } }]
    services: [{ name: api, desiredCount: 13, cpu: 64, memory: 64 }]
`;

describe('pages, as the official client reads them over HTTP', () => {
  const paged: [service: string, operation: string, input: object, items: string, count: number][] = [
    ['ecs', 'ListTasks', { cluster: 'prod', maxResults: 5 }, 'taskArns', 13],
    ['ecs', 'ListContainerInstances', { cluster: 'prod', maxResults: 3 }, 'containerInstanceArns', 7],
    ['ec2', 'DescribeInstances', { MaxResults: 5 }, 'Reservations', 7],
    ['autoscaling', 'DescribeAutoScalingInstances', { MaxRecords: 2 }, 'AutoScalingInstances', 7],
    ['autoscaling', 'DescribeScalingActivities', { MaxRecords: 4 }, 'Activities', 7],
  ];

  test.each(paged)('%s %s hands each item out once', async (service, operation, input, items, count) => {
    const { call } = await serveWorld(BIG);
    const seen: string[] = [];
    let pages = 0;
    let token: object = {};
    do {
      const page = await call<Page & Record<string, unknown>>(service, operation, { ...input, ...token });
      seen.push(...((page[items] as unknown[] | undefined) ?? []).map((item) => JSON.stringify(item)));
      const { nextToken, NextToken } = page;
      token = { ...(nextToken && { nextToken }), ...(NextToken && { NextToken }) };
      pages += 1;
    } while (Object.keys(token).length > 0);
    expect(new Set(seen).size).toBe(count);
    expect(seen).toHaveLength(count);
    expect(pages).toBeGreaterThan(1);
  });

  test('a token that was not handed out is refused', async () => {
    const { call } = await serveWorld(BIG);
    await expect(call('ecs', 'ListTasks', { cluster: 'prod', nextToken: 'nonsense' })).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  });
});

describe('errors, as the official client understands them', () => {
  const refused: [service: string, operation: string, input: object, name: string, status: number][] = [
    ['ecs', 'ListTasks', { cluster: 'none' }, 'ClusterNotFoundException', 400],
    ['ecs', 'StopTask', { cluster: 'prod', task: 'none' }, 'InvalidParameterException', 400],
    ['ecs', 'UpdateService', { cluster: 'prod', service: 'none' }, 'ServiceNotFoundException', 400],
    [
      'autoscaling',
      'CompleteLifecycleAction',
      { AutoScalingGroupName: 'web', LifecycleHookName: 'x', InstanceId: 'i-1', LifecycleActionResult: 'CONTINUE' },
      'ValidationError',
      400,
    ],
    ['ec2', 'DescribeInstances', { InstanceIds: ['i-0123456789abcdef0'] }, 'InvalidInstanceID.NotFound', 400],
    ['ec2', 'CreateVpc', { CidrBlock: '10.0.0.0/16' }, 'InvalidAction', 400],
    ['sqs', 'GetQueueUrl', { QueueName: 'none' }, 'QueueDoesNotExist', 400],
    [
      'sns',
      'Publish',
      { TopicArn: 'arn:aws:sns:eu-central-1:111122223333:none', Message: 'a' },
      'NotFoundException',
      404,
    ],
    ['dynamodb', 'GetItem', { TableName: 'none', Key: { id: { S: 'a' } } }, 'ResourceNotFoundException', 400],
    ['events', 'DescribeRule', { Name: 'none' }, 'ResourceNotFoundException', 400],
    [
      'ssm',
      'GetCommandInvocation',
      { CommandId: 'x'.repeat(36), InstanceId: 'i-0123456789abcdef0' },
      'InvocationDoesNotExist',
      400,
    ],
    ['sts', 'GetSessionToken', {}, 'InvalidAction', 400],
  ];

  test.each(refused)('%s %s of %o: %s', async (service, operation, input, name, status) => {
    const { call, defects } = await serveWorld();
    const error = await call(service, operation, input).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name, $metadata: { httpStatusCode: status, requestId: expect.any(String) } });
    expect(defects).toEqual([]);
  });

  test('whoever asks faster than the published budget is throttled, and may go on a moment later', async () => {
    const { call, control } = await serveWorld('clusters: [{ name: prod }]');
    const asked = await Promise.allSettled(Array.from({ length: 80 }, () => call('ecs', 'ListClusters')));
    const refusals = asked.filter((one) => one.status === 'rejected').map(({ reason }) => reason.name);
    expect(refusals.length).toBeGreaterThan(10);
    expect(new Set(refusals)).toEqual(new Set(['ThrottlingException']));
    await control('advance', { seconds: 5 });
    expect(await call('ecs', 'ListClusters')).toMatchObject({ clusterArns: [expect.stringMatching(/cluster\/prod$/)] });
  });
});
