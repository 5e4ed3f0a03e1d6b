import { describe, expect, test } from 'vitest';
import { refusal } from '../refusal.ts';
import { type ServedWorld, serveWorld } from '../serve/served-world.ts';

const EMPTY = 'clusters: [{ name: prod }]';
const arn = (service: string, resource: string) => `arn:aws:${service}:eu-central-1:111122223333:${resource}`;
const TopicArn = arn('sns', 'news');
const Endpoint = arn('sqs', 'jobs');
const toQueue = { TopicArn, Protocol: 'sqs', Endpoint };

async function serveTopic(): Promise<ServedWorld> {
  const world = await serveWorld(EMPTY);
  const { queues } = world.simulator.messaging;
  const Principal = { Service: 'sns.amazonaws.com' };
  queues.setPolicy(Endpoint, {
    Statement: { Effect: 'Allow', Principal, Action: 'sqs:SendMessage', Resource: Endpoint },
  });
  await world.call('sns', 'CreateTopic', { Name: 'news' });
  return world;
}

async function publish({ call, control }: ServedWorld, Message: string, MessageAttributes: object = {}): Promise<void> {
  await call('sns', 'Publish', { TopicArn, Message, Subject: 'News', MessageAttributes });
  await control('advance', { seconds: 5 });
}

async function bodies({ call }: ServedWorld, QueueName = 'jobs'): Promise<string[]> {
  const { QueueUrl } = await call<{ QueueUrl: string }>('sqs', 'GetQueueUrl', { QueueName });
  const input = { QueueUrl, MaxNumberOfMessages: 10 };
  const { Messages = [] } = await call<{ Messages?: { Body: string }[] }>('sqs', 'ReceiveMessage', input);
  return Messages.map(({ Body }) => Body);
}

describe('A topic', () => {
  test('is the same when it is created again alike, and refused when not', async () => {
    const { call } = await serveWorld(EMPTY);
    const given = { Name: 'news', Attributes: { DisplayName: 'News' }, Tags: [{ Key: 'team', Value: 'platform' }] };
    expect(await call('sns', 'CreateTopic', given)).toEqual({ TopicArn });
    expect(await call('sns', 'CreateTopic', given)).toEqual({ TopicArn });
    expect(await call('sns', 'CreateTopic', { Name: 'news' })).toEqual({ TopicArn });
    expect(await refusal(call('sns', 'CreateTopic', { Name: 'news', Attributes: { DisplayName: 'Other' } }))).toBe(
      'InvalidParameterException: Invalid parameter: Attributes Reason: Topic already exists with different attributes',
    );
    const Tags = [{ Key: 'team', Value: 'other' }];
    expect(await refusal(call('sns', 'CreateTopic', { Name: 'news', Tags }))).toContain('different tags');
  });

  test('has attributes and tags that can be changed', async () => {
    const { call } = await serveTopic();
    const Policy = JSON.stringify({ Statement: { Effect: 'Allow', Principal: '*', Action: 'sns:*', Resource: '*' } });
    for (const [AttributeName, AttributeValue] of [
      ['DisplayName', 'News'],
      ['Policy', Policy],
      ['SignatureVersion', '2'],
    ]) {
      await call('sns', 'SetTopicAttributes', { TopicArn, AttributeName, AttributeValue });
    }
    expect(await call('sns', 'GetTopicAttributes', { TopicArn })).toMatchObject({
      Attributes: { TopicArn, DisplayName: 'News', Policy, SignatureVersion: '2', SubscriptionsConfirmed: '0' },
    });
    await call('sns', 'TagResource', {
      ResourceArn: TopicArn,
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '2' },
      ],
    });
    await call('sns', 'UntagResource', { ResourceArn: TopicArn, TagKeys: ['a'] });
    const listed = await call('sns', 'ListTagsForResource', { ResourceArn: TopicArn });
    expect(listed).toEqual({ Tags: [{ Key: 'b', Value: '2' }] });
  });

  test('is listed until it is deleted, and goes with its subscriptions', async () => {
    const { call } = await serveTopic();
    await call('sns', 'Subscribe', toQueue);
    expect(await call('sns', 'ListTopics')).toEqual({ Topics: [{ TopicArn: arn('sns', 'alerts') }, { TopicArn }] });
    await call('sns', 'DeleteTopic', { TopicArn });
    await call('sns', 'DeleteTopic', { TopicArn });
    expect(await call('sns', 'ListTopics')).toEqual({ Topics: [{ TopicArn: arn('sns', 'alerts') }] });
    expect(await call('sns', 'ListSubscriptions')).toEqual({ Subscriptions: [] });
    expect(await refusal(call('sns', 'Publish', { TopicArn, Message: 'a' }))).toMatch(/^NotFoundException/);
  });

  test('is listed page by page', async () => {
    const { call } = await serveWorld(EMPTY);
    for (let count = 0; count < 120; count++) await call('sns', 'CreateTopic', { Name: `t-${count}` });
    const first = await call<{ Topics: object[]; NextToken: string }>('sns', 'ListTopics');
    const second = await call<{ Topics: object[] }>('sns', 'ListTopics', { NextToken: first.NextToken });
    expect([first.Topics.length, second.Topics.length, 'NextToken' in second]).toEqual([100, 21, false]);
    expect(new Set([...first.Topics, ...second.Topics].map((one) => JSON.stringify(one))).size).toBe(121);
  });

  test.each([
    [{ Name: 'a b' }, 'Invalid parameter: Topic Name'],
    [{ Name: 'a.fifo', Attributes: { FifoTopic: 'true' } }, 'does not model FIFO topics'],
    [{ Name: 'a', Attributes: { Colour: 'red' } }, 'Invalid parameter: AttributeName'],
    [{ Name: 'a', Attributes: { DeliveryPolicy: '{}' } }, 'does not model DeliveryPolicy'],
    [{ Name: 'a', Attributes: { Policy: '{' } }, 'Invalid parameter: Policy'],
    [{ Name: 'a', Attributes: { SignatureVersion: '3' } }, 'SignatureVersion must be 1 or 2'],
  ])('is refused as %j', async (input, message) => {
    const { call } = await serveWorld(EMPTY);
    expect(await refusal(call('sns', 'CreateTopic', input))).toContain(message);
  });
});

