import type {
  GetMetricDataCommandInput,
  GetMetricStatisticsCommandInput,
  ListMetricsCommandInput,
  PutMetricDataCommandInput,
} from '@aws-sdk/client-cloudwatch';
import * as cloudwatch from '@aws-sdk/client-cloudwatch';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Operation, SimulatedService } from '../../wire/service.ts';
import { pageOf } from '../pages.ts';
import { alarmOperations } from './alarm-operations.ts';
import type { Alarms } from './alarms.ts';
import type { KnownMetric, Metrics } from './metrics.ts';
import { dimensionsOf, invalid, putMetricData } from './put-metric-data.ts';
import { getMetricData, getMetricStatistics } from './statistics.ts';

const LIST_PAGE = 500;
const RECENT_MS = 3 * 3_600_000;

/** The CloudWatch API: JSON 1.0 for present clients, query for those of before. Metrics by the minute, alarms on one metric. */
export function createCloudWatchService(kernel: Kernel, alarms: Alarms): SimulatedService {
  const { metrics } = alarms;
  const anywhere = () => ({ resources: ['*'] });
  const operations: Record<string, Operation> = {
    PutMetricData: {
      authorize: (input: PutMetricDataCommandInput) => ({
        resources: ['*'],
        conditions: { 'cloudwatch:namespace': input.Namespace ?? '' },
      }),
      run: (input: PutMetricDataCommandInput) => putMetricData(metrics, input, kernel.clock.now()),
    },
    GetMetricStatistics: {
      authorize: anywhere,
      run: (input: GetMetricStatisticsCommandInput) => getMetricStatistics(metrics, input),
    },
    GetMetricData: {
      authorize: anywhere,
      run: (input: GetMetricDataCommandInput) => getMetricData(metrics, input),
    },
    ListMetrics: {
      authorize: anywhere,
      run: (input: ListMetricsCommandInput) => listMetrics(metrics, input, kernel.clock.now()),
    },
    ...alarmOperations(kernel, alarms),
  };
  const protocols = { protocol: 'awsJson1_0', otherProtocols: ['awsQuery'] } as const;
  return { name: 'cloudwatch', ...protocols, schemas: { ...cloudwatch }, operations };
}

/** AWS lists a metric some minutes after its first sample; here it is listed at once. */
function listMetrics(metrics: Metrics, input: ListMetricsCommandInput, nowMs: number) {
  const { Namespace, MetricName, Dimensions = [], RecentlyActive } = input;
  const isWanted = ({ namespace, name, dimensions, lastAtMs }: KnownMetric) =>
    (Namespace ?? namespace) === namespace &&
    (MetricName ?? name) === name &&
    Dimensions.every(
      ({ Name = '', Value }) => Name in dimensions && (Value ?? dimensions[Name]) === dimensions[Name],
    ) &&
    (RecentlyActive === undefined || lastAtMs >= nowMs - RECENT_MS);
  const page = pageOf(metrics.list().filter(isWanted), { token: input.NextToken, size: LIST_PAGE });
  if (page === undefined) throw invalid('Invalid nextToken');
  return {
    Metrics: page.items.map((metric) => ({
      Namespace: metric.namespace,
      MetricName: metric.name,
      Dimensions: dimensionsOf(metric),
    })),
    ...(page.nextToken !== undefined && { NextToken: page.nextToken }),
  };
}
