import type { GetMetricDataOutput, GetMetricStatisticsOutput, ListMetricsOutput } from '@aws-sdk/client-cloudwatch';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createQueue, createWorld, type World } from '../messaging-world.ts';

const MINUTE_MS = 60_000;
const Namespace = 'Shop';
const MetricName = 'Orders';
const Dimensions = [{ Name: 'Shop', Value: 'north' }];

function put(world: World, ...data: object[]): void {
  const MetricData = data.map((datum) => ({ MetricName, Dimensions, ...datum }));
  world.call('cloudwatch', 'PutMetricData', { Namespace, MetricData });
}

function statisticsOf(world: World, input: object = {}): GetMetricStatisticsOutput {
  const now = world.kernel.clock.now();
  const span = { StartTime: new Date(now - 60 * MINUTE_MS), EndTime: new Date(now + MINUTE_MS), Period: 3600 };
  const named = { Namespace, MetricName, Dimensions, ...span };
  return world.call('cloudwatch', 'GetMetricStatistics', { ...named, ...input });
}

const every = { Statistics: ['SampleCount', 'Sum', 'Average', 'Minimum', 'Maximum'] };

describe('PutMetricData and GetMetricStatistics', () => {
  test('values, repeated values and statistic sets are one metric', () => {
    const world = createWorld();
    put(world, { Value: 1 }, { Values: [2, 10], Counts: [3, 1] });
    put(world, { StatisticValues: { SampleCount: 2, Sum: 9, Minimum: 4, Maximum: 5 } });
    const { Label, Datapoints = [] } = statisticsOf(world, every);
    expect(Label).toBe(MetricName);
    expect(Datapoints).toMatchObject([
      { SampleCount: 7, Sum: 26, Average: 26 / 7, Minimum: 1, Maximum: 10, Unit: 'None' },
    ]);
  });

  test('a period has one data point per unit, and a unit can be asked for', () => {
    const world = createWorld();
    put(world, { Value: 1, Unit: 'Count' }, { Value: 2, Unit: 'Count' }, { Value: 7, Unit: 'Seconds' });
    const sums = ({ Datapoints = [] }: GetMetricStatisticsOutput) => Datapoints.map(({ Sum, Unit }) => [Unit, Sum]);
    expect(sums(statisticsOf(world, every))).toEqual([
      ['Count', 3],
      ['Seconds', 7],
    ]);
    expect(sums(statisticsOf(world, { ...every, Unit: 'Seconds' }))).toEqual([['Seconds', 7]]);
    expect(sums(statisticsOf(world, { ...every, Unit: 'Bytes' }))).toEqual([]);
  });

  test('a metric with other dimensions is another metric', () => {
    const world = createWorld();
    put(world, { Value: 1 });
    expect(statisticsOf(world, { ...every, Dimensions: [] }).Datapoints).toEqual([]);
  });

  test('percentiles need values that are known one by one', () => {
    const world = createWorld();
    const p90 = { ExtendedStatistics: ['p90', 'p50'] };
    put(world, { Values: Array.from({ length: 100 }, (_, index) => index + 1) });
    expect(statisticsOf(world, p90).Datapoints).toMatchObject([{ ExtendedStatistics: { p50: 50, p90: 90 } }]);
    put(world, { StatisticValues: { SampleCount: 2, Sum: 3, Minimum: 1, Maximum: 2 } });
    expect(statisticsOf(world, p90).Datapoints?.[0]).not.toHaveProperty('ExtendedStatistics');
  });

  test('periods begin with the span, which its end is no part of', () => {
    const world = createWorld();
    const now = world.kernel.clock.now();
    const at = (minutes: number) => new Date(now - 10 * MINUTE_MS + minutes * MINUTE_MS);
    put(world, ...[0, 1, 2, 3, 4, 5].map((minute) => ({ Value: 10 ** minute, Timestamp: at(minute) })));
    const span = { StartTime: at(1), EndTime: at(5), Period: 120 };
    expect(statisticsOf(world, { ...every, ...span }).Datapoints).toMatchObject([
      { Timestamp: at(1), Sum: 110 },
      { Timestamp: at(3), Sum: 11_000 },
    ]);
  });

  test('the periods of any span hold each sample once', () => {
    const samples = fc.array(fc.record({ minutesAgo: fc.nat(300), value: fc.integer({ min: 0, max: 100 }) }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: 90 }), (given, periodMinutes) => {
        const world = createWorld();
        const now = world.kernel.clock.now();
        put(
          world,
          ...given.map(({ minutesAgo, value }) => ({
            Value: value,
            Timestamp: new Date(now - minutesAgo * MINUTE_MS),
          })),
        );
        const StartTime = new Date(now - 300 * MINUTE_MS);
        const { Datapoints = [] } = statisticsOf(world, { ...every, StartTime, Period: periodMinutes * 60 });
        const total = (name: 'Sum' | 'SampleCount') => Datapoints.reduce((sum, point) => sum + (point[name] ?? 0), 0);
        expect(total('SampleCount')).toBe(given.length);
        expect(total('Sum')).toBe(given.reduce((sum, { value }) => sum + value, 0));
      }),
    );
  });

  const now = Date.parse('2026-01-05T08:00:00Z');
  test.each<[what: string, datum: object, code: string, message: string]>([
    ['no value', {}, 'InvalidParameterCombination', 'At least one of the parameters MetricData.member.1.Value,'],
    [
      'two kinds of values',
      { Value: 1, Values: [1] },
      'InvalidParameterCombination',
      'are mutually exclusive and you have specified both.',
    ],
    [
      'a value that is no number',
      { Value: Number.NaN },
      'InvalidParameterValue',
      'The value NaN for parameter MetricData.member.1.Value is invalid.',
    ],
    [
      'counts that do not fit',
      { Values: [1, 2], Counts: [1] },
      'InvalidParameterCombination',
      'must have the same size.',
    ],
    [
      'a time long ago',
      { Value: 1, Timestamp: new Date(now - 15 * 86_400_000) },
      'InvalidParameterValue',
      'within the past two weeks',
    ],
    [
      'a time to come',
      { Value: 1, Timestamp: new Date(now + 3 * 3_600_000) },
      'InvalidParameterValue',
      'two hours in the future',
    ],
    [
      'an impossible set',
      { StatisticValues: { SampleCount: 1, Sum: 1, Minimum: 2, Maximum: 1 } },
      'InvalidParameterCombination',
      'Maximum',
    ],
  ])('%s is refused, and nothing of the request is kept', (_what, datum, code, message) => {
    const world = createWorld();
    expect(() => put(world, datum)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
    expect(() => put(world, { Value: 1 }, datum)).toThrow();
    expect(statisticsOf(world, every).Datapoints).toEqual([]);
  });

  test.each<[what: string, input: object, code: string]>([
    [
      'more data points than one answer holds',
      { ...every, StartTime: new Date(now - 86_400_000 * 2), Period: 60 },
      'InvalidParameterCombination',
    ],
    ['a span that ends before it begins', { ...every, EndTime: new Date(0) }, 'InvalidParameterCombination'],
    ['no statistic', {}, 'MissingParameter'],
    ['a statistic that is not modelled', { ExtendedStatistics: ['tm90'] }, 'InvalidParameterValue'],
    ['seconds', { ...every, Period: 10 }, 'InvalidParameterValue'],
  ])('%s is refused', (_what, input, code) => {
    expect(() => statisticsOf(createWorld(), input)).toThrow(expect.objectContaining({ code }));
  });
});

