import * as autoScaling from '@aws-sdk/client-auto-scaling';
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as ec2 from '@aws-sdk/client-ec2';
import * as ecs from '@aws-sdk/client-ecs';
import * as sns from '@aws-sdk/client-sns';
import * as sqs from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AwsError } from '../../../simulator/wire/aws-error.ts';
import type { Operation, SimulatedService } from '../../../simulator/wire/service.ts';
import { createFakeWorld, open } from './fake-world.ts';

type Protocol = SimulatedService['protocol'];

function serve(name: string, protocol: Protocol, schemas: object, operations: Record<string, Operation['run']>) {
  const inputs: unknown[] = [];
  const recording = Object.entries(operations).map(([operation, run]) => [
    operation,
    open((input, call) => {
      inputs.push(input);
      return run(input, call);
    }),
  ]);
  const service: SimulatedService = {
    name,
    protocol,
    schemas: schemas as Record<string, unknown>,
    operations: Object.fromEntries(recording),
  };
  return { ...createFakeWorld([service]), inputs };
}

function failWith(code: string, message: string, options?: ConstructorParameters<typeof AwsError>[2]) {
  return () => {
    throw new AwsError(code, message, options);
  };
}

async function errorOf(answer: Promise<unknown>): Promise<Record<string, unknown>> {
  try {
    await answer;
  } catch (error) {
    return error as Record<string, unknown>;
  }
  throw new Error('The call succeeded');
}

