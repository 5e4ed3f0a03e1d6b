import { describe, expect, it } from 'vitest';
import { ACCOUNT, createQueue, createWorld, type World } from '../messaging-world.ts';

const MINUTE_MS = 60_000;

function createTopic(world: World): string {
  const { ref } = world.create('AWS::SNS::Topic', { TopicName: 'alerts' });
  const Statement = {
    Effect: 'Allow',
    Principal: { Service: 'cloudwatch.amazonaws.com' },
    Action: 'sns:Publish',
    Resource: ref,
  };
  world.create('AWS::SNS::TopicPolicy', { Topics: [ref], PolicyDocument: { Version: '2012-10-17', Statement } });
  return ref;
}

function createAlarm(world: World, topicArn: string, properties: Record<string, unknown>) {
  return world.create('AWS::CloudWatch::Alarm', {
    AlarmName: 'alarm',
    Statistic: 'Sum',
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    TreatMissingData: 'notBreaching',
    AlarmActions: [topicArn],
    OKActions: [topicArn],
    ...properties,
  });
}

const states = (world: World) =>
  world.traced('world').flatMap(({ change, from, to }) => (change === 'alarm state' ? [`${from} -> ${to}`] : []));
const subjects = (world: World) => world.traced('notification').map(({ subject }) => subject);

