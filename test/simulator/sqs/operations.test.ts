import { describe, expect, test } from 'vitest';
import { refusal } from '../refusal.ts';
import { type ServedWorld, serveWorld } from '../serve/served-world.ts';

const EMPTY = 'clusters: [{ name: prod }]';
const arn = (name: string) => `arn:aws:sqs:eu-central-1:111122223333:${name}`;

async function create({ call }: ServedWorld, QueueName: string, Attributes: object = {}): Promise<string> {
  return (await call<{ QueueUrl: string }>('sqs', 'CreateQueue', { QueueName, Attributes })).QueueUrl;
}

async function attributesOf({ call }: ServedWorld, QueueUrl: string): Promise<Record<string, string>> {
  const input = { QueueUrl, AttributeNames: ['All'] };
  return (await call<{ Attributes: Record<string, string> }>('sqs', 'GetQueueAttributes', input)).Attributes;
}

interface Received {
  readonly Messages?: readonly { Body: string; ReceiptHandle: string }[];
}

describe('A queue', () => {
  test('is created with the defaults of AWS, or with what is asked for', async () => {
    const world = await serveWorld(EMPTY);
    expect(await attributesOf(world, await create(world, 'plain'))).toMatchObject({
      QueueArn: arn('plain'),
      VisibilityTimeout: '30',
      MessageRetentionPeriod: '345600',
      DelaySeconds: '0',
      ReceiveMessageWaitTimeSeconds: '0',
      SqsManagedSseEnabled: 'true',
    });
    const Attributes = {
      VisibilityTimeout: '120',
      MaximumMessageSize: '2048',
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn('plain'), maxReceiveCount: '5' }),
      SqsManagedSseEnabled: 'false',
    };
    expect(await attributesOf(world, await create(world, 'other', Attributes))).toMatchObject({
      ...Attributes,
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn('plain'), maxReceiveCount: 5 }),
    });
  });

  test('is the same when it is created again alike, and refused when not', async () => {
    const world = await serveWorld(EMPTY);
    const url = await create(world, 'twice', { VisibilityTimeout: '60', DelaySeconds: '1' });
    expect(await create(world, 'twice')).toBe(url);
    expect(await create(world, 'twice', { VisibilityTimeout: '60' })).toBe(url);
    expect(await refusal(create(world, 'twice', { VisibilityTimeout: '61' }))).toBe(
      'QueueNameExists: A queue already exists with the same name and a different value for attribute VisibilityTimeout',
    );
  });

  test('is gone once it is deleted, and can be created anew a minute later, empty', async () => {
    const world = await serveWorld(EMPTY);
    const QueueUrl = await create(world, 'gone');
    const { MessageId } = await world.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'a' });
    await world.call('sqs', 'DeleteQueue', { QueueUrl });
    expect(await refusal(world.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'a' }))).toMatch(
      /^QueueDoesNotExist/,
    );
    expect(await refusal(create(world, 'gone'))).toMatch(/^QueueDeletedRecently: You must wait 60 seconds/);
    await world.control('advance', { seconds: 60 });
    expect(await create(world, 'gone')).toBe(QueueUrl);
    expect(await attributesOf(world, QueueUrl)).toMatchObject({ ApproximateNumberOfMessages: '0' });
    const again = await world.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'a' });
    expect(again.MessageId).not.toBe(MessageId);
  });

  test('changes its attributes, all of a request or none', async () => {
    const world = await serveWorld(EMPTY);
    const QueueUrl = await create(world, 'changing');
    await world.control('advance', { seconds: 10 });
    const before = await attributesOf(world, QueueUrl);
    const wrong = { VisibilityTimeout: '1', DelaySeconds: '901' };
    expect(await refusal(world.call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: wrong }))).toBe(
      'InvalidAttributeValue: Invalid value for the parameter DelaySeconds.',
    );
    expect(await attributesOf(world, QueueUrl)).toEqual(before);
    const Policy = JSON.stringify({ Statement: { Effect: 'Allow', Principal: '*', Action: 'sqs:*', Resource: '*' } });
    await world.call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: { VisibilityTimeout: '1', Policy } });
    const after = await attributesOf(world, QueueUrl);
    expect(after).toMatchObject({ VisibilityTimeout: '1', Policy });
    expect(Number(after.LastModifiedTimestamp)).toBeGreaterThan(Number(after.CreatedTimestamp));
    await world.call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: { Policy: '' } });
    expect(await attributesOf(world, QueueUrl)).not.toHaveProperty('Policy');
  });

  test.each([
    [{ Colour: 'red' }, 'InvalidAttributeName'],
    [{ FifoQueue: 'true' }, 'UnsupportedOperation: The simulator does not model FIFO queues'],
    [{ FifoQueue: 'false' }, 'InvalidAttributeName: Unknown Attribute FifoQueue.'],
    [{ VisibilityTimeout: '1.5' }, 'InvalidAttributeValue: Invalid value for the parameter VisibilityTimeout.'],
    [{ Policy: '{' }, 'InvalidAttributeValue: Invalid value for the parameter Policy.'],
    [
      { RedrivePolicy: '{"maxReceiveCount":3}' },
      'InvalidAttributeValue: Invalid value for the parameter RedrivePolicy.',
    ],
    [
      { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn('none'), maxReceiveCount: 3 }) },
      'Reason: Dead letter target does not exist.',
    ],
    [{ RedriveAllowPolicy: '{"redrivePermission":"byQueue"}' }, 'InvalidAttributeValue'],
  ])('is refused with %j', async (Attributes, message) => {
    const world = await serveWorld(EMPTY);
    expect(await refusal(create(world, 'wrong', Attributes))).toContain(message);
    expect(await refusal(create(world, 'with space'))).toMatch(/^InvalidParameterValue|^InvalidAddress/);
  });

  test("is somebody's dead-letter queue, and says whose it may be", async () => {
    const world = await serveWorld(EMPTY);
    const RedriveAllowPolicy = { redrivePermission: 'byQueue', sourceQueueArns: [arn('first')] };
    const dead = await create(world, 'dead', { RedriveAllowPolicy: JSON.stringify(RedriveAllowPolicy) });
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn('dead'), maxReceiveCount: 1 });
    const QueueUrl = await create(world, 'first', { RedrivePolicy, VisibilityTimeout: '1' });
    expect(await refusal(create(world, 'second', { RedrivePolicy }))).toMatch(
      /^InvalidParameterValue: .*RedrivePolicy/,
    );
    expect(await world.call('sqs', 'ListDeadLetterSourceQueues', { QueueUrl: dead })).toEqual({
      queueUrls: [QueueUrl],
    });
    await world.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'poison' });
    await world.call('sqs', 'ReceiveMessage', { QueueUrl });
    await world.control('advance', { seconds: 2 });
    expect(await world.call('sqs', 'ReceiveMessage', { QueueUrl })).toEqual({});
    expect(await world.call('sqs', 'ReceiveMessage', { QueueUrl: dead })).toMatchObject({
      Messages: [{ Body: 'poison' }],
    });
  });

  test('has tags', async () => {
    const world = await serveWorld(EMPTY);
    const { QueueUrl } = await world.call('sqs', 'CreateQueue', { QueueName: 'tagged', tags: { team: 'platform' } });
    await world.call('sqs', 'TagQueue', { QueueUrl, Tags: { stage: 'prod' } });
    expect(await world.call('sqs', 'ListQueueTags', { QueueUrl })).toEqual({
      Tags: { team: 'platform', stage: 'prod' },
    });
    await world.call('sqs', 'UntagQueue', { QueueUrl, TagKeys: ['team', 'stage'] });
    expect(await world.call('sqs', 'ListQueueTags', { QueueUrl })).toEqual({});
  });

  test('is purged once a minute at most', async () => {
    const world = await serveWorld(EMPTY);
    const QueueUrl = await create(world, 'purged');
    await world.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'a' });
    await world.call('sqs', 'PurgeQueue', { QueueUrl });
    expect(await attributesOf(world, QueueUrl)).toMatchObject({ ApproximateNumberOfMessages: '0' });
    expect(await refusal(world.call('sqs', 'PurgeQueue', { QueueUrl }))).toMatch(/^PurgeQueueInProgress/);
    await world.control('advance', { seconds: 60 });
    await world.call('sqs', 'PurgeQueue', { QueueUrl });
  });
});

