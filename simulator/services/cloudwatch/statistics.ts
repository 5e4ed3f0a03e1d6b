import type {
  Datapoint,
  GetMetricDataCommandInput,
  GetMetricDataCommandOutput,
  GetMetricStatisticsCommandInput,
  MetricDataQuery,
  MetricDataResult,
  StandardUnit,
} from '@aws-sdk/client-cloudwatch';
import { AwsError } from '../../wire/aws-error.ts';
import { pageOf } from '../pages.ts';
import { compute, type Metrics, type Sample, type Span, type Statistic } from './metrics.ts';
import { combination, invalid, metricOf } from './put-metric-data.ts';

const MINUTE_MS = 60_000;
const DATAPOINTS_MAX = 1440;
const QUERIES_MAX = 500;
const PAGE_MAX = 100_800;
const STATISTICS = ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'] as const;
const PERCENTILE = /^p(\d{1,2}(\.\d{0,10})?|100)$/;

/** GetMetricStatistics: one data point per period and unit (API reference, GetMetricStatistics). */
export function getMetricStatistics(metrics: Metrics, input: GetMetricStatisticsCommandInput) {
  const { Statistics = [], ExtendedStatistics = [], Unit } = input;
  const span = spanOf(input, combination);
  const periodMs = periodOf(input.Period);
  const wanted = Math.ceil((span.toMs - span.fromMs) / periodMs);
  if (wanted > DATAPOINTS_MAX) {
    throw combination(
      `You have requested up to ${wanted} datapoints, which exceeds the limit of ${DATAPOINTS_MAX}. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
    );
  }
  if (Statistics.length === 0 && ExtendedStatistics.length === 0) {
    throw new AwsError('MissingParameter', 'Statistics or ExtendedStatistics must be specified.');
  }
  const percentiles = ExtendedStatistics.map(statisticOf);
  const metric = metricOf(input.Namespace, input.MetricName, input.Dimensions);
  const Datapoints = metrics.periods(metric, span, periodMs).flatMap(([atMs, all]) =>
    [...byUnit(all)]
      .filter(([unit]) => Unit === undefined || unit === Unit)
      .map(([unit, samples]): Datapoint => {
        const known = STATISTICS.filter((name) => Statistics.includes(name));
        const extended = percentiles
          .map((name) => [name, compute(samples, name)])
          .filter(([, value]) => value !== undefined);
        return {
          Timestamp: new Date(atMs),
          Unit: unit as StandardUnit,
          ...Object.fromEntries(known.map((name) => [name, compute(samples, name)])),
          ...(extended.length > 0 && { ExtendedStatistics: Object.fromEntries(extended) }),
        };
      }),
  );
  return { Label: input.MetricName, Datapoints };
}

function byUnit(samples: readonly Sample[]): Map<string, Sample[]> {
  return Map.groupBy(samples, ({ unit }) => unit);
}

interface Point {
  readonly serial: number;
  readonly query: number;
  readonly atMs: number;
  readonly value: number;
}

/** GetMetricData, for queries that name a metric; expressions and Metrics Insights are not modelled. */
export function getMetricData(
  metrics: Metrics,
  input: GetMetricDataCommandInput,
): Omit<GetMetricDataCommandOutput, '$metadata'> {
  const queries = input.MetricDataQueries ?? [];
  checkQueries(queries);
  const span = spanOf(input, validation);
  const isAscending = input.ScanBy === 'TimestampAscending';
  const points = queries.flatMap((query, index) => pointsOf(metrics, query, span, isAscending, index));
  const numbered = points.map((point, serial) => ({ ...point, serial }));
  const page = pageOf(numbered, { token: input.NextToken, size: input.MaxDatapoints ?? PAGE_MAX });
  if (page === undefined) throw new AwsError('InvalidNextToken', 'The nextToken value is invalid.');
  const lastSerial = page.items.at(-1)?.serial ?? -1;
  const MetricDataResults = queries.flatMap((query, index): MetricDataResult[] => {
    if (query.ReturnData === false) return [];
    const own = page.items.filter((point) => point.query === index);
    const isCut = numbered.some((point) => point.query === index && point.serial > lastSerial);
    return [
      {
        Id: query.Id,
        Label: query.Label ?? query.MetricStat?.Metric?.MetricName,
        Timestamps: own.map(({ atMs }) => new Date(atMs)),
        Values: own.map(({ value }) => value),
        StatusCode: isCut ? 'PartialData' : 'Complete',
      },
    ];
  });
  return { MetricDataResults, Messages: [], ...(page.nextToken !== undefined && { NextToken: page.nextToken }) };
}

function checkQueries(queries: readonly MetricDataQuery[]): void {
  if (queries.length > QUERIES_MAX) {
    throw validation(`The collection MetricDataQueries must not have a size greater than ${QUERIES_MAX}.`);
  }
  const ids = queries.map(({ Id }) => Id);
  if (new Set(ids).size < ids.length)
    throw validation('The values for parameter id in MetricDataQueries are not unique.');
  for (const { Id, Expression, MetricStat } of queries) {
    if (Expression !== undefined) {
      throw validation(`Error in expression '${Id}': the simulator computes no expressions, only MetricStat.`);
    }
    if (MetricStat === undefined)
      throw validation(`MetricDataQuery '${Id}' has neither an Expression nor a MetricStat.`);
  }
}

function pointsOf(
  metrics: Metrics,
  { MetricStat, ReturnData }: MetricDataQuery,
  span: Span,
  isAscending: boolean,
  query: number,
): Omit<Point, 'serial'>[] {
  if (MetricStat === undefined || ReturnData === false) return [];
  const { Metric, Period, Stat = '', Unit } = MetricStat;
  const metric = metricOf(Metric?.Namespace, Metric?.MetricName, Metric?.Dimensions);
  const statistic = statisticOf(Stat);
  const points = metrics.periods(metric, span, periodOf(Period)).flatMap(([atMs, samples]) => {
    const value = compute(Unit === undefined ? samples : samples.filter(({ unit }) => unit === Unit), statistic);
    return value === undefined ? [] : [{ query, atMs, value }];
  });
  return isAscending ? points : points.toReversed();
}

/** The beginning is rounded down to the minute, as for data of the last 15 days. */
function spanOf(
  { StartTime, EndTime }: { StartTime: Date | undefined; EndTime: Date | undefined },
  refuse: (message: string) => AwsError,
): Span {
  const [fromMs, toMs] = [StartTime?.getTime() ?? 0, EndTime?.getTime() ?? 0];
  if (fromMs >= toMs) throw refuse('The parameter StartTime must be less than the parameter EndTime.');
  return { fromMs: Math.floor(fromMs / MINUTE_MS) * MINUTE_MS, toMs };
}

function periodOf(seconds = 0): number {
  if (seconds < 60 || seconds % 60 !== 0) {
    throw invalid(`The parameter Period must be a multiple of 60: the simulator keeps metrics by the minute.`);
  }
  return seconds * 1000;
}

function statisticOf(name: string): Statistic {
  if (STATISTICS.some((known) => known === name) || PERCENTILE.test(name)) return name as Statistic;
  throw invalid(`The value ${name} is no statistic that the simulator computes: those of Statistics, and percentiles.`);
}

function validation(message: string): AwsError {
  return new AwsError('ValidationError', message);
}
