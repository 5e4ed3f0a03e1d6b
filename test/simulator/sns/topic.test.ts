import { describe, expect, it } from 'vitest';
import type { Authorization } from '../../../simulator/wire/service.ts';
import { ACCOUNT, createWorld, type World } from '../messaging-world.ts';

const ALARM_ARN = `arn:aws:cloudwatch:eu-central-1:${ACCOUNT}:alarm:a`;
const ALARMS = { service: 'cloudwatch.amazonaws.com', sourceArn: ALARM_ARN };
const MESSAGE = { message: 'hello', attributes: {} };

function createTopic(world: World, properties: Record<string, unknown> = {}) {
  return world.create('AWS::SNS::Topic', { TopicName: 'alerts', ...properties });
}

function allow(world: World, topicArn: string, condition: Record<string, unknown> = {}): void {
  world.create('AWS::SNS::TopicPolicy', {
    Topics: [topicArn],
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: ['cloudwatch.amazonaws.com', 'events.amazonaws.com'] },
          Action: 'sns:Publish',
          Resource: topicArn,
          ...condition,
        },
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 'sns:Publish',
          Resource: topicArn,
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    },
  });
}

function createKey(world: World, service?: string) {
  const Statement = {
    Effect: 'Allow',
    Principal: service === undefined ? { AWS: `arn:aws:iam::${ACCOUNT}:root` } : { Service: service },
    Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
    Resource: '*',
  };
  return world.create('AWS::KMS::Key', { KeyPolicy: { Version: '2012-10-17', Statement } }, 'Key');
}