describe('ECS (JSON 1.1)', () => {
  it('carries nested structures, dates, numbers and empty lists both ways', async () => {
    const registeredAt = new Date('2026-01-05T08:00:00.250Z');
    const world = serve('ecs', 'awsJson1_1', ecs, {
      DescribeContainerInstances: () => ({
        containerInstances: [
          { ec2InstanceId: 'i-1', agentConnected: false, runningTasksCount: 3, registeredAt, attributes: [] },
        ],
        failures: [],
      }),
    });
    const client = new ecs.ECSClient(world.clientConfig);
    const command = new ecs.DescribeContainerInstancesCommand({
      cluster: 'c',
      containerInstances: ['a', 'b'],
      include: ['CONTAINER_INSTANCE_HEALTH'],
    });

    const output = await world.settle(client.send(command));

    expect(world.inputs).toEqual([command.input]);
    expect(output.containerInstances).toEqual([
      { ec2InstanceId: 'i-1', agentConnected: false, runningTasksCount: 3, registeredAt, attributes: [] },
    ]);
    expect(output.failures).toEqual([]);
    expect(output.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('answers an error as the class that the client has for it', async () => {
    const world = serve('ecs', 'awsJson1_1', ecs, {
      ListTasks: failWith('ClusterNotFoundException', 'Cluster not found.'),
    });

    const error = await errorOf(
      world.settle(new ecs.ECSClient(world.clientConfig).send(new ecs.ListTasksCommand({ cluster: 'nope' }))),
    );

    expect(error).toBeInstanceOf(ecs.ClusterNotFoundException);
    expect(error.message).toBe('Cluster not found.');
  });

  it('refuses a request without a required member in the words of ECS', async () => {
    const world = serve('ecs', 'awsJson1_1', ecs, { DescribeContainerInstances: () => ({}) });
    const command = new ecs.DescribeContainerInstancesCommand({ containerInstances: undefined });

    const error = await errorOf(world.settle(new ecs.ECSClient(world.clientConfig).send(command)));

    expect(error).toMatchObject({
      name: 'InvalidParameterException',
      message: 'Container instances cannot be empty.',
    });
    expect(world.inputs).toEqual([]);
  });

  it('refuses an operation that nobody has implemented, and says so', async () => {
    const world = serve('ecs', 'awsJson1_1', ecs, {});

    const error = await errorOf(
      world.settle(new ecs.ECSClient(world.clientConfig).send(new ecs.ListClustersCommand({}))),
    );

    expect(error).toMatchObject({
      name: 'UnknownOperationException',
      message: 'The simulator does not implement ecs:ListClusters',
    });
  });

  const authorization =
    'AWS4-HMAC-SHA256 Credential=AKIA/20260105/eu-central-1/ecs/aws4_request, SignedHeaders=host, Signature=00';
  it.each([
    ['a body that is no JSON', '{"cluster":', 'Unable to parse the request body as JSON'],
    ['a list in place of text', '{"cluster":["c"]}', 'Start of list found where not expected'],
    ['an object in place of text', '{"cluster":{}}', 'Start of structure or map found where not expected.'],
    ['text in place of a number', '{"maxResults":"many"}', 'STRING_VALUE can not be converted to a Number'],
    ['a number in place of text', '{"cluster":1}', 'NUMBER_VALUE can not be converted to a String'],
  ])('refuses %s', async (_what, body, message) => {
    const world = serve('ecs', 'awsJson1_1', ecs, { ListTasks: () => ({ taskArns: [] }) });

    const answer = await world.settle(
      world.wire.handle({
        method: 'POST',
        path: '/',
        host: 'ecs.eu-central-1.amazonaws.com',
        headers: { 'x-amz-target': 'AmazonEC2ContainerServiceV20141113.ListTasks', authorization },
        body,
      }),
    );

    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toEqual({ __type: 'SerializationException', message });
  });

  it('treats an output member that the model lacks as a defect of the simulator', async () => {
    const world = serve('ecs', 'awsJson1_1', ecs, { ListTasks: () => ({ taskArns: [], surprise: 1 }) });

    const error = await errorOf(world.settle(new ecs.ECSClient(world.clientConfig).send(new ecs.ListTasksCommand({}))));

    expect(error.$metadata).toMatchObject({ httpStatusCode: 500 });
    expect(world.defects).toEqual([new Error('The shape ListTasksResponse has no member surprise')]);
  });
});

describe('DynamoDB (JSON 1.0)', () => {
  const item = {
    pk: { S: 'drain#i-1' },
    version: { N: '3' },
    blob: { B: new Uint8Array([0, 1, 254]) },
    nested: { M: { list: { L: [{ BOOL: true }, { NULL: true }, { M: {} }] } } },
  };

  it('carries recursive attribute values and bytes both ways', async () => {
    const world = serve('dynamodb', 'awsJson1_0', dynamodb, { PutItem: ({ Item }) => ({ Attributes: Item }) });
    const client = new dynamodb.DynamoDBClient(world.clientConfig);

    const output = await world.settle(client.send(new dynamodb.PutItemCommand({ TableName: 't', Item: item })));

    expect(output.Attributes).toEqual(item);
  });

  it("carries an error's own members", async () => {
    const failure = failWith('ConditionalCheckFailedException', 'The conditional request failed', {
      members: { Item: item },
    });
    const world = serve('dynamodb', 'awsJson1_0', dynamodb, { PutItem: failure });
    const client = new dynamodb.DynamoDBClient(world.clientConfig);

    const error = await errorOf(world.settle(client.send(new dynamodb.PutItemCommand({ TableName: 't', Item: item }))));

    expect(error).toBeInstanceOf(dynamodb.ConditionalCheckFailedException);
    expect(error.Item).toEqual(item);
  });
});

describe('SQS (JSON 1.0 with the codes of its query days)', () => {
  it('names an error by its shape and by its old code', async () => {
    const world = serve('sqs', 'awsJson1_0', sqs, {
      SendMessage: failWith('QueueDoesNotExist', 'The specified queue does not exist.'),
    });
    const client = new sqs.SQSClient(world.clientConfig);
    const QueueUrl = 'https://sqs.eu-central-1.amazonaws.com/111122223333/q';

    const error = await errorOf(world.settle(client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'm' }))));

    expect(error).toBeInstanceOf(sqs.QueueDoesNotExist);
    expect(error.Error).toMatchObject({ Code: 'AWS.SimpleQueueService.NonExistentQueue', Type: 'Sender' });
  });
});

