import type { DescribeAlarmHistoryOutput, DescribeAlarmsOutput } from '@aws-sdk/client-cloudwatch';
import { expect, test } from 'vitest';
import { createWorld, type World } from '../messaging-world.ts';

const MINUTE_MS = 60_000;
const alarm = {
  AlarmName: 'orders',
  Namespace: 'Shop',
  MetricName: 'Orders',
  Dimensions: [{ Name: 'Shop', Value: 'north' }],
  Statistic: 'Sum',
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 10,
  ComparisonOperator: 'GreaterThanThreshold',
  TreatMissingData: 'notBreaching',
};

const putAlarm = (world: World, input: object = {}) =>
  world.call('cloudwatch', 'PutMetricAlarm', { ...alarm, ...input });
const describeAlarms = (world: World, input: object = {}): DescribeAlarmsOutput =>
  world.call('cloudwatch', 'DescribeAlarms', input);
const namesOf = ({ MetricAlarms = [] }: DescribeAlarmsOutput) => MetricAlarms.map(({ AlarmName }) => AlarmName);
const history = (world: World, input: object = {}): DescribeAlarmHistoryOutput =>
  world.call('cloudwatch', 'DescribeAlarmHistory', input);
const summaries = ({ AlarmHistoryItems = [] }: DescribeAlarmHistoryOutput) =>
  AlarmHistoryItems.map(({ HistorySummary }) => HistorySummary);

test('an alarm that is put is described as it was put, and rings on what PutMetricData brings', async () => {
  const world = createWorld();
  putAlarm(world);
  expect(describeAlarms(world).MetricAlarms).toMatchObject([
    { ...alarm, StateValue: 'INSUFFICIENT_DATA', ActionsEnabled: true, DatapointsToAlarm: 1 },
  ]);
  await world.kernel.clock.runFor(MINUTE_MS / 2);
  const datum = { MetricName: 'Orders', Dimensions: alarm.Dimensions, Value: 11 };
  world.call('cloudwatch', 'PutMetricData', { Namespace: 'Shop', MetricData: [datum] });
  await world.kernel.clock.runFor(MINUTE_MS);
  const [rung] = describeAlarms(world).MetricAlarms ?? [];
  expect(rung).toMatchObject({
    StateValue: 'ALARM',
    StateReason: expect.stringContaining('Threshold Crossed: 1 out of'),
  });
  expect(rung?.StateTransitionedTimestamp?.getTime()).toBe(world.kernel.clock.now() - MINUTE_MS / 2);
});

test('an alarm on one unit sees the samples of that unit only', async () => {
  const world = createWorld();
  putAlarm(world, { Unit: 'Count' });
  const datum = { MetricName: 'Orders', Dimensions: alarm.Dimensions, Value: 11, Unit: 'Seconds' };
  world.call('cloudwatch', 'PutMetricData', { Namespace: 'Shop', MetricData: [datum] });
  await world.kernel.clock.runFor(MINUTE_MS);
  expect(describeAlarms(world).MetricAlarms).toMatchObject([{ StateValue: 'OK' }]);
});

test('a state that is set lasts until the next evaluation finds another', async () => {
  const world = createWorld();
  putAlarm(world);
  await world.kernel.clock.runFor(MINUTE_MS);
  world.call('cloudwatch', 'SetAlarmState', { AlarmName: 'orders', StateValue: 'ALARM', StateReason: 'drill' });
  expect(describeAlarms(world).MetricAlarms).toMatchObject([{ StateValue: 'ALARM', StateReason: 'drill' }]);
  await world.kernel.clock.runFor(MINUTE_MS);
  expect(describeAlarms(world).MetricAlarms).toMatchObject([{ StateValue: 'OK' }]);
  expect(summaries(history(world, { ScanBy: 'TimestampAscending' }))).toEqual([
    'Alarm "orders" created',
    'Alarm updated from INSUFFICIENT_DATA to OK',
    'Alarm updated from OK to ALARM',
    'Alarm updated from ALARM to OK',
  ]);
});

