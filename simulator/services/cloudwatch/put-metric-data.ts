import type { Dimension, MetricDatum, PutMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import { AwsError } from '../../wire/aws-error.ts';
import { type Metric, type Metrics, NO_UNIT, RETENTION_MS, type Sample } from './metrics.ts';

const DATA_MAX = 1000;
const VALUES_MAX = 150;
const AHEAD_MS_MAX = 2 * 3_600_000;
const VALUE_MAX = 2 ** 360;

/** PutMetricData: all of it is kept, or none. Limits and texts: API reference, PutMetricData and MetricDatum. */
export function putMetricData(metrics: Metrics, input: PutMetricDataCommandInput, nowMs: number): void {
  const { Namespace: namespace = '', MetricData: data = [] } = input;
  if (input.EntityMetricData !== undefined) {
    throw invalid('The simulator does not model EntityMetricData: send it as MetricData.');
  }
  if (namespace.startsWith('AWS/')) throw invalid(`The value ${namespace} for parameter Namespace is invalid.`);
  if (data.length === 0) throw new AwsError('MissingParameter', 'The parameter MetricData is required.');
  if (data.length > DATA_MAX) throw invalid(`The collection MetricData must not have a size greater than ${DATA_MAX}.`);
  const records = data.map((datum, index) => {
    const where = `MetricData.member.${index + 1}`;
    const metric = metricOf(namespace, datum.MetricName, datum.Dimensions);
    return { metric, samples: samplesOf(datum, where), atMs: instantOf(datum, where, nowMs) };
  });
  for (const { metric, samples, atMs } of records) for (const sample of samples) metrics.record(metric, sample, atMs);
}

export function metricOf(
  namespace: string | undefined,
  name: string | undefined,
  dimensions: readonly Dimension[] | undefined,
): Metric {
  const named = (dimensions ?? []).map(({ Name = '', Value = '' }) => [Name, Value]);
  return { namespace: namespace ?? '', name: name ?? '', dimensions: Object.fromEntries(named) };
}

export function dimensionsOf({ dimensions }: Metric): Dimension[] {
  return Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
}

function samplesOf(
  { Value, Values, Counts, StatisticValues, Unit: unit = NO_UNIT }: MetricDatum,
  where: string,
): Sample[] {
  const given = Object.entries({ Value, Values, StatisticValues }).filter(([, part]) => part !== undefined);
  const [first, second] = given.map(([name]) => `${where}.${name}`);
  if (first === undefined) {
    throw combination(`At least one of the parameters ${where}.Value, Values or StatisticValues must be specified.`);
  }
  if (second !== undefined) {
    throw combination(`The parameters ${first} and ${second} are mutually exclusive and you have specified both.`);
  }
  if (StatisticValues !== undefined) return [statisticSet(StatisticValues, unit, `${where}.StatisticValues`)];
  const values = Values ?? [Value ?? Number.NaN];
  if (values.length > VALUES_MAX)
    throw invalid(`The collection ${where}.Values must not have a size greater than ${VALUES_MAX}.`);
  if (Counts !== undefined && Counts.length !== values.length) {
    throw combination(`The collections ${where}.Values and ${where}.Counts must have the same size.`);
  }
  return values.map((value, index) => {
    const count = Counts?.[index] ?? 1;
    return { count, sum: checked(value, first) * count, min: value, max: value, unit };
  });
}

function statisticSet(set: NonNullable<MetricDatum['StatisticValues']>, unit: string, where: string): Sample {
  const { SampleCount: count = 0, Sum: sum = 0, Minimum: min = 0, Maximum: max = 0 } = set;
  for (const [name, value] of Object.entries(set)) checked(Number(value), `${where}.${name}`);
  if (count <= 0) throw invalid(`The value ${count} for parameter ${where}.SampleCount is invalid.`);
  if (min > max) throw combination(`The parameter ${where}.Maximum must be greater than or equal to ${where}.Minimum.`);
  return { count, sum, min, max, unit };
}

function checked(value: number, where: string): number {
  if (!(Math.abs(value) <= VALUE_MAX)) throw invalid(`The value ${value} for parameter ${where} is invalid.`);
  return value;
}

function instantOf({ Timestamp }: MetricDatum, where: string, nowMs: number): number {
  const atMs = Timestamp?.getTime() ?? nowMs;
  if (atMs < nowMs - RETENTION_MS) {
    throw invalid(`The parameter ${where}.Timestamp must specify a time within the past two weeks.`);
  }
  if (atMs > nowMs + AHEAD_MS_MAX) {
    throw invalid(`The parameter ${where}.Timestamp must specify a time no more than two hours in the future.`);
  }
  return atMs;
}

export function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValue', message);
}

export function combination(message: string): AwsError {
  return new AwsError('InvalidParameterCombination', message);
}