describe('A subscription', () => {
  test('of a queue gets every message in an envelope, or as it is', async () => {
    const world = await serveTopic();
    const { SubscriptionArn } = await world.call('sns', 'Subscribe', toQueue);
    expect(SubscriptionArn).toMatch(new RegExp(`^${TopicArn}:`));
    await publish(world, 'first');
    expect((await bodies(world)).map((body) => JSON.parse(body))).toEqual([
      expect.objectContaining({ Type: 'Notification', TopicArn, Subject: 'News', Message: 'first' }),
    ]);
    const raw = { SubscriptionArn, AttributeName: 'RawMessageDelivery', AttributeValue: 'true' };
    await world.call('sns', 'SetSubscriptionAttributes', raw);
    await publish(world, 'second');
    expect(await bodies(world)).toEqual(['second']);
    await world.call('sns', 'Unsubscribe', { SubscriptionArn });
    await publish(world, 'third');
    expect(await bodies(world)).toEqual([]);
    expect(await world.call('sns', 'GetTopicAttributes', { TopicArn })).toMatchObject({
      Attributes: { SubscriptionsConfirmed: '0', SubscriptionsDeleted: '1' },
    });
  });

  test.each([
    ['attributes', 'MessageAttributes', { kind: ['drain', { prefix: 'disc' }], count: [{ numeric: ['>', 2] }] }],
    ['the body', 'MessageBody', { alert: { kind: ['drain'] } }],
  ])('gets only what its filter on %s lets through', async (_, FilterPolicyScope, policy) => {
    const world = await serveTopic();
    const FilterPolicy = JSON.stringify(policy);
    const Attributes = { FilterPolicy, FilterPolicyScope, RawMessageDelivery: 'true' };
    await world.call('sns', 'Subscribe', { ...toQueue, Attributes });
    const attributes = (kind: string, count: string) => ({
      kind: { DataType: 'String', StringValue: kind },
      count: { DataType: 'Number', StringValue: count },
    });
    await publish(world, '{"alert":{"kind":"drain"}}', attributes('drain', '3'));
    await publish(world, '{"alert":{"kind":"other"}}', attributes('other', '3'));
    await publish(world, '{"alert":{"kind":"launch"}}', attributes('drain', '2'));
    expect(await bodies(world)).toEqual(['{"alert":{"kind":"drain"}}']);
  });

  test('that may not be delivered to leaves its messages to its dead-letter queue', async () => {
    const world = await serveTopic();
    const closed = arn('sqs', 'closed');
    await world.call('sqs', 'CreateQueue', { QueueName: 'closed' });
    const Attributes = { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: Endpoint }), RawMessageDelivery: 'true' };
    await world.call('sns', 'Subscribe', { ...toQueue, Endpoint: closed, Attributes });
    await publish(world, 'nobody may have me');
    expect(await bodies(world, 'closed')).toEqual([]);
    expect(await bodies(world)).toEqual(['nobody may have me']);
  });

  test.each([
    ['email', 'oncall@example.com'],
    ['https', 'https://example.com/hook'],
  ])('by %s stays pending, because nobody confirms it', async (Protocol, Address) => {
    const { call } = await serveTopic();
    const input = { TopicArn, Protocol, Endpoint: Address };
    expect(await call('sns', 'Subscribe', input)).toEqual({ SubscriptionArn: 'pending confirmation' });
    const { SubscriptionArn } = await call('sns', 'Subscribe', { ...input, ReturnSubscriptionArn: true });
    expect(await call('sns', 'GetSubscriptionAttributes', { SubscriptionArn })).toMatchObject({
      Attributes: { SubscriptionArn, Protocol, Endpoint: Address, PendingConfirmation: 'true' },
    });
    const listed = {
      Subscriptions: [{ SubscriptionArn: 'PendingConfirmation', Protocol, Endpoint: Address, TopicArn }],
    };
    expect(await call('sns', 'ListSubscriptions')).toMatchObject(listed);
    expect(await call('sns', 'ListSubscriptionsByTopic', { TopicArn })).toMatchObject(listed);
    expect(await call('sns', 'GetTopicAttributes', { TopicArn })).toMatchObject({
      Attributes: { SubscriptionsPending: '1', SubscriptionsConfirmed: '0' },
    });
  });

  test('is the same when it is made again alike, and tells its attributes', async () => {
    const { call } = await serveTopic();
    const FilterPolicy = '{"kind":["drain"]}';
    const first = await call('sns', 'Subscribe', { ...toQueue, Attributes: { FilterPolicy } });
    expect(await call('sns', 'Subscribe', { ...toQueue, Attributes: { FilterPolicy } })).toEqual(first);
    const other = { ...toQueue, Attributes: { FilterPolicy: '{"kind":["launch"]}' } };
    expect(await refusal(call('sns', 'Subscribe', other))).toContain(
      'Subscription already exists with different attributes',
    );
    expect(await call('sns', 'GetSubscriptionAttributes', first)).toMatchObject({
      Attributes: { FilterPolicy, FilterPolicyScope: 'MessageAttributes', PendingConfirmation: 'false', Endpoint },
    });
    const gone = { SubscriptionArn: `${TopicArn}:00000000-0000-0000-0000-000000000000` };
    expect(await refusal(call('sns', 'GetSubscriptionAttributes', gone))).toMatch(/^NotFoundException/);
  });

  test.each([
    [{ Protocol: 'pigeon', Endpoint: 'x' }, 'Does not support this protocol string: pigeon'],
    [{ Protocol: 'sms', Endpoint: '+4930' }, 'The simulator does not model sms'],
    [{ Protocol: 'sqs', Endpoint: 'https://sqs/x' }, 'SQS endpoint ARN'],
    [{ Protocol: 'lambda', Endpoint: 'f' }, 'Lambda endpoint ARN'],
    [{ Protocol: 'email', Endpoint: 'oncall' }, 'Email address'],
    [{ Protocol: 'http', Endpoint: 'https://a' }, 'Endpoint must match the specified protocol'],
    [{ ...toQueue, Attributes: { FilterPolicy: '{' } }, 'FilterPolicy: failed to parse JSON.'],
    [{ ...toQueue, Attributes: { FilterPolicy: '{"a":[{"x":1}]}' } }, 'FilterPolicy: Unrecognized match type x'],
    [{ ...toQueue, Attributes: { FilterPolicy: '{"a":{"b":["c"]}}' } }, 'does not support nested filter policy'],
    [{ ...toQueue, Attributes: { FilterPolicyScope: 'Body' } }, 'FilterPolicyScope: Invalid value [Body]'],
    [{ ...toQueue, Attributes: { DeliveryPolicy: '{}' } }, 'does not model DeliveryPolicy'],
    [
      { Protocol: 'email', Endpoint: 'a@b', Attributes: { RawMessageDelivery: 'true' } },
      'does not support raw message',
    ],
  ])('is refused as %j', async (input, message) => {
    const { call } = await serveTopic();
    const failure = await refusal(call('sns', 'Subscribe', { TopicArn, ...input }));
    expect(failure).toMatch(/^InvalidParameterException: Invalid parameter: /);
    expect(failure).toContain(message);
  });
});
