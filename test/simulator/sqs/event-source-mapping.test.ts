import { describe, expect, it } from 'vitest';
import type { MessagingDependencies } from '../../../simulator/services/messaging.ts';
import { createQueue, createWorld, type Handler, type World } from '../messaging-world.ts';

const FUNCTION = 'arn:aws:lambda:eu-central-1:111122223333:function:f';

interface SqsRecord {
  messageId: string;
  body: string;
  attributes: Record<string, string>;
}

function records(payload: unknown): SqsRecord[] {
  return (payload as { Records: SqsRecord[] }).Records;
}

function setUp(
  handler: Handler | undefined,
  mapping: Record<string, unknown> = {},
  queueProperties: Record<string, unknown> = {},
  dependencies: Partial<MessagingDependencies> = {},
) {
  const world = createWorld(handler, dependencies);
  const dead = createQueue(world, {}, 'Dead');
  const RedrivePolicy = { deadLetterTargetArn: dead.arn, maxReceiveCount: 3 };
  const queue = createQueue(world, { VisibilityTimeout: 30, RedrivePolicy, ...queueProperties });
  world.create('AWS::Lambda::EventSourceMapping', { FunctionName: FUNCTION, EventSourceArn: queue.arn, ...mapping });
  return { world, queue, dead };
}

function send(world: World, QueueUrl: string, ...bodies: string[]): void {
  for (const MessageBody of bodies) world.call('sqs', 'SendMessage', { QueueUrl, MessageBody });
}

function bodiesOf(world: World): string[] {
  return world.invocations.flatMap(({ payload }) => records(payload).map(({ body }) => body));
}

const left = (world: World, arn: string) => world.messaging.queues.find(arn)?.measure();
const EMPTY = { visible: 0, inFlight: 0, delayed: 0, oldestAgeSeconds: 0 };

