import type {
  AlarmHistoryItem,
  DeleteAlarmsCommandInput,
  DescribeAlarmHistoryCommandInput,
  DescribeAlarmsCommandInput,
  MetricAlarm,
  PutMetricAlarmCommandInput,
  SetAlarmStateCommandInput,
  StandardUnit,
  Statistic,
} from '@aws-sdk/client-cloudwatch';
import type { Kernel } from '../../kernel/kernel.ts';
import { AwsError } from '../../wire/aws-error.ts';
import type { Operation } from '../../wire/service.ts';
import { inOrder, type Numbered, type Page, pageOf } from '../pages.ts';
import { parseAlarm } from './alarm.ts';
import type { Alarms, WatchedAlarm } from './alarms.ts';
import type { HistoryItem } from './history.ts';
import { combination } from './put-metric-data.ts';

const DESCRIBE_PAGE = 50;
const HISTORY_PAGE = 100;

/** The operations on alarms of one metric. Actions and resources: Service Authorization Reference, "Amazon CloudWatch". */
export function alarmOperations(kernel: Kernel, alarms: Alarms): Record<string, Operation> {
  const { region, accountId } = kernel.place;
  const arnOf = (name: string) => `arn:aws:cloudwatch:${region}:${accountId}:alarm:${name}`;
  const onAlarms = (...names: (string | undefined)[]) => ({ resources: names.map((name) => arnOf(name ?? '*')) });
  return {
    PutMetricAlarm: {
      authorize: (input: PutMetricAlarmCommandInput) => onAlarms(input.AlarmName),
      run(input: PutMetricAlarmCommandInput) {
        alarms.put(parseInput(kernel, input));
      },
    },
    DeleteAlarms: {
      authorize: (input: DeleteAlarmsCommandInput) => onAlarms(...(input.AlarmNames ?? [])),
      // Those with correct names are deleted all the same (API reference, DeleteAlarms).
      run(input: DeleteAlarmsCommandInput) {
        const unknown = (input.AlarmNames ?? []).filter((name) => !alarms.delete(name));
        if (unknown.length > 0) throw notFound(unknown.join(', '));
      },
    },
    DescribeAlarms: {
      authorize: (input: DescribeAlarmsCommandInput) => onAlarms(...(input.AlarmNames ?? [undefined])),
      run: (input: DescribeAlarmsCommandInput) => describeAlarms(alarms, input),
    },
    SetAlarmState: {
      authorize: (input: SetAlarmStateCommandInput) => onAlarms(input.AlarmName),
      run(input: SetAlarmStateCommandInput) {
        const watched = alarms.find(input.AlarmName ?? '');
        if (watched === undefined) throw notFound(input.AlarmName ?? '');
        alarms.setState(watched, input.StateValue ?? 'OK', input.StateReason ?? '', input.StateReasonData);
      },
    },
    DescribeAlarmHistory: {
      authorize: (input: DescribeAlarmHistoryCommandInput) => onAlarms(input.AlarmName),
      run: (input: DescribeAlarmHistoryCommandInput) => describeHistory(alarms, input),
    },
  };
}

/** PutMetricAlarm's members are those of the resource; what the simulator does not model is refused by name. */
function parseInput(kernel: Kernel, input: PutMetricAlarmCommandInput) {
  if (input.Statistic !== undefined && input.ExtendedStatistic !== undefined) {
    throw combination(
      'The parameters Statistic and ExtendedStatistic are mutually exclusive and you have specified both.',
    );
  }
  try {
    return parseAlarm(kernel, { ...input }, { logicalId: '', stackName: '' });
  } catch (error) {
    if (error instanceof AwsError) throw new AwsError('ValidationError', error.message);
    throw error;
  }
}

