import { createHash } from 'node:crypto';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { Credentials } from '../../../simulator/wire/credentials.ts';
import { createRequestHandler } from '../../../simulator/wire/sdk-client.ts';
import { createWire } from '../../../simulator/wire/wire.ts';
import { createQueue, createWorld, type World } from '../messaging-world.ts';

interface Received {
  MessageId: string;
  ReceiptHandle: string;
  Body: string;
  Attributes?: Record<string, string>;
}

function send(world: World, QueueUrl: string, MessageBody: string, rest: object = {}): void {
  world.call('sqs', 'SendMessage', { QueueUrl, MessageBody, ...rest });
}

function receive(world: World, QueueUrl: string, rest: object = {}): Received[] {
  const input = { QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All'], ...rest };
  return world.call<{ Messages?: Received[] }>('sqs', 'ReceiveMessage', input).Messages ?? [];
}

function attributes(world: World, QueueUrl: string): Record<string, string> {
  const input = { QueueUrl, AttributeNames: ['All'] };
  return world.call<{ Attributes: Record<string, string> }>('sqs', 'GetQueueAttributes', input).Attributes;
}

/** A client's first request loads modules, which takes real turns of the event loop besides virtual time. */
async function whileTimePasses<T>(world: World, answer: Promise<T>): Promise<T> {
  let isSettled = false;
  const note = () => {
    isSettled = true;
  };
  answer.then(note, note);
  while (!isSettled) await world.kernel.clock.runFor(100);
  return answer;
}

describe('A queue', () => {
  it('hides a received message until its visibility timeout ends, and counts receives', async () => {
    const world = createWorld();
    const { ref } = createQueue(world, { VisibilityTimeout: 20 });
    send(world, ref, 'hello');
    expect(receive(world, ref)).toMatchObject([{ Body: 'hello', Attributes: { ApproximateReceiveCount: '1' } }]);
    await world.kernel.clock.runFor(19_999);
    expect(receive(world, ref)).toEqual([]);
    await world.kernel.clock.runFor(1);
    expect(receive(world, ref)).toMatchObject([{ Attributes: { ApproximateReceiveCount: '2' } }]);
  });

  it('delays messages, by its own setting or by the message’s', async () => {
    const world = createWorld();
    const { ref } = createQueue(world, { DelaySeconds: '5' });
    send(world, ref, 'queue');
    send(world, ref, 'message', { DelaySeconds: 60 });
    expect(attributes(world, ref)).toMatchObject({ ApproximateNumberOfMessagesDelayed: '2' });
    await world.kernel.clock.runFor(5_000);
    expect(receive(world, ref).map(({ Body }) => Body)).toEqual(['queue']);
    await world.kernel.clock.runFor(55_000);
    expect(receive(world, ref).map(({ Body }) => Body)).toContain('message');
  });

  it('deletes by the latest receipt handle only', async () => {
    const world = createWorld();
    const { ref } = createQueue(world, { VisibilityTimeout: 1 });
    send(world, ref, 'hello');
    const [first] = receive(world, ref);
    await world.kernel.clock.runFor(1_000);
    const [second] = receive(world, ref);
    const remove = (handle = '') => world.call('sqs', 'DeleteMessage', { QueueUrl: ref, ReceiptHandle: handle });
    remove(first?.ReceiptHandle);
    expect(attributes(world, ref)).toMatchObject({ ApproximateNumberOfMessagesNotVisible: '1' });
    remove(second?.ReceiptHandle);
    expect(attributes(world, ref)).toMatchObject({ ApproximateNumberOfMessagesNotVisible: '0' });
  });

  it('gives a message back at once when its visibility is changed to zero, and only while it is in flight', () => {
    const world = createWorld();
    const { ref } = createQueue(world);
    send(world, ref, 'hello');
    const [message] = receive(world, ref);
    const change = (VisibilityTimeout: number) =>
      world.call('sqs', 'ChangeMessageVisibility', {
        QueueUrl: ref,
        ReceiptHandle: message?.ReceiptHandle,
        VisibilityTimeout,
      });
    expect(() => change(43_201)).toThrow(/VisibilityTimeout/);
    change(0);
    expect(() => change(0)).toThrow('in flight');
    expect(receive(world, ref)).toHaveLength(1);
  });

  it('moves a message to the dead-letter queue at the receive after maxReceiveCount, with its id', async () => {
    const world = createWorld();
    const dead = createQueue(world, {}, 'Dead');
    const RedrivePolicy = { deadLetterTargetArn: dead.arn, maxReceiveCount: 2 };
    const { ref, arn } = createQueue(world, { VisibilityTimeout: 1, RedrivePolicy });
    send(world, ref, 'poison');
    const ids: string[] = [];
    for (let count = 0; count < 3; count++) {
      ids.push(...receive(world, ref).map(({ MessageId }) => MessageId));
      await world.kernel.clock.runFor(1_000);
    }
    expect(ids).toHaveLength(2);
    const [message] = receive(world, dead.ref);
    expect(message).toMatchObject({ MessageId: ids[0], Body: 'poison', Attributes: { DeadLetterQueueSourceArn: arn } });
    expect(world.traced('dead-letter')).toMatchObject([{ queue: 'Dead', body: 'poison' }]);
  });

  it('forgets messages after its retention period', async () => {
    const world = createWorld();
    const { ref } = createQueue(world, { MessageRetentionPeriod: 60 });
    send(world, ref, 'hello');
    await world.kernel.clock.runFor(60_000);
    expect(receive(world, ref)).toEqual([]);
  });

  it('loses and doubles nothing in a batch, and answers for each entry', () => {
    const world = createWorld();
    const { ref } = createQueue(world);
    const Entries = [
      { Id: 'a', MessageBody: 'one' },
      { Id: 'b', MessageBody: 'bad \u0000' },
      { Id: 'c', MessageBody: 'three', DelaySeconds: 901 },
    ];
    const answer = world.call<{ Successful: object[]; Failed: object[] }>('sqs', 'SendMessageBatch', {
      QueueUrl: ref,
      Entries,
    });
    expect(answer.Successful).toMatchObject([{ Id: 'a' }]);
    expect(answer.Failed).toMatchObject([
      { Id: 'b', Code: 'InvalidMessageContents', SenderFault: true },
      { Id: 'c', Code: 'InvalidParameterValue' },
    ]);
    expect(() => world.call('sqs', 'SendMessageBatch', { QueueUrl: ref, Entries: [Entries[0], Entries[0]] })).toThrow(
      'repeated',
    );
    expect(() => world.call('sqs', 'SendMessageBatch', { QueueUrl: ref, Entries: [] })).toThrow('at least one entry');
  });

  it('answers the official client with digests that it accepts', async () => {
    const world = createWorld();
    const { ref } = createQueue(world);
    const { services } = world.messaging;
    const wire = createWire(world.kernel, services, {
      credentials: new Credentials(),
      authorize: () => undefined,
      onDefect(error) {
        throw error;
      },
    });
    const client = new SQSClient({
      region: 'eu-central-1',
      credentials: { accessKeyId: 'AKIAOPERATOR', secretAccessKey: 'x' },
      requestHandler: createRequestHandler(wire),
      maxAttempts: 1,
    });
    const MessageAttributes = {
      text: { DataType: 'String', StringValue: 'é' },
      bytes: { DataType: 'Binary', BinaryValue: Uint8Array.of(1, 2, 255) },
      count: { DataType: 'Number.int', StringValue: '5' },
    };
    const command = new SendMessageCommand({ QueueUrl: ref, MessageBody: 'hello', MessageAttributes });
    const answer = await whileTimePasses(world, client.send(command));
    expect(answer.MD5OfMessageBody).toBe(createHash('md5').update('hello').digest('hex'));
    expect(answer.MD5OfMessageAttributes).toMatch(/^[0-9a-f]{32}$/);
  });

  it.each([
    ['an unknown property', { Colour: 'red' }],
    ['a FIFO name', { QueueName: 'q.fifo' }],
    ['a delay beyond 15 minutes', { DelaySeconds: 901 }],
    ['two kinds of encryption', { SqsManagedSseEnabled: true, KmsMasterKeyId: 'alias/key' }],
    ['a redrive policy without a count', { RedrivePolicy: { deadLetterTargetArn: 'arn:aws:sqs:x:1:q' } }],
  ])('is refused with %s', (_, properties) => {
    expect(() => createQueue(createWorld(), properties)).toThrow();
  });

  it('answers for a queue that is not there as AWS does', () => {
    expect(() => send(createWorld(), 'https://sqs.eu-central-1.amazonaws.com/1/none', 'x')).toThrow(
      expect.objectContaining({ code: 'QueueDoesNotExist' }),
    );
  });
});