describe('A CloudWatch alarm', () => {
  it('rings when a message lies in a queue, is over when it is gone, and tells the topic in its own form', async () => {
    const world = createWorld();
    const topic = createTopic(world);
    const queue = createQueue(world, {}, 'Dead');
    const Dimensions = [{ Name: 'QueueName', Value: 'Dead' }];
    const metric = {
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Statistic: 'Maximum',
      Dimensions,
    };
    createAlarm(world, topic, { ...metric, AlarmDescription: 'look' });
    await world.kernel.clock.runFor(5 * MINUTE_MS);
    world.call('sqs', 'SendMessage', { QueueUrl: queue.ref, MessageBody: 'x' });
    await world.kernel.clock.runFor(MINUTE_MS);
    world.call('sqs', 'PurgeQueue', { QueueUrl: queue.ref });
    await world.kernel.clock.runFor(5 * MINUTE_MS);

    expect(states(world)).toEqual(['INSUFFICIENT_DATA -> OK', 'OK -> ALARM', 'ALARM -> OK']);
    expect(subjects(world)).toEqual([
      'OK: "alarm" in EU (Frankfurt)',
      'ALARM: "alarm" in EU (Frankfurt)',
      'OK: "alarm" in EU (Frankfurt)',
    ]);
    expect(JSON.parse(String(world.traced('notification')[1]?.message))).toEqual({
      AlarmName: 'alarm',
      AlarmDescription: 'look',
      AWSAccountId: ACCOUNT,
      AlarmConfigurationUpdatedTimestamp: '2026-01-05T08:00:00.000+0000',
      NewStateValue: 'ALARM',
      NewStateReason:
        'Threshold Crossed: 1 out of the last 1 datapoints [1.0 (05/01/26 08:05:00)] was greater than or equal to the threshold (1.0) (minimum 1 datapoint for OK -> ALARM transition).',
      StateChangeTime: '2026-01-05T08:06:00.000+0000',
      Region: 'EU (Frankfurt)',
      AlarmArn: `arn:aws:cloudwatch:eu-central-1:${ACCOUNT}:alarm:alarm`,
      OldStateValue: 'OK',
      OKActions: [topic],
      AlarmActions: [topic],
      InsufficientDataActions: [],
      Trigger: {
        MetricName: 'ApproximateNumberOfMessagesVisible',
        Namespace: 'AWS/SQS',
        StatisticType: 'Statistic',
        Statistic: 'MAXIMUM',
        Unit: null,
        Dimensions: [{ value: 'Dead', name: 'QueueName' }],
        Period: 60,
        EvaluationPeriods: 1,
        DatapointsToAlarm: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        Threshold: 1,
        TreatMissingData: 'notBreaching',
        EvaluateLowSampleCountPercentile: '',
      },
    });
  });

  it('counts a function’s errors, invocations and throttles', async () => {
    const world = createWorld();
    const topic = createTopic(world);
    const Dimensions = [{ Name: 'FunctionName', Value: 'f' }];
    createAlarm(world, topic, { Namespace: 'AWS/Lambda', MetricName: 'Errors', Dimensions, Threshold: 2 });
    const missing = { ComparisonOperator: 'LessThanThreshold', TreatMissingData: 'breaching' };
    createAlarm(world, topic, {
      AlarmName: 'missing',
      Namespace: 'AWS/Lambda',
      MetricName: 'Invocations',
      Dimensions,
      ...missing,
    });
    const invoke = (phase: string) => {
      world.kernel.trace.add('invocation', { function: 'f', phase: 'start' });
      world.kernel.trace.add('invocation', { function: 'f', phase, durationMs: 10 });
    };
    invoke('error');
    invoke('end');
    await world.kernel.clock.runFor(MINUTE_MS);
    expect(states(world)).toEqual(['INSUFFICIENT_DATA -> OK', 'INSUFFICIENT_DATA -> OK']);
    invoke('error');
    invoke('timeout');
    await world.kernel.clock.runFor(MINUTE_MS);
    expect(states(world).slice(2)).toEqual(['OK -> ALARM']);
    await world.kernel.clock.runFor(10 * MINUTE_MS);
    // The errors are over once they leave the evaluation range, and the silence rings.
    expect(states(world).slice(3)).toEqual(['ALARM -> OK', 'OK -> ALARM']);
  });

  it('reads metrics that a function logs in the embedded format', async () => {
    const world = createWorld();
    const topic = createTopic(world);
    const Dimensions = [{ Name: 'service', Value: 'ebbtide' }];
    createAlarm(world, topic, { Namespace: 'Ebbtide', MetricName: 'Stuck', Dimensions, Threshold: 3 });
    const line = {
      _aws: {
        Timestamp: 1,
        CloudWatchMetrics: [
          { Namespace: 'Ebbtide', Dimensions: [['service']], Metrics: [{ Name: 'Stuck', Unit: 'Count' }] },
        ],
      },
      service: 'ebbtide',
      Stuck: [1, 2],
    };
    world.kernel.trace.add('log', { function: 'f', requestId: 'r', line });
    await world.kernel.clock.runFor(MINUTE_MS);
    expect(states(world)).toEqual(['INSUFFICIENT_DATA -> ALARM']);
  });

  it('fails silently, but for the trace, where the topic keeps it out', async () => {
    const world = createWorld();
    const { ref } = world.create('AWS::SNS::Topic', { TopicName: 'closed' });
    createAlarm(world, ref, { Namespace: 'X', MetricName: 'Y' });
    await world.kernel.clock.runFor(MINUTE_MS);
    expect(world.traced('notification')).toEqual([]);
    expect(world.traced('world')).toContainEqual(
      expect.objectContaining({ change: 'alarm action failed', code: 'NO_PERMISSIONS' }),
    );
  });

  it('sees nothing of a queue that nobody has used for six hours', async () => {
    const world = createWorld();
    createQueue(world, {}, 'Idle');
    const Dimensions = [{ Name: 'QueueName', Value: 'Idle' }];
    createAlarm(world, createTopic(world), {
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions,
      TreatMissingData: 'missing',
    });
    await world.kernel.clock.runFor(6 * 60 * MINUTE_MS + 10 * MINUTE_MS);
    expect(states(world)).toEqual(['INSUFFICIENT_DATA -> OK', 'OK -> INSUFFICIENT_DATA']);
  });

  it.each([
    ['an unknown property', { Metrics: [] }],
    ['a period that is no minute', { Period: 90 }],
    ['more than a day of periods', { Period: 300, EvaluationPeriods: 300 }],
    ['an unknown comparison', { ComparisonOperator: 'GreaterThanUpperThreshold' }],
    ['no statistic', { Statistic: undefined }],
  ])('is refused with %s', (_, properties) => {
    const world = createWorld();
    expect(() => createAlarm(world, 'arn', { Namespace: 'X', MetricName: 'Y', ...properties })).toThrow();
  });
});