test('an alarm that is put again keeps its state', () => {
  const world = createWorld();
  putAlarm(world);
  world.call('cloudwatch', 'SetAlarmState', { AlarmName: 'orders', StateValue: 'ALARM', StateReason: 'drill' });
  putAlarm(world, { Threshold: 20 });
  expect(describeAlarms(world).MetricAlarms).toMatchObject([{ StateValue: 'ALARM', Threshold: 20 }]);
});

test('alarms are found by name, prefix and state, in pages', () => {
  const world = createWorld();
  for (const AlarmName of ['orders', 'orders-late', 'stock']) putAlarm(world, { AlarmName });
  world.call('cloudwatch', 'SetAlarmState', { AlarmName: 'stock', StateValue: 'OK', StateReason: 'drill' });
  expect(namesOf(describeAlarms(world, { AlarmNames: ['stock', 'none'] }))).toEqual(['stock']);
  expect(namesOf(describeAlarms(world, { AlarmNamePrefix: 'orders' }))).toEqual(['orders', 'orders-late']);
  expect(namesOf(describeAlarms(world, { StateValue: 'OK' }))).toEqual(['stock']);
  const first = describeAlarms(world, { MaxRecords: 2 });
  expect(namesOf(first)).toEqual(['orders', 'orders-late']);
  expect(namesOf(describeAlarms(world, { NextToken: first.NextToken }))).toEqual(['stock']);
});

test('the history is read newest first, in pages, and outlives its alarm', () => {
  const world = createWorld();
  putAlarm(world);
  world.call('cloudwatch', 'DeleteAlarms', { AlarmNames: ['orders'] });
  putAlarm(world, { AlarmName: 'other' });
  expect(summaries(history(world, { AlarmName: 'orders' }))).toEqual([
    'Alarm "orders" deleted',
    'Alarm "orders" created',
  ]);
  const first = history(world, { MaxRecords: 2 });
  expect(summaries(first)).toEqual(['Alarm "other" created', 'Alarm "orders" deleted']);
  expect(summaries(history(world, { NextToken: first.NextToken }))).toEqual(['Alarm "orders" created']);
});

test('of the alarms to delete those that exist are deleted, and the others are told', () => {
  const world = createWorld();
  putAlarm(world);
  expect(() => world.call('cloudwatch', 'DeleteAlarms', { AlarmNames: ['none', 'orders'] })).toThrow(
    expect.objectContaining({ code: 'ResourceNotFound' }),
  );
  expect(namesOf(describeAlarms(world))).toEqual([]);
});

test.each<[what: string, operation: string, input: object, code: string]>([
  [
    'an alarm on an expression',
    'PutMetricAlarm',
    { AlarmName: 'a', EvaluationPeriods: 1, Metrics: [] },
    'ValidationError',
  ],
  ['two statistics', 'PutMetricAlarm', { ...alarm, ExtendedStatistic: 'p90' }, 'InvalidParameterCombination'],
  ['an alarm without a period', 'PutMetricAlarm', { ...alarm, Period: undefined }, 'ValidationError'],
  ['the state of no alarm', 'SetAlarmState', { AlarmName: 'a', StateValue: 'OK', StateReason: '' }, 'ResourceNotFound'],
  ['a wrong token for alarms', 'DescribeAlarms', { NextToken: 'x' }, 'InvalidNextToken'],
  ['a wrong token for history', 'DescribeAlarmHistory', { NextToken: 'x' }, 'InvalidNextToken'],
  ['names and a prefix', 'DescribeAlarms', { AlarmNames: ['a'], AlarmNamePrefix: 'a' }, 'InvalidParameterCombination'],
])('%s is refused', (_what, operation, input, code) => {
  expect(() => createWorld().call('cloudwatch', operation, input)).toThrow(expect.objectContaining({ code }));
});
