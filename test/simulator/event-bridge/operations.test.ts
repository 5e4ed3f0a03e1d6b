import { describe, expect, test } from 'vitest';
import { refusal } from '../refusal.ts';
import { type ServedWorld, serveWorld } from '../serve/served-world.ts';

const EMPTY = 'clusters: [{ name: prod }]';
const arn = (service: string, resource: string) => `arn:aws:${service}:eu-central-1:111122223333:${resource}`;
const QUEUE = arn('sqs', 'jobs');
const Name = 'mine';
const EventPattern = '{"source":["me"]}';

function open({ simulator }: ServedWorld): void {
  const { queues, topics } = simulator.messaging;
  const Statement = { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: '*', Resource: '*' };
  queues.setPolicy(QUEUE, { Statement });
  topics.byArn(arn('sns', 'alerts')).policy = { Statement };
}

async function emit({ call, control }: ServedWorld, detail: object = {}): Promise<void> {
  const Entries = [{ Source: 'me', DetailType: 'Something', Detail: JSON.stringify(detail) }];
  await call('events', 'PutEvents', { Entries });
  await control('advance', { seconds: 10 });
}

async function bodies({ call }: ServedWorld): Promise<string[]> {
  const { QueueUrl } = await call<{ QueueUrl: string }>('sqs', 'GetQueueUrl', { QueueName: 'jobs' });
  const { Messages = [] } = await call<{ Messages?: { Body: string }[] }>('sqs', 'ReceiveMessage', {
    QueueUrl,
    MaxNumberOfMessages: 10,
  });
  return Messages.map(({ Body }) => Body);
}

describe('A rule', () => {
  test('is put, described, switched off and on, and deleted', async () => {
    const { call } = await serveWorld(EMPTY);
    const put = await call('events', 'PutRule', { Name, EventPattern, Description: 'for a test' });
    expect(put).toEqual({ RuleArn: arn('events', `rule/${Name}`) });
    const described = { Name, EventPattern, Description: 'for a test', State: 'ENABLED', EventBusName: 'default' };
    expect(await call('events', 'DescribeRule', { Name })).toMatchObject(described);
    await call('events', 'DisableRule', { Name });
    expect(await call('events', 'DescribeRule', { Name })).toMatchObject({ ...described, State: 'DISABLED' });
    await call('events', 'EnableRule', { Name, EventBusName: arn('events', 'event-bus/default') });
    expect(await call('events', 'DescribeRule', { Name })).toMatchObject(described);
    await call('events', 'DeleteRule', { Name });
    expect(await refusal(call('events', 'DescribeRule', { Name }))).toBe(
      `ResourceNotFoundException: Rule ${Name} does not exist on EventBus default.`,
    );
    // Deleting what is not there is no error.
    await call('events', 'DeleteRule', { Name });
  });

  test('fires by its schedule until it is switched off, and anew when it is switched on', async () => {
    const world = await serveWorld(EMPTY);
    open(world);
    await world.call('events', 'PutRule', { Name, ScheduleExpression: 'rate(10 minutes)' });
    await world.call('events', 'PutTargets', { Rule: Name, Targets: [{ Id: 'a', Arn: QUEUE, Input: '"tick"' }] });
    await world.control('advance', { seconds: 1_210 });
    expect(await bodies(world)).toEqual(['"tick"', '"tick"']);
    await world.call('events', 'DisableRule', { Name });
    await world.control('advance', { seconds: 1_800 });
    await world.call('events', 'EnableRule', { Name });
    await world.control('advance', { seconds: 610 });
    expect((await bodies(world)).length).toBe(3);
  });

  test('has tags, which only its creation or TagResource gives it', async () => {
    const { call } = await serveWorld(EMPTY);
    const ResourceARN = arn('events', `rule/${Name}`);
    await call('events', 'PutRule', { Name, EventPattern, Tags: [{ Key: 'team', Value: 'platform' }] });
    await call('events', 'PutRule', { Name, EventPattern, Tags: [{ Key: 'ignored', Value: 'yes' }] });
    await call('events', 'TagResource', { ResourceARN, Tags: [{ Key: 'stage', Value: 'prod' }] });
    await call('events', 'UntagResource', { ResourceARN, TagKeys: ['team'] });
    expect(await call('events', 'ListTagsForResource', { ResourceARN })).toEqual({
      Tags: [{ Key: 'stage', Value: 'prod' }],
    });
  });

  test('is listed page by page, by name', async () => {
    const { call } = await serveWorld(EMPTY);
    for (const name of ['c', 'a', 'b']) await call('events', 'PutRule', { Name: `list-${name}`, EventPattern });
    const names: string[] = [];
    let page: { Rules?: { Name: string }[]; NextToken?: string } = {};
    do {
      page = await call('events', 'ListRules', { NamePrefix: 'list-', Limit: 2, ...pick(page) });
      names.push(...(page.Rules ?? []).map((rule) => rule.Name));
    } while (page.NextToken !== undefined);
    expect(names).toEqual(['list-a', 'list-b', 'list-c']);
    expect(await refusal(call('events', 'ListRules', { NextToken: 'mine' }))).toMatch(/^ValidationException/);
  });

  test.each([
    [{ Name }, 'ValidationException'],
    [{ Name, EventPattern: '{"source":"me"}' }, 'InvalidEventPatternException'],
    [{ Name, ScheduleExpression: 'rate(1 minutes)' }, 'ValidationException'],
    [{ Name, EventPattern, EventBusName: 'other' }, 'ResourceNotFoundException: Event bus other does not exist.'],
    [{ Name, EventPattern, RoleArn: arn('iam', 'role/x') }, 'ValidationException: The simulator does not model'],
    [{ Name: 'with space', EventPattern }, 'ValidationException'],
  ])('is refused as %j', async (input, error) => {
    const { call } = await serveWorld(EMPTY);
    expect(await refusal(call('events', 'PutRule', input))).toContain(error);
  });
});