describe('An event source mapping', () => {
  it('hands messages over in the form that Lambda documents, and deletes what succeeded', async () => {
    const { world, queue } = setUp(undefined);
    const MessageAttributes = { kind: { DataType: 'String', StringValue: 'x' } };
    world.call('sqs', 'SendMessage', { QueueUrl: queue.ref, MessageBody: 'hello', MessageAttributes });
    await world.kernel.clock.runFor(1_000);
    expect(world.invocations.map(({ payload }) => payload)).toEqual([
      {
        Records: [
          {
            messageId: expect.any(String),
            receiptHandle: expect.any(String),
            body: 'hello',
            attributes: {
              ApproximateReceiveCount: '1',
              SentTimestamp: String(Date.UTC(2026, 0, 5, 8)),
              SenderId: expect.any(String),
              ApproximateFirstReceiveTimestamp: expect.any(String),
            },
            messageAttributes: {
              kind: { stringValue: 'x', stringListValues: [], binaryListValues: [], dataType: 'String' },
            },
            md5OfBody: '5d41402abc4b2a76b9719d911017c592',
            eventSource: 'aws:sqs',
            eventSourceARN: queue.arn,
            awsRegion: 'eu-central-1',
          },
        ],
      },
    ]);
    expect(left(world, queue.arn)).toEqual(EMPTY);
  });

  it('waits for the batching window, and not when the batch is full', async () => {
    const { world, queue } = setUp(undefined, { BatchSize: 10, MaximumBatchingWindowInSeconds: 20 });
    send(world, queue.ref, 'a', 'b', 'c');
    await world.kernel.clock.runFor(19_000);
    expect(world.invocations).toEqual([]);
    await world.kernel.clock.runFor(3_000);
    expect(bodiesOf(world).toSorted()).toEqual(['a', 'b', 'c']);
    send(world, queue.ref, ...Array.from({ length: 60 }, (_, index) => `${index}`));
    await world.kernel.clock.runFor(2_000);
    expect(world.invocations.some(({ payload }) => records(payload).length === 10)).toBe(true);
    await world.kernel.clock.runFor(20_000);
    expect(new Set(bodiesOf(world)).size).toBe(63);
    expect(left(world, queue.arn)).toEqual(EMPTY);
  });

  it('tries a failed batch again after the visibility timeout, until the dead-letter queue has it', async () => {
    const { world, queue, dead } = setUp(() => ({ outcome: 'error', errorType: 'Error', errorMessage: 'no' }));
    send(world, queue.ref, 'poison');
    await world.kernel.clock.runFor(200_000);
    expect(world.invocations).toHaveLength(3);
    const [first = 0, second = 0] = world.invocations.map(({ at }) => at);
    expect(second - first).toBeGreaterThanOrEqual(30_000);
    expect(left(world, queue.arn)).toEqual(EMPTY);
    expect(left(world, dead.arn)).toMatchObject({ visible: 1 });
    expect(world.traced('dead-letter')).toMatchObject([{ queue: 'Dead', body: 'poison' }]);
  });

  it('keeps only the named messages of a batch', async () => {
    const { world, queue, dead } = setUp(
      (payload) => {
        const failed = records(payload).filter(({ body }) => body === 'bad');
        return {
          outcome: 'success',
          payload: { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) },
        };
      },
      { FunctionResponseTypes: ['ReportBatchItemFailures'], MaximumBatchingWindowInSeconds: 1 },
    );
    send(world, queue.ref, 'good', 'bad', 'fine');
    await world.kernel.clock.runFor(200_000);
    expect(bodiesOf(world).filter((body) => body === 'good' || body === 'fine')).toHaveLength(2);
    expect(bodiesOf(world).filter((body) => body === 'bad')).toHaveLength(3);
    expect(left(world, dead.arn)).toMatchObject({ visible: 1 });
  });

  it('ignores the named failures without ReportBatchItemFailures: the whole batch succeeded', async () => {
    const failures = { batchItemFailures: [{ itemIdentifier: 'whatever' }] };
    const { world, queue } = setUp(() => ({ outcome: 'success', payload: failures }));
    send(world, queue.ref, 'x');
    await world.kernel.clock.runFor(200_000);
    expect(world.invocations).toHaveLength(1);
    expect(left(world, queue.arn)).toEqual(EMPTY);
  });

  it.each([0, 2])(
    'never runs more than MaximumConcurrency at once, and gets through all the same (window %i s)',
    async (window) => {
      let running = 0;
      let most = 0;
      const world: World[] = [];
      const { world: created, queue } = setUp(
        async () => {
          most = Math.max(most, ++running);
          await world[0]?.kernel.clock.sleep(5_000);
          running--;
          return { outcome: 'success', payload: undefined };
        },
        { ScalingConfig: { MaximumConcurrency: 2 }, BatchSize: 5, MaximumBatchingWindowInSeconds: window },
      );
      world.push(created);
      for (let count = 0; count < 50; count++) {
        send(created, queue.ref, `${count}`);
        await created.kernel.clock.runFor(100);
      }
      await created.kernel.clock.runFor(120_000);
      expect(most).toBe(2);
      expect(new Set(bodiesOf(created)).size).toBe(50);
      expect(left(created, queue.arn)).toEqual(EMPTY);
    },
  );

  it('begins with five concurrent invocations and grows while there is a backlog', async () => {
    let running = 0;
    let most = 0;
    const { world, queue } = setUp(
      async () => {
        most = Math.max(most, ++running);
        await world.kernel.clock.sleep(20_000);
        running--;
        return { outcome: 'success', payload: undefined };
      },
      { BatchSize: 1 },
    );
    send(world, queue.ref, ...Array.from({ length: 200 }, (_, index) => `${index}`));
    await world.kernel.clock.runFor(150);
    expect(most).toBe(5);
    await world.kernel.clock.runFor(10_000);
    expect(most).toBeGreaterThan(30);
    expect(most).toBeLessThan(60);
  });

  it('leaves the messages of a throttled invocation in the queue', async () => {
    let attempts = 0;
    const { world, queue } = setUp(() =>
      attempts++ === 0 ? { outcome: 'throttled' } : { outcome: 'success', payload: undefined },
    );
    send(world, queue.ref, 'x');
    await world.kernel.clock.runFor(60_000);
    expect(world.invocations).toHaveLength(2);
    expect(left(world, queue.arn)).toEqual(EMPTY);
  });

  it('deletes what its filters leave out, unseen', async () => {
    const Filters = [{ Pattern: '{"body":{"kind":["drain"]}}' }];
    const { world, queue } = setUp(undefined, { FilterCriteria: { Filters } });
    send(world, queue.ref, '{"kind":"drain"}', '{"kind":"other"}', 'no json');
    await world.kernel.clock.runFor(1_000);
    expect(bodiesOf(world)).toEqual(['{"kind":"drain"}']);
    expect(left(world, queue.arn)).toEqual(EMPTY);
  });

  it('sets no timer while there is nothing to do', async () => {
    const { world, queue } = setUp(undefined);
    send(world, queue.ref, 'x');
    await world.kernel.clock.runFor(60_000);
    expect(world.kernel.clock.nextAtMs()).toBeUndefined();
  });

  it('reads nothing while it is disabled', async () => {
    const { world, queue } = setUp(undefined, { Enabled: false });
    send(world, queue.ref, 'x');
    await world.kernel.clock.runFor(60_000);
    expect(world.invocations).toEqual([]);
  });

  it.each([
    [
      'a visibility timeout below the function’s timeout',
      {},
      { functions: { timeoutSeconds: () => 31 } },
      'Queue visibility timeout: 30 seconds is less than Function timeout: 31 seconds',
    ],
    [
      'a role that may not receive',
      {},
      { functions: { roleAllows: (_: string, action: string) => action !== 'sqs:ReceiveMessage' } },
      'does not have permissions to call ReceiveMessage',
    ],
    ['a big batch without a window', { BatchSize: 11 }, {}, 'batch window'],
    ['a concurrency of one', { ScalingConfig: { MaximumConcurrency: 1 } }, {}, 'MaximumConcurrency'],
    ['an unknown property', { Colour: 'red' }, {}, 'Colour'],
  ])('is refused with %s', (_, mapping, dependencies, message) => {
    expect(() => setUp(undefined, mapping, {}, dependencies)).toThrow(message);
  });

  it('does the same for the same seed', async () => {
    const run = async () => {
      const { world, queue } = setUp(undefined, { BatchSize: 3, MaximumBatchingWindowInSeconds: 5 });
      send(world, queue.ref, ...Array.from({ length: 40 }, (_, index) => `${index}`));
      await world.kernel.clock.runFor(60_000);
      return JSON.stringify(world.invocations);
    };
    expect(await run()).toBe(await run());
  });
});
