import { describe, expect, it } from 'vitest';
import { ACCOUNT, allowEvents, createQueue, createWorld, type World } from '../messaging-world.ts';

const RULE_ARN = `arn:aws:events:eu-central-1:${ACCOUNT}:rule/hooks`;
const EVENT = {
  source: 'aws.autoscaling',
  'detail-type': 'EC2 Instance-terminate Lifecycle Action',
  resources: ['arn:aws:autoscaling:eu-central-1:1:autoScalingGroup:x'],
  detail: { AutoScalingGroupName: 'group', EC2InstanceId: 'i-1' },
};

function createRule(world: World, target: Record<string, unknown>, rule: Record<string, unknown> = {}): void {
  world.create('AWS::Events::Rule', {
    Name: 'hooks',
    EventPattern: { source: ['aws.autoscaling'] },
    Targets: [{ Id: 'queue', ...target }],
    ...rule,
  });
}

function receive(world: World, queueUrl: string, max = 10) {
  const input = { QueueUrl: queueUrl, MaxNumberOfMessages: max, MessageAttributeNames: ['All'] };
  const { Messages = [] } = world.call<{
    Messages?: { Body: string; MessageAttributes?: Record<string, { StringValue: string }> }[];
  }>('sqs', 'ReceiveMessage', input);
  return Messages;
}

