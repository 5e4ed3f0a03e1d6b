import { expect, test } from 'vitest';
import { type ServedWorld, serveWorld } from './served-world.ts';

interface Names {
  readonly instance: string;
  readonly ec2InstanceId: string;
  readonly task: string;
  readonly serviceTask: string;
  readonly queueUrl: string;
}

const cluster = 'prod';
const AutoScalingGroupName = 'web';
const topic = 'arn:aws:sns:eu-central-1:111122223333:alerts';
const TableName = 'incidents';
const item = { id: { S: 'a' }, attempts: { N: '1' } };
const container = { name: 'main', image: 'busybox', cpu: 64, memory: 128, essential: true };
const drain = { AutoScalingGroupName, LifecycleHookName: 'drain' };

/** One call of each operation that ends well, in an order in which all of them do. */
const calls = (names: Names): readonly (readonly [operation: string, input?: object])[] => [
  ['sts:GetCallerIdentity'],
  ['ecs:CreateCluster', { clusterName: 'second' }],
  ['ecs:ListClusters'],
  ['ecs:DescribeClusters', { clusters: [cluster] }],
  ['ecs:DescribeCapacityProviders'],
  ['ecs:ListContainerInstances', { cluster }],
  ['ecs:DescribeContainerInstances', { cluster, containerInstances: [names.instance] }],
  ['ecs:PutAttributes', { cluster, attributes: [{ name: 'rack', value: '7', targetId: names.instance }] }],
  ['ecs:DeleteAttributes', { cluster, attributes: [{ name: 'rack', targetId: names.instance }] }],
  ['ecs:RegisterTaskDefinition', { family: 'one', containerDefinitions: [container] }],
  ['ecs:DescribeTaskDefinition', { taskDefinition: 'one' }],
  ['ecs:CreateService', { cluster, serviceName: 'other', taskDefinition: 'one', desiredCount: 1 }],
  ['ecs:ListServices', { cluster }],
  ['ecs:DescribeServices', { cluster, services: ['api'] }],
  ['ecs:UpdateService', { cluster, service: 'other', desiredCount: 2 }],
  ['ecs:RunTask', { cluster, taskDefinition: 'one' }],
  ['ecs:StartTask', { cluster, taskDefinition: 'one', containerInstances: [names.instance] }],
  ['ecs:ListTasks', { cluster }],
  ['ecs:DescribeTasks', { cluster, tasks: [names.task] }],
  ['ecs:UpdateTaskProtection', { cluster, tasks: [names.serviceTask], protectionEnabled: true }],
  ['ecs:GetTaskProtection', { cluster, tasks: [names.serviceTask] }],
  ['ecs:TagResource', { resourceArn: names.instance, tags: [{ key: 'team', value: 'platform' }] }],
  ['ecs:ListTagsForResource', { resourceArn: names.instance }],
  ['ecs:UntagResource', { resourceArn: names.instance, tagKeys: ['team'] }],
  ['ecs:StopTask', { cluster, task: names.task }],
  ['ecs:UpdateContainerAgent', { cluster, containerInstance: names.instance }],
  ['ecs:UpdateContainerInstancesState', { cluster, containerInstances: [names.instance], status: 'DRAINING' }],
  ['autoscaling:DescribeAutoScalingGroups'],
  ['autoscaling:DescribeAutoScalingInstances'],
  ['autoscaling:DescribeScalingActivities', { AutoScalingGroupName }],
  ['autoscaling:DescribeLifecycleHooks', { AutoScalingGroupName }],
  ['autoscaling:PutLifecycleHook', { ...drain, LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING' }],
  ['autoscaling:UpdateAutoScalingGroup', { AutoScalingGroupName, MaxSize: 8 }],
  ['autoscaling:SetDesiredCapacity', { AutoScalingGroupName, DesiredCapacity: 4 }],
  ['autoscaling:SuspendProcesses', { AutoScalingGroupName, ScalingProcesses: ['AZRebalance'] }],
  ['autoscaling:ResumeProcesses', { AutoScalingGroupName }],
  ['autoscaling:SetInstanceHealth', { InstanceId: names.ec2InstanceId, HealthStatus: 'Healthy' }],
  [
    'autoscaling:TerminateInstanceInAutoScalingGroup',
    { InstanceId: names.ec2InstanceId, ShouldDecrementDesiredCapacity: true },
  ],
  ['wait'],
  ['autoscaling:RecordLifecycleActionHeartbeat', { ...drain, InstanceId: names.ec2InstanceId }],
  [
    'autoscaling:CompleteLifecycleAction',
    { ...drain, InstanceId: names.ec2InstanceId, LifecycleActionResult: 'CONTINUE' },
  ],
  ['ecs:DeregisterContainerInstance', { cluster, containerInstance: names.instance, force: true }],
  ['ec2:DescribeInstances'],
  ['ec2:DescribeInstanceStatus'],
  ['other'],
  ['events:ListRules'],
  ['events:DescribeRule', { Name: 'changes' }],
  ['events:PutEvents', { Entries: [{ Source: 'me', DetailType: 'Something', Detail: '{}' }] }],
  ['events:TestEventPattern', { EventPattern: '{"source":["me"]}', Event: testEvent() }],
  ['sqs:GetQueueUrl', { QueueName: 'jobs' }],
  ['sqs:GetQueueAttributes', { QueueUrl: names.queueUrl, AttributeNames: ['All'] }],
  ['sqs:SendMessage', { QueueUrl: names.queueUrl, MessageBody: 'a' }],
  ['sqs:SendMessageBatch', { QueueUrl: names.queueUrl, Entries: [{ Id: 'b', MessageBody: 'b' }] }],
  ['receive'],
  ['sqs:PurgeQueue', { QueueUrl: names.queueUrl }],
  ['sns:Publish', { TopicArn: topic, Message: 'a' }],
  ['sns:PublishBatch', { TopicArn: topic, PublishBatchRequestEntries: [{ Id: 'b', Message: 'b' }] }],
  ['sns:GetTopicAttributes', { TopicArn: topic }],
  ['sns:ListSubscriptionsByTopic', { TopicArn: topic }],
  ['dynamodb:PutItem', { TableName, Item: item }],
  ['dynamodb:GetItem', { TableName, Key: { id: item.id } }],
  ['dynamodb:UpdateItem', { TableName, Key: { id: item.id }, UpdateExpression: 'REMOVE attempts' }],
  ['dynamodb:Query', { TableName, KeyConditionExpression: 'id = :id', ExpressionAttributeValues: { ':id': item.id } }],
  ['dynamodb:BatchWriteItem', { RequestItems: { [TableName]: [{ PutRequest: { Item: { id: { S: 'b' } } } }] } }],
  ['dynamodb:BatchGetItem', { RequestItems: { [TableName]: { Keys: [{ id: { S: 'b' } }] } } }],
  ['dynamodb:TransactWriteItems', { TransactItems: [{ Put: { TableName, Item: { id: { S: 'c' } } } }] }],
  ['dynamodb:DeleteItem', { TableName, Key: { id: item.id } }],
];

function testEvent(): string {
  const envelope = { id: '1', account: '111122223333', time: '2026-01-05T08:00:00Z', region: 'eu-central-1' };
  return JSON.stringify({ ...envelope, source: 'me', 'detail-type': 'Something', resources: [], detail: {} });
}

async function namesIn(world: ServedWorld): Promise<Names> {
  const { containerInstanceArns = [] } = await world.call<{ containerInstanceArns?: string[] }>(
    'ecs',
    'ListContainerInstances',
    { cluster },
  );
  const instance = containerInstanceArns[0] ?? '';
  const { containerInstances = [] } = await world.call<{ containerInstances?: { ec2InstanceId: string }[] }>(
    'ecs',
    'DescribeContainerInstances',
    { cluster, containerInstances: [instance] },
  );
  const tasksOf = async (input: object) =>
    (await world.call<{ taskArns?: string[] }>('ecs', 'ListTasks', { cluster, ...input })).taskArns?.[0] ?? '';
  const { QueueUrl } = await world.call<{ QueueUrl: string }>('sqs', 'GetQueueUrl', { QueueName: 'jobs' });
  return {
    instance,
    ec2InstanceId: containerInstances[0]?.ec2InstanceId ?? '',
    task: await tasksOf({ family: 'job' }),
    serviceTask: await tasksOf({ serviceName: 'api' }),
    queueUrl: QueueUrl,
  };
}

test('every operation takes a call of the official client over HTTP', { timeout: 60_000 }, async () => {
  const world = await serveWorld();
  const names = await namesIn(world);
  const called = new Set<string>();
  const call = async (name: string, input?: object) => {
    const [service = '', operation = ''] = name.split(':');
    called.add(name);
    return world.call(service, operation, input).catch((error: Error) => {
      throw new Error(`${name}: ${error.name}: ${error.message}`, { cause: error });
    });
  };

  const steps: Record<string, () => Promise<unknown>> = {
    // The group takes some seconds to bring the instance to Terminating:Wait.
    wait: () => world.control('advance', { seconds: 60 }),
    receive: async () => {
      const { queueUrl: QueueUrl } = names;
      const { Messages = [] } = await call('sqs:ReceiveMessage', {
        QueueUrl,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 5,
      });
      const [{ ReceiptHandle } = {}] = Messages as { ReceiptHandle?: string }[];
      await call('sqs:ChangeMessageVisibility', { QueueUrl, ReceiptHandle, VisibilityTimeout: 60 });
      await call('sqs:DeleteMessage', { QueueUrl, ReceiptHandle });
      const Entries = [{ Id: 'one', ReceiptHandle }];
      await call('sqs:DeleteMessageBatch', { QueueUrl, Entries });
    },
    other: async () => {
      const { containerInstances } = world.simulator.fleet.views;
      const InstanceIds = containerInstances()
        .filter(({ status }) => status === 'ACTIVE')
        .map((one) => one.ec2InstanceId);
      const [first = '', second = ''] = InstanceIds;
      const commanded = {
        InstanceIds: [first],
        DocumentName: 'AWS-RunShellScript',
        Parameters: { commands: ['true'] },
      };
      const { Command } = await call('ssm:SendCommand', commanded);
      await world.control('advance', { seconds: 30 });
      const { CommandId } = Command as { CommandId: string };
      await call('ssm:GetCommandInvocation', { CommandId, InstanceId: first });
      await call('autoscaling:DetachInstances', {
        AutoScalingGroupName,
        InstanceIds: [second],
        ShouldDecrementDesiredCapacity: true,
      });
      await call('ec2:StopInstances', { InstanceIds: [second] });
      await world.control('advance', { seconds: 300 });
      await call('ec2:StartInstances', { InstanceIds: [second] });
      await call('ec2:TerminateInstances', { InstanceIds: [second] });
    },
  };
  for (const [name, input] of calls(names)) await (steps[name]?.() ?? call(name, input));

  const all = world.simulator.services.flatMap(({ name, operations }) =>
    Object.keys(operations).map((operation) => `${name}:${operation}`),
  );
  expect([...called].sort()).toEqual(all.sort());
  expect(world.defects).toEqual([]);
});
