import { describe, expect, test } from 'vitest';
import { type ServedWorld, serveWorld } from './served-world.ts';

const QueueName = 'jobs';
const isError = (error: unknown) => error as Error & { code?: string; $metadata?: { httpStatusCode?: number } };

async function failureOf(call: Promise<unknown>) {
  return isError(
    await call.then(
      () => new Error('it succeeded'),
      (error: unknown) => error,
    ),
  );
}

async function messagesIn({ call }: ServedWorld): Promise<string | undefined> {
  const { QueueUrl } = await call<{ QueueUrl: string }>('sqs', 'GetQueueUrl', { QueueName });
  const { Attributes } = await call<{ Attributes?: Record<string, string> }>('sqs', 'GetQueueAttributes', {
    QueueUrl,
    AttributeNames: ['ApproximateNumberOfMessages'],
  });
  return Attributes?.ApproximateNumberOfMessages;
}

async function send({ call }: ServedWorld): Promise<unknown> {
  const { QueueUrl } = await call<{ QueueUrl: string }>('sqs', 'GetQueueUrl', { QueueName });
  return call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'a' });
}

async function faultsOf({ control }: ServedWorld) {
  const { body } = await control('list-faults');
  return body as unknown as { callFaults: Record<string, unknown>[]; eventFaults: Record<string, unknown>[] };
}

