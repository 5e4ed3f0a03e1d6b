import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as ecs from '@aws-sdk/client-ecs';
import * as sqs from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { errorOf, failWith, serve } from './fake-world.ts';

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

  it('ignores members that the model lacks, at any depth', async () => {
    const world = serve('ecs', 'awsJson1_1', ecs, { PutAttributes: () => ({}) });

    const answer = await world.settle(
      world.wire.handle({
        method: 'POST',
        path: '/',
        host: 'ecs.eu-central-1.amazonaws.com',
        headers: { 'x-amz-target': 'AmazonEC2ContainerServiceV20141113.PutAttributes', authorization },
        body: '{"cluster":"c","colour":"red","attributes":[{"name":"rack","size":7}]}',
      }),
    );

    expect(answer.status).toBe(200);
    expect(world.inputs).toEqual([{ cluster: 'c', attributes: [{ name: 'rack' }] }]);
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