describe('A topic', () => {
  it.each(['x'.repeat(99), 'stuck – help'])('takes the subject %s', (Subject) => {
    const world = createWorld();
    const { ref } = createTopic(world);
    world.call('sns', 'Publish', { TopicArn: ref, Subject, Message: 'text' });
    expect(world.traced('notification')).toMatchObject([{ subject: Subject }]);
  });

  it('delivers with subject and attributes, and answers with a message id', () => {
    const world = createWorld();
    const { ref } = createTopic(world);
    const answer = world.call<{ MessageId: string }>('sns', 'Publish', {
      TopicArn: ref,
      Subject: 'Drain of i-1 is stuck',
      Message: 'text',
      MessageAttributes: { severity: { DataType: 'String', StringValue: 'high' } },
    });
    expect(answer.MessageId).toMatch(/^[0-9a-f-]{36}$/);
    expect(world.traced('notification')).toMatchObject([
      { topic: 'alerts', subject: 'Drain of i-1 is stuck', message: 'text', attributes: { severity: 'high' } },
    ]);
  });

  it.each([
    ['a subject of 100 characters', { Subject: 'x'.repeat(100) }],
    ['a subject with a line break', { Subject: 'a\nb' }],
    ['a subject with a control character', { Subject: 'stuck\u0085help' }],
    ['an empty subject', { Subject: '' }],
    ['an empty message', { Message: '' }],
    ['a message over 256 KiB', { Message: 'x'.repeat(256 * 1024 + 1) }],
    [
      'a message that its attributes make too long',
      { Message: 'x'.repeat(256 * 1024), MessageAttributes: { a: { DataType: 'String', StringValue: 'b' } } },
    ],
    ['an empty attribute', { MessageAttributes: { a: { DataType: 'String', StringValue: '' } } }],
    ['an attribute of an unknown type', { MessageAttributes: { a: { DataType: 'Text', StringValue: 'b' } } }],
    ['a number that is none', { MessageAttributes: { a: { DataType: 'Number', StringValue: 'b' } } }],
    ['an unknown topic', { TopicArn: 'arn:aws:sns:eu-central-1:1:other' }],
  ])('refuses %s', (_, input) => {
    const world = createWorld();
    const { ref } = createTopic(world);
    expect(() => world.call('sns', 'Publish', { TopicArn: ref, Message: 'text', ...input })).toThrow();
    expect(world.traced('notification')).toEqual([]);
  });

  it('answers a batch entry by entry', () => {
    const world = createWorld();
    const { ref } = createTopic(world);
    const PublishBatchRequestEntries = [
      { Id: 'a', Message: 'one' },
      { Id: 'b', Message: 'two', Subject: 'a\nb' },
    ];
    expect(world.call('sns', 'PublishBatch', { TopicArn: ref, PublishBatchRequestEntries })).toMatchObject({
      Successful: [{ Id: 'a' }],
      Failed: [{ Id: 'b', Code: 'InvalidParameter', SenderFault: true }],
    });
  });

  it('lets a service in by its policy only', () => {
    const world = createWorld();
    const { ref } = createTopic(world);
    expect(world.messaging.topics.publishAsService(ref, ALARMS, MESSAGE)).toMatchObject({ code: 'NO_PERMISSIONS' });
    allow(world, ref, { Condition: { ArnLike: { 'aws:SourceArn': `arn:aws:cloudwatch:*:${ACCOUNT}:alarm:*` } } });
    expect(world.messaging.topics.publishAsService(ref, ALARMS, MESSAGE)).toBeUndefined();
    const other = { ...ALARMS, sourceArn: 'arn:aws:cloudwatch:eu-central-1:999999999999:alarm:a' };
    expect(world.messaging.topics.publishAsService(ref, other, MESSAGE)).toMatchObject({ code: 'NO_PERMISSIONS' });
  });

  it('knows no source of EventBridge, so that a condition on it keeps EventBridge out', () => {
    const world = createWorld();
    const { ref } = createTopic(world);
    allow(world, ref, { Condition: { ArnLike: { 'aws:SourceArn': '*' } } });
    const events = { service: 'events.amazonaws.com' };
    expect(world.messaging.topics.publishAsService(ref, events, MESSAGE)).toMatchObject({ code: 'NO_PERMISSIONS' });
  });

  it.each([
    ['a key that lets it in', 'cloudwatch.amazonaws.com', undefined],
    ['a key for another service', 'events.amazonaws.com', 'NO_PERMISSIONS'],
    ['a key for the account alone', undefined, 'NO_PERMISSIONS'],
  ])('encrypted with %s answers an alarm accordingly', (_, service, code) => {
    const world = createWorld();
    const { ref } = createTopic(world, { KmsMasterKeyId: createKey(world, service).arn });
    allow(world, ref);
    expect(world.messaging.topics.publishAsService(ref, ALARMS, MESSAGE)?.code).toBe(code);
  });

  it('encrypted with the AWS managed key keeps alarms out', () => {
    const world = createWorld();
    const { ref } = createTopic(world, { KmsMasterKeyId: 'alias/aws/sns' });
    allow(world, ref);
    expect(world.messaging.topics.publishAsService(ref, ALARMS, MESSAGE)?.code).toBe('NO_PERMISSIONS');
  });

  it('asks a function for permissions on the key too', () => {
    const world = createWorld();
    const key = createKey(world);
    const { ref } = createTopic(world, { KmsMasterKeyId: key.ref });
    const publish = world.messaging.services.find(({ name }) => name === 'sns')?.operations.Publish;
    const caller = { kind: 'function', functionName: 'f', roleArn: 'r', requestId: 'x' } as const;
    const needed = publish?.authorize({ TopicArn: ref, Message: 'x' }, { caller, requestId: 'x' }) as Authorization[];
    expect(needed.map(({ action, resources }) => [action, ...resources])).toEqual([
      ['sns:Publish', ref],
      ['kms:GenerateDataKey', key.arn],
      ['kms:Decrypt', key.arn],
    ]);
  });

  it('has a subscription once that a template makes twice, and refuses another of the same endpoint', () => {
    const world = createWorld();
    const Endpoint = 'https://example.com/hook';
    const inline = { Subscription: [{ Protocol: 'https', Endpoint }] };
    const { ref: TopicArn } = world.create('AWS::SNS::Topic', { TopicName: 'alerts', ...inline });
    const again = { TopicArn, Protocol: 'https', Endpoint };

    const { ref } = world.create('AWS::SNS::Subscription', again);

    expect(world.messaging.topics.subscriptionsOf(TopicArn).map(({ arn }) => arn)).toEqual([ref]);
    expect(() => world.create('AWS::SNS::Subscription', { ...again, RawMessageDelivery: true })).toThrow(
      'Subscription already exists with different attributes',
    );
  });

  it('records subscriptions, and refuses addresses that are none', () => {
    const world = createWorld();
    const { ref } = createTopic(world, { Subscription: [{ Protocol: 'email', Endpoint: 'on-call@example.com' }] });
    const subscribe = (Protocol: string, Endpoint: string) =>
      world.create('AWS::SNS::Subscription', { TopicArn: ref, Protocol, Endpoint });
    subscribe('https', 'https://example.com/hook');
    expect(() => subscribe('email', 'nobody')).toThrow('Email');
    expect(() => subscribe('pigeon', 'x')).toThrow('protocol');
    expect(world.messaging.topics.subscriptionsOf(ref)).toHaveLength(2);
  });
});