describe('A fault of API calls', () => {
  test.each([
    ['ecs:ListClusters', {}, 'ThrottlingException', 400],
    ['autoscaling:DescribeAutoScalingGroups', {}, 'Throttling', 400],
    ['ec2:DescribeInstances', {}, 'RequestLimitExceeded', 503],
    ['sqs:GetQueueUrl', { QueueName }, 'RequestThrottled', 403],
    [
      'dynamodb:GetItem',
      { TableName: 'incidents', Key: { id: { S: 'a' } } },
      'ProvisionedThroughputExceededException',
      400,
    ],
  ])('throttles %s in its own words', async (name, input, error, httpStatusCode) => {
    const [service = '', operation = ''] = name.split(':');
    const world = await serveWorld();
    await world.control('inject-faults', { kind: 'throttled', service });
    const failure = await failureOf(world.call(service, operation, input));
    expect(failure).toMatchObject({ name: error, $metadata: { httpStatusCode } });
  });

  test('cuts the connection before the effect, or after it', async () => {
    const world = await serveWorld();
    await world.control('inject-faults', { kind: 'lost-before', service: 'sqs', operation: 'SendMessage' });
    expect((await failureOf(send(world))).code).toBe('ECONNRESET');
    expect(await messagesIn(world)).toBe('0');
    await world.control('clear-faults');
    await world.control('inject-faults', { kind: 'lost-after', service: 'sqs', operation: 'SendMessage' });
    expect((await failureOf(send(world))).code).toBe('ECONNRESET');
    expect(await messagesIn(world)).toBe('1');
    expect(world.defects).toEqual([]);
  });

  test('answers with an error of the service, and strikes only the operation that it names', async () => {
    const world = await serveWorld();
    await world.control('inject-faults', { kind: 'server-error', service: 'ecs', operation: 'ListClusters' });
    expect(await failureOf(world.call('ecs', 'ListClusters'))).toMatchObject({ $metadata: { httpStatusCode: 503 } });
    await world.call('ecs', 'DescribeClusters');
    await world.call('autoscaling', 'DescribeAutoScalingGroups');
  });

  test('makes an answer late by what it says, in virtual time', async () => {
    const world = await serveWorld();
    const { clock } = world.simulator.kernel;
    await world.control('inject-faults', { kind: 'slow', delayMs: 30_000 });
    const fromMs = clock.now();
    await world.call('ecs', 'ListClusters');
    expect(clock.now() - fromMs).toBeGreaterThanOrEqual(30_000);
    expect(clock.now() - fromMs).toBeLessThan(31_000);
  });

  test('gives a read the answer that the same request got before', async () => {
    const world = await serveWorld();
    await world.control('inject-faults', { kind: 'stale', service: 'autoscaling' });
    const desired = async () => {
      const answer = await world.call('autoscaling', 'DescribeAutoScalingGroups');
      return (answer.AutoScalingGroups as { DesiredCapacity: number }[])[0]?.DesiredCapacity;
    };
    expect(await desired()).toBe(3);
    await world.call('autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName: 'web', DesiredCapacity: 4 });
    expect(await desired()).toBe(3);
    expect(await desired()).toBe(4);
  });

  test('spares callers that it is not meant for', async () => {
    const world = await serveWorld();
    await world.control('inject-faults', { kind: 'throttled', caller: 'functions' });
    await world.call('ecs', 'ListClusters');
    expect((await faultsOf(world)).callFaults).toMatchObject([{ id: 'fault-1', caller: 'functions', strikes: 0 }]);
  });

  test('strikes at its rate, the same calls for the same seed', async () => {
    const struck = async () => {
      const world = await serveWorld();
      await world.control('inject-faults', { kind: 'throttled', service: 'sts', rate: 0.3 });
      const names: string[] = [];
      for (let count = 0; count < 100; count++) {
        names.push((await failureOf(world.call('sts', 'GetCallerIdentity'))).name);
      }
      return names;
    };
    const first = await struck();
    expect(await struck()).toEqual(first);
    const throttled = first.filter((name) => name === 'Throttling').length;
    expect(throttled).toBeGreaterThan(15);
    expect(throttled).toBeLessThan(45);
  });

  test('ends when its time is over, or when it is cleared', async () => {
    const world = await serveWorld();
    await world.control('inject-faults', { kind: 'throttled', service: 'sts', forSeconds: 60 });
    const { body } = await world.control('inject-faults', { kind: 'throttled', service: 'ecs' });
    await failureOf(world.call('sts', 'GetCallerIdentity'));
    expect((await faultsOf(world)).callFaults).toMatchObject([{ strikes: 1 }, { strikes: 0 }]);
    await world.control('advance', { seconds: 60 });
    await world.call('sts', 'GetCallerIdentity');
    const { id } = body.fault as { id: string };
    expect(await world.control('clear-faults', { id })).toMatchObject({ status: 200, body: { callFaults: [] } });
    await world.call('ecs', 'ListClusters');
    expect(await world.control('clear-faults', { id })).toMatchObject({
      status: 400,
      body: { error: { problems: [{ field: 'id' }] } },
    });
  });

  test.each([
    [{ kind: 'gone' }, 'kind'],
    [{ kind: 'slow', rate: 2 }, 'rate'],
    [{ kind: 'slow', service: 'ecz' }, 'service'],
    [{ kind: 'slow', service: 'ecs', operation: 'ListCluster' }, 'operation'],
    [{ kind: 'slow', operation: 'Nothing' }, 'operation'],
  ])('is refused as %j, by field', async (input, field) => {
    const { control } = await serveWorld('clusters: [{ name: prod }]');
    expect(await control('inject-faults', input)).toMatchObject({
      status: 400,
      body: { error: { problems: [{ field }] } },
    });
  });
});

describe('A fault of events', () => {
  /** A rule that takes everything of one source to the queue. */
  async function listen({ simulator }: ServedWorld): Promise<void> {
    const { bus, queues } = simulator.messaging;
    const queue = queues.byUrl(QueueName);
    const allow = { Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', Resource: queue.arn };
    queues.setPolicy(queue.arn, { Statement: allow });
    const rule = bus.putRule({ name: 'mine', eventPattern: '{"source":["me"]}', isEnabled: true });
    rule.targets.set('queue', { id: 'queue', arn: queue.arn, retryAttemptsMax: 0, eventAgeSecondsMax: 60 });
  }

  async function emit({ call, control }: ServedWorld, type = 'Something'): Promise<void> {
    await call('events', 'PutEvents', { Entries: [{ Source: 'me', DetailType: type, Detail: '{}' }] });
    await control('advance', { seconds: 10 });
  }

  test.each([
    ['lost', '0', '0'],
    ['doubled', '1', '2'],
    ['delayed', '0', '1'],
  ])('%s: the queue has %s after ten seconds, and %s after two minutes', async (kind, soon, later) => {
    const world = await serveWorld();
    await listen(world);
    await world.control('inject-event-faults', { kind, delaySeconds: 60 });
    await emit(world);
    expect(await messagesIn(world)).toBe(soon);
    await world.control('advance', { seconds: 110 });
    expect(await messagesIn(world)).toBe(later);
    expect((await faultsOf(world)).eventFaults).toMatchObject([{ kind, strikes: 1 }]);
  });

  test('strikes only events that its pattern matches, and deliveries of its rule', async () => {
    const world = await serveWorld();
    await listen(world);
    await world.control('inject-event-faults', { kind: 'lost', pattern: { 'detail-type': ['Other'] } });
    await world.control('inject-event-faults', { kind: 'lost', rule: 'changes' });
    await emit(world);
    expect(await messagesIn(world)).toBe('1');
    await emit(world, 'Other');
    expect(await messagesIn(world)).toBe('1');
  });

  test.each([
    [{ kind: 'lost', pattern: '{"source":"aws.ecs"}' }, 'pattern'],
    [{ kind: 'lost', rule: 'none' }, 'rule'],
    [{ kind: 'lost', delaySeconds: -1 }, 'delaySeconds'],
  ])('is refused as %j, by field', async (input, field) => {
    const { control } = await serveWorld('clusters: [{ name: prod }]');
    expect(await control('inject-event-faults', input)).toMatchObject({
      status: 400,
      body: { error: { problems: [{ field }] } },
    });
  });
});
