import { describe, expect, test } from 'vitest';
import { serveWorld } from './served-world.ts';

const TOPIC = 'arn:aws:sns:eu-central-1:111122223333:news';
const INBORN = ['constructor', '__proto__', 'toString', 'hasOwnProperty'];

/** Where a request names an entry of a table: of filters, protocols, attributes, settings. */
const REQUESTS: readonly (readonly [
  service: string,
  operation: string,
  input: (name: string) => object,
  code: string,
])[] = [
  ['ec2', 'DescribeInstances', (name) => ({ Filters: [{ Name: name, Values: ['x'] }] }), 'InvalidParameterValue'],
  ['ec2', 'DescribeInstanceStatus', (name) => ({ Filters: [{ Name: name, Values: ['x'] }] }), 'InvalidParameterValue'],
  [
    'ec2',
    'DescribeAvailabilityZones',
    (name) => ({ Filters: [{ Name: name, Values: ['x'] }] }),
    'InvalidParameterValue',
  ],
  ['ec2', 'DescribeRegions', (name) => ({ Filters: [{ Name: name, Values: ['x'] }] }), 'InvalidParameterValue'],
  ['ec2', 'DescribeInstanceTypes', (name) => ({ Filters: [{ Name: name, Values: ['x'] }] }), 'InvalidParameterValue'],
  [
    'ecs',
    'ListContainerInstances',
    (name) => ({ cluster: 'prod', filter: `${name} == x` }),
    'InvalidParameterException',
  ],
  [
    'ecs',
    'ListContainerInstances',
    (name) => ({ cluster: 'prod', filter: `agentVersion ${name} x` }),
    'InvalidParameterException',
  ],
  ['ecs', 'DeleteAccountSetting', (name) => ({ name }), 'InvalidParameterException'],
  [
    'sns',
    'SetTopicAttributes',
    (name) => ({ TopicArn: TOPIC, AttributeName: name, AttributeValue: 'x' }),
    'InvalidParameterException',
  ],
  ['sqs', 'CreateQueue', (name) => ({ QueueName: 'new', Attributes: { [name]: '1' } }), 'InvalidAttributeName'],
  ['ssm', 'DescribeInstanceInformation', (name) => ({ Filters: [{ Key: name, Values: ['x'] }] }), 'InvalidFilterKey'],
];

describe('A name that every object has by birth', () => {
  test.each(REQUESTS)('is none that %s:%s knows', async (service, operation, input, code) => {
    const world = await serveWorld();
    await world.call('sns', 'CreateTopic', { Name: 'news' });
    for (const name of INBORN) {
      const refused = world.call(service, operation, input(name));
      await expect(refused, name).rejects.toMatchObject({ name: code, $metadata: { httpStatusCode: 400 } });
    }
    expect(world.defects).toEqual([]);
  });

  test('is no operation that a fault can be injected into', async () => {
    const { control } = await serveWorld();
    for (const operation of INBORN) {
      const answer = await control('inject-faults', { kind: 'throttled', operation });
      expect(answer).toMatchObject({ status: 400, body: { error: { problems: [{ field: 'operation' }] } } });
    }
  });

  test('is a tag, a cluster and a parameter like any other', async () => {
    const { call, simulator } = await serveWorld();
    const [instance] = simulator.fleet.views.ec2Instances();
    const resource = instance?.ec2InstanceId;
    for (const name of INBORN) {
      await call('ec2', 'CreateTags', { Resources: [resource], Tags: [{ Key: name, Value: 'x' }] });
      await call('ecs', 'CreateCluster', { clusterName: name });
      await call('ssm', 'PutParameter', { Name: name, Value: 'x', Type: 'String' });
    }
    const tagged = await call('ec2', 'DescribeInstances', { Filters: [{ Name: 'tag:__proto__', Values: ['x'] }] });
    expect(tagged).toMatchObject({ Reservations: [{ Instances: [{ InstanceId: resource }] }] });
    expect(await call('ecs', 'DescribeClusters', { clusters: INBORN })).toMatchObject({
      clusters: INBORN.map((clusterName) => ({ clusterName })),
      failures: [],
    });
    expect(await call('ssm', 'GetParameters', { Names: INBORN })).toMatchObject({ InvalidParameters: [] });
  });
});

describe('A field that a control command does not have', () => {
  test('is named', async () => {
    const { control } = await serveWorld();
    expect(await control('scale-group', { group: 'web', desired: 2, desird: 3 })).toMatchObject({
      status: 400,
      body: { error: { problems: [{ field: 'desird', message: 'there is no such field' }] } },
    });
  });
});