test('Queues are listed by name, and page by page where the caller says how many', async () => {
  const world = await serveWorld(EMPTY);
  const urls = [];
  for (const name of ['list-b', 'list-a', 'list-c']) urls.push(await create(world, name));
  const QueueNamePrefix = 'list-';
  expect(await world.call('sqs', 'ListQueues', { QueueNamePrefix })).toEqual({ QueueUrls: urls.toSorted() });
  const first = await world.call('sqs', 'ListQueues', { QueueNamePrefix, MaxResults: 2 });
  expect(first).toMatchObject({ QueueUrls: urls.toSorted().slice(0, 2), NextToken: expect.any(String) });
  const { NextToken } = first;
  const second = await world.call('sqs', 'ListQueues', { QueueNamePrefix, MaxResults: 2, NextToken });
  expect(second).toEqual({ QueueUrls: urls.toSorted().slice(2) });
  expect(await world.call('sqs', 'ListQueues', { QueueNamePrefix: 'x' })).toEqual({});
});

describe('A receive that waits', () => {
  test('gets a message as soon as it comes, and nothing when none does', async () => {
    const world = await serveWorld(EMPTY);
    const { clock } = world.simulator.kernel;
    const QueueUrl = await create(world, 'waited');
    const fromMs = clock.now();
    expect(await world.call('sqs', 'ReceiveMessage', { QueueUrl, WaitTimeSeconds: 20 })).toEqual({});
    expect(clock.now() - fromMs).toBeGreaterThanOrEqual(20_000);
    await world.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'late', DelaySeconds: 5 });
    const sentMs = clock.now();
    const { Messages = [] } = await world.call<Received>('sqs', 'ReceiveMessage', { QueueUrl, WaitTimeSeconds: 20 });
    expect(Messages).toMatchObject([{ Body: 'late' }]);
    expect(clock.now() - sentMs).toBeLessThan(6_000);
  });

  test('waits as long as the queue says where the caller does not', async () => {
    const world = await serveWorld(EMPTY);
    const { clock } = world.simulator.kernel;
    const QueueUrl = await create(world, 'patient', { ReceiveMessageWaitTimeSeconds: '10' });
    const fromMs = clock.now();
    await world.call('sqs', 'ReceiveMessage', { QueueUrl });
    expect(clock.now() - fromMs).toBeGreaterThanOrEqual(10_000);
    expect(clock.now() - fromMs).toBeLessThan(11_000);
  });
});

test('The visibility of several messages changes at once, each for itself', async () => {
  const world = await serveWorld(EMPTY);
  const QueueUrl = await create(world, 'batch');
  await world.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'a' });
  const { Messages: [message] = [] } = await world.call<Received>('sqs', 'ReceiveMessage', { QueueUrl });
  const Entries = [
    { Id: 'good', ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout: 0 },
    { Id: 'bad', ReceiptHandle: 'nothing', VisibilityTimeout: 0 },
  ];
  expect(await world.call('sqs', 'ChangeMessageVisibilityBatch', { QueueUrl, Entries })).toMatchObject({
    Successful: [{ Id: 'good' }],
    Failed: [{ Id: 'bad', SenderFault: true }],
  });
  expect(await world.call('sqs', 'ReceiveMessage', { QueueUrl })).toMatchObject({ Messages: [{ Body: 'a' }] });
});