describe('GetMetricData', () => {
  const query = (Id: string, Stat: string) => ({
    Id,
    MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Period: 60, Stat },
  });
  const ask = (world: World, input: object): GetMetricDataOutput => {
    const now = world.kernel.clock.now();
    const span = { StartTime: new Date(now - 10 * MINUTE_MS), EndTime: new Date(now + MINUTE_MS) };
    return world.call('cloudwatch', 'GetMetricData', { ...span, ...input });
  };

  test('pages hold each data point once, newest first', () => {
    const world = createWorld();
    const now = world.kernel.clock.now();
    put(world, ...[0, 1, 2].map((ago) => ({ Value: ago, Timestamp: new Date(now - ago * MINUTE_MS) })));
    const MetricDataQueries = [query('sum', 'Sum'), query('count', 'SampleCount')];
    const seen: Record<string, number[]> = { sum: [], count: [] };
    const codes: unknown[] = [];
    let NextToken: string | undefined;
    do {
      const page = ask(world, { MetricDataQueries, MaxDatapoints: 2, ...(NextToken && { NextToken }) });
      for (const { Id = '', Values = [] } of page.MetricDataResults ?? []) seen[Id]?.push(...Values);
      codes.push(page.MetricDataResults?.map(({ StatusCode }) => StatusCode));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(seen).toEqual({ sum: [0, 1, 2], count: [1, 1, 1] });
    expect(codes).toEqual([
      ['PartialData', 'PartialData'],
      ['Complete', 'PartialData'],
      ['Complete', 'Complete'],
    ]);
  });

  test.each<[what: string, input: object, code: string]>([
    ['an expression', { MetricDataQueries: [{ Id: 'a', Expression: 'SUM(METRICS())' }] }, 'ValidationError'],
    ['two queries of one id', { MetricDataQueries: [query('a', 'Sum'), query('a', 'Sum')] }, 'ValidationError'],
    ['a token that was not handed out', { MetricDataQueries: [query('a', 'Sum')], NextToken: 'x' }, 'InvalidNextToken'],
  ])('%s is refused', (_what, input, code) => {
    expect(() => ask(createWorld(), input)).toThrow(expect.objectContaining({ code }));
  });
});

describe('ListMetrics', () => {
  const list = (world: World, input: object = {}): ListMetricsOutput => world.call('cloudwatch', 'ListMetrics', input);

  test('finds metrics by namespace, name and dimensions, in pages', () => {
    const world = createWorld();
    for (let shop = 0; shop < 501; shop++)
      put(world, { Value: 1, Dimensions: [{ Name: 'Shop', Value: String(shop) }] });
    const first = list(world, { Namespace, MetricName });
    expect(first.Metrics).toHaveLength(500);
    expect(list(world, { NextToken: first.NextToken }).Metrics).toHaveLength(1);
    expect(list(world, { Dimensions: [{ Name: 'Shop', Value: '7' }] }).Metrics).toHaveLength(1);
    expect(list(world, { Dimensions: [{ Name: 'Till' }] }).Metrics).toEqual([]);
    expect(() => list(world, { NextToken: 'x' })).toThrow(expect.objectContaining({ code: 'InvalidParameterValue' }));
  });

  test('leaves out on demand what was not active for three hours', async () => {
    const world = createWorld();
    put(world, { Value: 1 });
    await world.kernel.clock.runFor(181 * MINUTE_MS);
    expect(list(world, { RecentlyActive: 'PT3H' }).Metrics).toEqual([]);
    expect(list(world).Metrics).toHaveLength(1);
  });

  test('knows what queues and functions publish by themselves', async () => {
    const world = createWorld();
    createQueue(world, {}, 'Jobs');
    world.messaging.alarms.start();
    await world.kernel.clock.runFor(2 * MINUTE_MS);
    expect(list(world, { Namespace: 'AWS/SQS' }).Metrics).toContainEqual({
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateAgeOfOldestMessage',
      Dimensions: [{ Name: 'QueueName', Value: 'Jobs' }],
    });
  });
});