function pick({ NextToken }: { readonly NextToken?: string }) {
  return NextToken === undefined ? {} : { NextToken };
}

describe('The targets of a rule', () => {
  test('get what their input says: the event, a part of it, a text, or a template', async () => {
    const world = await serveWorld(EMPTY);
    open(world);
    await world.call('events', 'PutRule', { Name, EventPattern });
    const InputTransformer = { InputPathsMap: { state: '$.detail.state' }, InputTemplate: '"it is <state>"' };
    const Targets = [
      { Id: 'part', Arn: QUEUE, InputPath: '$.detail' },
      { Id: 'text', Arn: QUEUE, Input: '{"a":1}' },
      { Id: 'template', Arn: QUEUE, InputTransformer },
      { Id: 'topic', Arn: arn('sns', 'alerts'), InputPath: '$.source' },
    ];
    expect(await world.call('events', 'PutTargets', { Rule: Name, Targets })).toEqual({
      FailedEntryCount: 0,
      FailedEntries: [],
    });
    await emit(world, { state: 'done' });
    expect((await bodies(world)).sort()).toEqual(['"it is done"', '{"a":1}', '{"state":"done"}']);
    const { body } = await world.control('trace', { kind: 'notification' });
    expect(body.entries).toMatchObject([{ topic: 'alerts', message: '"me"' }]);
    const { Targets: listed } = await world.call('events', 'ListTargetsByRule', { Rule: Name });
    expect(listed).toEqual(Targets.toSorted((a, b) => (a.Id < b.Id ? -1 : 1)));
  });

  test('are found by their ARN, and get nothing once they are removed', async () => {
    const world = await serveWorld(EMPTY);
    open(world);
    await world.call('events', 'PutRule', { Name, EventPattern });
    await world.call('events', 'PutTargets', { Rule: Name, Targets: [{ Id: 'a', Arn: QUEUE }] });
    expect(await world.call('events', 'ListRuleNamesByTarget', { TargetArn: QUEUE })).toEqual({ RuleNames: [Name] });
    expect(await refusal(world.call('events', 'DeleteRule', { Name }))).toBe(
      "ValidationException: Rule can't be deleted since it has targets.",
    );
    expect(await world.call('events', 'RemoveTargets', { Rule: Name, Ids: ['a', 'b'] })).toMatchObject({
      FailedEntryCount: 1,
      FailedEntries: [{ TargetId: 'b', ErrorCode: 'ResourceNotFoundException' }],
    });
    expect(await world.call('events', 'ListRuleNamesByTarget', { TargetArn: QUEUE })).toEqual({ RuleNames: [] });
    await emit(world);
    expect(await bodies(world)).toEqual([]);
    await world.call('events', 'DeleteRule', { Name });
  });

  test('that refuse an event leave it to their dead-letter queue', async () => {
    const world = await serveWorld(EMPTY);
    open(world);
    await world.call('events', 'PutRule', { Name, EventPattern });
    const Targets = [{ Id: 'a', Arn: arn('sqs', 'nowhere'), DeadLetterConfig: { Arn: QUEUE } }];
    await world.call('events', 'PutTargets', { Rule: Name, Targets });
    await emit(world, { n: 1 });
    expect(await bodies(world)).toEqual([expect.stringContaining('"detail":{"n":1}')]);
  });

  test('are five at most, and then none of a request is taken', async () => {
    const { call } = await serveWorld(EMPTY);
    await call('events', 'PutRule', { Name, EventPattern });
    const Targets = ['a', 'b', 'c', 'd', 'e', 'f'].map((Id) => ({ Id, Arn: QUEUE }));
    expect(await refusal(call('events', 'PutTargets', { Rule: Name, Targets }))).toMatch(/^LimitExceededException/);
    expect(await call('events', 'ListTargetsByRule', { Rule: Name })).toEqual({ Targets: [] });
  });

  test.each([
    [{ Id: 'a', Arn: 'arn:aws:sqs' }, 'Provided Arn is not in correct format.'],
    [{ Id: 'a', Arn: arn('kinesis', 'stream/x') }, 'The simulator delivers to lambda, sns, sqs'],
    [{ Id: 'a', Arn: QUEUE, SqsParameters: { MessageGroupId: 'g' } }, 'does not model the parameter SqsParameters'],
    [{ Id: 'a', Arn: QUEUE, Input: '1', InputPath: '$.detail' }, 'Only one of Input'],
    [{ Id: 'a', Arn: QUEUE, InputPath: 'detail' }, 'Invalid JsonPath'],
    [{ Id: 'a', Arn: QUEUE, DeadLetterConfig: { Arn: arn('sns', 'alerts') } }, 'no SQS queue'],
    [{ Id: 'a', Arn: QUEUE, RetryPolicy: { MaximumRetryAttempts: 186 } }, 'less than or equal to 185'],
  ])('are refused as %j', async (target, message) => {
    const { call } = await serveWorld(EMPTY);
    await call('events', 'PutRule', { Name, EventPattern });
    const failure = await refusal(call('events', 'PutTargets', { Rule: Name, Targets: [target] }));
    expect(failure).toMatch(/^ValidationException: /);
    expect(failure).toContain(message);
  });
});

test('There is the default bus, and no other', async () => {
  const { call } = await serveWorld(EMPTY);
  const bus = { Name: 'default', Arn: arn('events', 'event-bus/default') };
  expect(await call('events', 'DescribeEventBus')).toEqual(bus);
  expect(await call('events', 'ListEventBuses')).toEqual({ EventBuses: [bus] });
  expect(await call('events', 'ListEventBuses', { NamePrefix: 'x' })).toEqual({ EventBuses: [] });
  expect(await refusal(call('events', 'DescribeEventBus', { Name: 'other' }))).toMatch(/^ResourceNotFoundException/);
});