function describeAlarms(alarms: Alarms, input: DescribeAlarmsCommandInput) {
  const { AlarmNames, AlarmNamePrefix = '', StateValue, ActionPrefix, AlarmTypes } = input;
  if (AlarmNames !== undefined && input.AlarmNamePrefix !== undefined) {
    throw combination(
      'The parameters AlarmNames and AlarmNamePrefix are mutually exclusive and you have specified both.',
    );
  }
  const isWanted = ({ alarm, state }: WatchedAlarm) =>
    (AlarmNames?.includes(alarm.name) ?? true) &&
    alarm.name.startsWith(AlarmNamePrefix) &&
    (StateValue ?? state) === state &&
    (ActionPrefix === undefined ||
      Object.values(alarm.actions).some((arns) => arns.some((arn) => arn.startsWith(ActionPrefix)))) &&
    (AlarmTypes?.includes('MetricAlarm') ?? true);
  const size = input.MaxRecords ?? DESCRIBE_PAGE;
  const { items, nextToken } = pageOrRefuse(inOrder(alarms.all().filter(isWanted)), input.NextToken, size);
  return {
    MetricAlarms: items.map(describe),
    CompositeAlarms: [],
    ...(nextToken !== undefined && { NextToken: nextToken }),
  };
}

function describe({ alarm, state, reason, reasonData, updatedAtMs, changedAtMs }: WatchedAlarm): MetricAlarm {
  const isPercentile = alarm.statistic.startsWith('p');
  return {
    AlarmName: alarm.name,
    AlarmArn: alarm.arn,
    AlarmDescription: alarm.description,
    AlarmConfigurationUpdatedTimestamp: new Date(alarm.configuredAtMs),
    ActionsEnabled: alarm.actionsEnabled,
    OKActions: [...alarm.actions.OK],
    AlarmActions: [...alarm.actions.ALARM],
    InsufficientDataActions: [...alarm.actions.INSUFFICIENT_DATA],
    StateValue: state,
    StateReason: reason,
    StateReasonData: reasonData,
    StateUpdatedTimestamp: new Date(updatedAtMs),
    StateTransitionedTimestamp: new Date(changedAtMs),
    MetricName: alarm.metric.name,
    Namespace: alarm.metric.namespace,
    ...(isPercentile ? { ExtendedStatistic: alarm.statistic } : { Statistic: alarm.statistic as Statistic }),
    Dimensions: Object.entries(alarm.metric.dimensions).map(([Name, Value]) => ({ Name, Value })),
    Period: alarm.periodSeconds,
    Unit: alarm.unit as StandardUnit | undefined,
    EvaluationPeriods: alarm.evaluationPeriods,
    DatapointsToAlarm: alarm.datapointsToAlarm,
    Threshold: alarm.threshold,
    ComparisonOperator: alarm.comparison,
    TreatMissingData: alarm.treatMissingData,
  };
}

function describeHistory(alarms: Alarms, input: DescribeAlarmHistoryCommandInput) {
  const { AlarmName, HistoryItemType, StartDate, EndDate, AlarmTypes } = input;
  const isWanted = ({ alarmName, type, atMs }: HistoryItem) =>
    (AlarmName ?? alarmName) === alarmName &&
    (HistoryItemType ?? type) === type &&
    atMs >= (StartDate?.getTime() ?? 0) &&
    atMs <= (EndDate?.getTime() ?? Number.POSITIVE_INFINITY) &&
    (AlarmTypes?.includes('MetricAlarm') ?? true);
  const found = alarms.history.all().filter(isWanted);
  // Numbered anew when the newest come first, so that a page's token still means "after this one" as items are added.
  const isAscending = input.ScanBy === 'TimestampAscending';
  const ordered = isAscending
    ? found
    : found.toReversed().map((item) => ({ ...item, serial: LAST_SERIAL - item.serial }));
  const { items, nextToken } = pageOrRefuse(ordered, input.NextToken, input.MaxRecords ?? HISTORY_PAGE);
  const AlarmHistoryItems = items.map(
    (item): AlarmHistoryItem => ({
      AlarmName: item.alarmName,
      AlarmType: 'MetricAlarm',
      Timestamp: new Date(item.atMs),
      HistoryItemType: item.type,
      HistorySummary: item.summary,
      HistoryData: item.data,
    }),
  );
  return { AlarmHistoryItems, ...(nextToken !== undefined && { NextToken: nextToken }) };
}

const LAST_SERIAL = Number.MAX_SAFE_INTEGER;

function pageOrRefuse<Item extends Numbered>(
  items: readonly Item[],
  token: string | undefined,
  size: number,
): Page<Item> {
  const page = pageOf(items, { token, size });
  if (page === undefined) throw new AwsError('InvalidNextToken', 'The nextToken value is invalid.');
  return page;
}

function notFound(names: string): AwsError {
  return new AwsError('ResourceNotFound', `Unknown alarm ${names}`);
}