describe('The event bus', () => {
  it('adds the envelope and delivers to a queue that lets the rule in', async () => {
    const world = createWorld();
    const queue = createQueue(world);
    allowEvents(world, queue, RULE_ARN);
    createRule(world, { Arn: queue.arn });

    world.messaging.putEvent(EVENT);
    await world.kernel.clock.runFor(10_000);

    const [message] = receive(world, queue.ref);
    const id = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
    expect(JSON.parse(message?.Body ?? '')).toEqual({
      ...EVENT,
      version: '0',
      id,
      account: ACCOUNT,
      region: 'eu-central-1',
      time: '2026-01-05T08:00:00Z',
    });
  });

  it('takes about half a second, and rarely more than two', async () => {
    const world = createWorld();
    const queue = createQueue(world);
    allowEvents(world, queue, RULE_ARN);
    createRule(world, { Arn: queue.arn });
    for (let count = 0; count < 200; count++) world.messaging.putEvent(EVENT);

    const attribute = 'ApproximateNumberOfMessages';
    const arrived = () => {
      const input = { QueueUrl: queue.ref, AttributeNames: [attribute] };
      return Number(
        world.call<{ Attributes: Record<string, string> }>('sqs', 'GetQueueAttributes', input).Attributes[attribute],
      );
    };
    await world.kernel.clock.runFor(400);
    expect(arrived()).toBeGreaterThan(70);
    expect(arrived()).toBeLessThan(130);
    await world.kernel.clock.runFor(1_600);
    expect(arrived()).toBeGreaterThan(190);
  });

  it.each([
    ['without a policy', undefined],
    ['with a policy for another rule', `arn:aws:events:eu-central-1:${ACCOUNT}:rule/other`],
  ])('hands the event to the dead-letter queue when the queue is %s', async (_, allowed) => {
    const world = createWorld();
    const queue = createQueue(world);
    const dead = createQueue(world, {}, 'Dead');
    if (allowed !== undefined) allowEvents(world, queue, allowed);
    allowEvents(world, dead, RULE_ARN);
    createRule(world, { Arn: queue.arn, DeadLetterConfig: { Arn: dead.arn } });

    world.messaging.putEvent(EVENT);
    await world.kernel.clock.runFor(10_000);

    expect(receive(world, queue.ref)).toEqual([]);
    const [message] = receive(world, dead.ref);
    expect(JSON.parse(message?.Body ?? '')).toMatchObject(EVENT);
    const attributes = Object.entries(message?.MessageAttributes ?? {}).map(([name, { StringValue }]) => [
      name,
      StringValue,
    ]);
    expect(Object.fromEntries(attributes)).toEqual({
      RULE_ARN,
      TARGET_ARN: queue.arn,
      ERROR_CODE: 'NO_PERMISSIONS',
      ERROR_MESSAGE: expect.stringContaining('not authorized'),
    });
    expect(world.traced('dead-letter')).toMatchObject([{ queue: 'Dead' }]);
  });

  it('drops the event when the dead-letter queue does not let the rule in either', async () => {
    const world = createWorld();
    const queue = createQueue(world);
    const dead = createQueue(world, {}, 'Dead');
    createRule(world, { Arn: queue.arn, DeadLetterConfig: { Arn: dead.arn } });
    world.messaging.putEvent(EVENT);
    await world.kernel.clock.runFor(86_400_000);
    expect(receive(world, dead.ref)).toEqual([]);
    expect(world.traced('world')).toMatchObject([{ change: 'delivery failed', fate: 'dropped' }]);
  });

  it('leaves out what a rule does not match, and rules that are disabled', async () => {
    const world = createWorld();
    const queue = createQueue(world);
    allowEvents(world, queue, RULE_ARN);
    createRule(world, { Arn: queue.arn }, { State: 'DISABLED' });
    world.messaging.putEvent(EVENT);
    world.messaging.putEvent({ ...EVENT, source: 'aws.ecs' });
    await world.kernel.clock.runFor(10_000);
    expect(receive(world, queue.ref)).toEqual([]);
  });

  it('loses, doubles and delays deliveries as the fault hook says', async () => {
    const fates: Record<string, number[]> = { lost: [], doubled: [0, 5_000], late: [60_000] };
    const world = createWorld(undefined, { deliveryFault: ({ event }) => fates[String(event.detail.fate)] ?? [0] });
    const queue = createQueue(world);
    allowEvents(world, queue, RULE_ARN);
    createRule(world, { Arn: queue.arn });
    for (const fate of ['late', 'lost', 'doubled']) world.messaging.putEvent({ ...EVENT, detail: { fate } });
    await world.kernel.clock.runFor(30_000);
    expect(receive(world, queue.ref).map(({ Body }) => JSON.parse(Body).detail.fate)).toEqual(['doubled', 'doubled']);
    await world.kernel.clock.runFor(29_999 + 5_000);
    expect(receive(world, queue.ref).map(({ Body }) => JSON.parse(Body).detail.fate)).toContain('late');
  });

  it('runs a schedule every minute, as an asynchronous invocation with the constant input', async () => {
    const world = createWorld();
    const Arn = `arn:aws:lambda:eu-central-1:${ACCOUNT}:function:sweep`;
    world.create('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 minute)',
      Targets: [{ Id: 'sweep', Arn, Input: '{"sweep":true}' }],
    });
    await world.kernel.clock.runFor(5 * 60_000 + 30_000);
    expect(world.invocations.map(({ payload }) => payload)).toEqual(Array(5).fill({ sweep: true }));
  });

  it('tries a failed asynchronous invocation twice more, one and two minutes later', async () => {
    const world = createWorld(() => ({ outcome: 'error', errorType: 'Error', errorMessage: 'no' }));
    world.messaging.invokeAsync('arn:aws:lambda:eu-central-1:1:function:f', {});
    await world.kernel.clock.runFor(3_600_000);
    const [first = 0] = world.invocations.map(({ at }) => at);
    expect(world.invocations.map(({ at }) => at - first)).toEqual([0, 60_000, 180_000]);
  });

  it('does not invoke a function whose policy keeps the rule out', async () => {
    const world = createWorld(undefined, { permitsInvocation: () => false });
    createRule(world, { Arn: `arn:aws:lambda:eu-central-1:${ACCOUNT}:function:f` });
    world.messaging.putEvent(EVENT);
    await world.kernel.clock.runFor(10_000);
    expect(world.invocations).toEqual([]);
    expect(world.traced('world')).toMatchObject([{ code: 'NO_PERMISSIONS' }]);
  });

  it('fills input templates from the event', async () => {
    const world = createWorld();
    createRule(world, {
      Arn: `arn:aws:lambda:eu-central-1:${ACCOUNT}:function:f`,
      InputTransformer: {
        InputPathsMap: { group: '$.detail.AutoScalingGroupName', first: '$.resources[0]' },
        InputTemplate: '{"text": "Group <group> changed", "resource": <first>, "rule": "<nothing>"}',
      },
    });
    world.messaging.putEvent(EVENT);
    await world.kernel.clock.runFor(10_000);
    expect(world.invocations.map(({ payload }) => payload)).toEqual([
      { text: 'Group group changed', resource: EVENT.resources[0], rule: '<nothing>' },
    ]);
  });

  it('answers PutEvents entry by entry', () => {
    const world = createWorld();
    const Detail = '{"a":1}';
    const answer = world.call<{ FailedEntryCount: number; Entries: { ErrorCode?: string; EventId?: string }[] }>(
      'events',
      'PutEvents',
      {
        Entries: [
          { Source: 'ebbtide', DetailType: 'Drained', Detail },
          { Source: 'ebbtide', DetailType: 'Drained', Detail: 'no json' },
          { Source: 'aws.ecs', DetailType: 'Drained', Detail },
          { Source: 'ebbtide', Detail },
          { Source: 'ebbtide', DetailType: 'Drained', Detail, EventBusName: 'other' },
        ],
      },
    );
    expect(answer.FailedEntryCount).toBe(4);
    expect(answer.Entries.map(({ ErrorCode }) => ErrorCode)).toEqual([
      undefined,
      'MalformedDetail',
      'NotAuthorizedForSourceException',
      'InvalidArgument',
      'ResourceNotFoundException',
    ]);
    expect(world.traced('event')).toHaveLength(1);
  });

  it('refuses a request of PutEvents that is too big, or has too many entries', () => {
    const entry = { Source: 's', DetailType: 't', Detail: JSON.stringify({ text: 'x'.repeat(30_000) }) };
    const put = (count: number) => () =>
      createWorld().call('events', 'PutEvents', { Entries: Array(count).fill(entry) });
    expect(put(9)).toThrow(/Total size/);
    expect(put(11)).toThrow(/less than or equal to 10/);
    expect(put(0)).toThrow(/greater than or equal to 1/);
  });

  it.each([
    ['an invalid pattern', { EventPattern: { source: 'aws.ecs' } }],
    ['neither pattern nor schedule', { EventPattern: undefined }],
    ['a schedule in the wrong number', { ScheduleExpression: 'rate(1 minutes)' }],
    ['an unknown property', { Colour: 'red' }],
    ['a sixth target', { Targets: [1, 2, 3, 4, 5, 6].map((n) => ({ Id: `${n}`, Arn: 'arn:aws:sqs:x:1:q' })) }],
  ])('refuses a rule with %s', (_, rule) => {
    expect(() => createRule(createWorld(), { Arn: 'arn:aws:sqs:x:1:q' }, rule)).toThrow();
  });
});