describe('Auto Scaling (query)', () => {
  it('carries lists, filters, dates and empty lists both ways', async () => {
    const CreatedTime = new Date('2026-01-05T08:00:00.000Z');
    const group = {
      AutoScalingGroupName: 'g',
      MinSize: 0,
      MaxSize: 2,
      DesiredCapacity: 1,
      DefaultCooldown: 300,
      AvailabilityZones: ['a', 'b'],
      HealthCheckType: 'EC2',
      CreatedTime,
      NewInstancesProtectedFromScaleIn: true,
      Instances: [],
    };
    const world = serve('autoscaling', 'awsQuery', autoScaling, {
      DescribeAutoScalingGroups: () => ({ AutoScalingGroups: [group] }),
    });
    const command = new autoScaling.DescribeAutoScalingGroupsCommand({
      AutoScalingGroupNames: ['g', 'h'],
      Filters: [{ Name: 'tag:a.b', Values: ['x & y', 'ä=1'] }],
      MaxRecords: 5,
      IncludeInstances: false,
    });

    const output = await world.settle(new autoScaling.AutoScalingClient(world.clientConfig).send(command));

    expect(world.inputs).toEqual([command.input]);
    expect(output.AutoScalingGroups).toEqual([group]);
  });

  it('answers an operation without output', async () => {
    const world = serve('autoscaling', 'awsQuery', autoScaling, { SetInstanceHealth: () => undefined });
    const command = new autoScaling.SetInstanceHealthCommand({ InstanceId: 'i-1', HealthStatus: 'Unhealthy' });

    const output = await world.settle(new autoScaling.AutoScalingClient(world.clientConfig).send(command));

    expect(output.$metadata.httpStatusCode).toBe(200);
  });

  it('sends the code of an error that a service names by its shape', async () => {
    const world = serve('autoscaling', 'awsQuery', autoScaling, {
      DescribeAutoScalingGroups: failWith('ResourceContentionFault', 'busy'),
    });

    const error = await errorOf(
      world.settle(
        new autoScaling.AutoScalingClient(world.clientConfig).send(
          new autoScaling.DescribeAutoScalingGroupsCommand({}),
        ),
      ),
    );

    expect(error).toBeInstanceOf(autoScaling.ResourceContentionFault);
    expect(error).toMatchObject({ Code: 'ResourceContention', $metadata: { httpStatusCode: 500 } });
  });

  it('keeps a code that the model does not know, with its message', async () => {
    const message = 'No active Lifecycle Action found with instance ID i-1';
    const world = serve('autoscaling', 'awsQuery', autoScaling, {
      CompleteLifecycleAction: failWith('ValidationError', message),
    });
    const command = new autoScaling.CompleteLifecycleActionCommand({
      AutoScalingGroupName: 'g',
      LifecycleHookName: 'h',
      LifecycleActionResult: 'CONTINUE',
    });

    const error = await errorOf(world.settle(new autoScaling.AutoScalingClient(world.clientConfig).send(command)));

    expect(error).toMatchObject({ name: 'ValidationError', message, Type: 'Sender' });
  });

  it('keeps any text that XML can carry, in both directions', async () => {
    const world = serve('autoscaling', 'awsQuery', autoScaling, {
      DescribeTags: ({ Filters }) => ({ Tags: [{ Key: 'k', Value: Filters[0].Values[0] }] }),
    });
    const client = new autoScaling.AutoScalingClient(world.clientConfig);
    const xmlText = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => isXmlText(text));

    await fc.assert(
      fc.asyncProperty(xmlText, async (text) => {
        const command = new autoScaling.DescribeTagsCommand({ Filters: [{ Name: 'key', Values: [text] }] });
        const output = await world.settle(client.send(command));
        expect(output.Tags?.[0]?.Value).toBe(text);
      }),
    );
  });
});

/** XML has no control characters. */
function isXmlText(text: string): boolean {
  return [...text].every((character) => character >= ' ' && character !== '\uFFFE' && character !== '\uFFFF');
}

describe('SNS (query)', () => {
  it('carries maps with bytes', async () => {
    const world = serve('sns', 'awsQuery', sns, { Publish: () => ({ MessageId: 'm-1' }) });
    const command = new sns.PublishCommand({
      TopicArn: 'arn:aws:sns:eu-central-1:111122223333:t',
      Message: 'line 1\nline 2 <&>',
      MessageAttributes: {
        kind: { DataType: 'String', StringValue: 'drain.opened' },
        raw: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 255]) },
      },
    });

    const output = await world.settle(new sns.SNSClient(world.clientConfig).send(command));

    expect(world.inputs).toEqual([command.input]);
    expect(output.MessageId).toBe('m-1');
  });

  it('sends the code and the status of an error that a service names by its code', async () => {
    const world = serve('sns', 'awsQuery', sns, { Publish: failWith('AuthorizationError', 'no') });
    const command = new sns.PublishCommand({ TopicArn: 'arn', Message: 'm' });

    const error = await errorOf(world.settle(new sns.SNSClient(world.clientConfig).send(command)));

    expect(error).toBeInstanceOf(sns.AuthorizationErrorException);
    expect(error.$metadata).toMatchObject({ httpStatusCode: 403 });
  });
});

describe('EC2 (its own query protocol)', () => {
  it('carries flattened lists, EC2 names and nested items both ways', async () => {
    const LaunchTime = new Date('2026-01-05T08:00:00.000Z');
    const instance = {
      InstanceId: 'i-1',
      State: { Code: 16, Name: 'running' },
      LaunchTime,
      Tags: [{ Key: 'a', Value: '<b>' }],
      EbsOptimized: true,
    };
    const world = serve('ec2', 'ec2Query', ec2, {
      DescribeInstances: () => ({ Reservations: [{ ReservationId: 'r-1', Instances: [instance], Groups: [] }] }),
    });
    const command = new ec2.DescribeInstancesCommand({
      InstanceIds: ['i-1', 'i-2'],
      Filters: [{ Name: 'instance-state-name', Values: ['running', 'stopped'] }],
      DryRun: false,
    });

    const output = await world.settle(new ec2.EC2Client(world.clientConfig).send(command));

    expect(world.inputs).toEqual([command.input]);
    expect(output.Reservations).toEqual([{ ReservationId: 'r-1', Instances: [instance], Groups: [] }]);
  });

  it('answers errors in its own form', async () => {
    const world = serve('ec2', 'ec2Query', ec2, {
      DescribeInstances: failWith('InvalidInstanceID.NotFound', "The instance ID 'i-9' does not exist"),
    });

    const error = await errorOf(
      world.settle(new ec2.EC2Client(world.clientConfig).send(new ec2.DescribeInstancesCommand({}))),
    );

    expect(error).toMatchObject({
      name: 'InvalidInstanceID.NotFound',
      message: "The instance ID 'i-9' does not exist",
    });
  });

  it.each([
    ['a parameter it does not have', 'InstanceIdd.1=i-1', 'UnknownParameter'],
    ['a number that is none', 'MaxResults=all', 'InvalidParameterValue'],
    ['a truth value that is none', 'DryRun=perhaps', 'InvalidParameterValue'],
  ])('refuses %s', async (_what, parameter, code) => {
    const world = serve('ec2', 'ec2Query', ec2, { DescribeInstances: () => ({}) });
    const authorization = 'AWS4-HMAC-SHA256 Credential=AKIA/20260105/eu-central-1/ec2/aws4_request, Signature=00';

    const answer = await world.settle(
      world.wire.handle({
        method: 'POST',
        path: '/',
        host: 'ec2.eu-central-1.amazonaws.com',
        headers: { authorization },
        body: `Action=DescribeInstances&Version=2016-11-15&${parameter}`,
      }),
    );

    expect(answer.status).toBe(400);
    expect(answer.body).toContain(`<Code>${code}</Code>`);
  });

  it('refuses a request without a required parameter', async () => {
    const world = serve('ec2', 'ec2Query', ec2, { TerminateInstances: () => ({}) });
    const command = new ec2.TerminateInstancesCommand({ InstanceIds: undefined });

    const error = await errorOf(world.settle(new ec2.EC2Client(world.clientConfig).send(command)));

    expect(error.name).toBe('MissingParameter');
  });
});
