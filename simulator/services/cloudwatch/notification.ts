import type { Place } from '../../kernel/kernel.ts';
import { type Alarm, COMPARISONS } from './alarm.ts';
import type { AlarmState } from './evaluation.ts';

/** A data point as an alarm's reason names it. */
export interface Datapoint {
  readonly atMs: number;
  readonly value: number;
}

export interface StateChange {
  readonly alarm: Alarm;
  readonly from: AlarmState;
  readonly to: AlarmState;
  readonly reason: string;
  /** Why it was in the state before. */
  readonly fromReason: string;
  readonly atMs: number;
}

const SUBJECT_MAX = 100;
/** How alarm notifications name regions; others by their code. */
const REGION_NAMES: Readonly<Record<string, string>> = {
  'us-east-1': 'US East (N. Virginia)',
  'us-east-2': 'US East (Ohio)',
  'us-west-1': 'US West (N. California)',
  'us-west-2': 'US West (Oregon)',
  'eu-central-1': 'EU (Frankfurt)',
  'eu-west-1': 'EU (Ireland)',
  'eu-west-2': 'EU (London)',
  'eu-north-1': 'EU (Stockholm)',
  'ap-southeast-2': 'Asia Pacific (Sydney)',
  'ap-northeast-1': 'Asia Pacific (Tokyo)',
};

/** The sentence that says why: with the data points that decided, newest first. */
export function explain(alarm: Alarm, to: AlarmState, from: AlarmState, points: readonly Datapoint[]): string {
  const count = alarm.evaluationPeriods;
  if (points.length === 0) {
    if (to === 'INSUFFICIENT_DATA') return 'Insufficient Data: no datapoints were received.';
    const treated = alarm.treatMissingData === 'breaching' ? 'Breaching' : 'NonBreaching';
    return `Threshold Crossed: no datapoints were received for ${plural(count, 'period')} and ${plural(count, 'missing datapoint')} ${count === 1 ? 'was' : 'were'} treated as [${treated}].`;
  }
  const shown = points.map(({ value, atMs }) => `${decimal(value)} (${shortDate(atMs)})`).join(', ');
  const matching = points.filter(
    ({ value }) => COMPARISONS[alarm.comparison].holds(value, alarm.threshold) === (to === 'ALARM'),
  );
  const verb = `${matching.length === 1 ? 'was' : 'were'}${to === 'ALARM' ? '' : ' not'}`;
  const { words } = COMPARISONS[alarm.comparison];
  const minimum = to === 'ALARM' ? alarm.datapointsToAlarm : count - alarm.datapointsToAlarm + 1;
  return `Threshold Crossed: ${matching.length} out of the last ${points.length} datapoints [${shown}] ${verb} ${words} the threshold (${decimal(alarm.threshold)}) (minimum ${plural(minimum, 'datapoint')} for ${from === 'ALARM' ? 'ALARM' : 'OK'} -> ${to} transition).`;
}

/** Subject and body of the message that an alarm's action publishes, as CloudWatch writes them. */
export function toNotification({ alarm, from, to, reason, atMs }: StateChange, place: Place) {
  const region = REGION_NAMES[place.region] ?? place.region;
  const body = {
    AlarmName: alarm.name,
    AlarmDescription: alarm.description ?? null,
    AWSAccountId: place.accountId,
    AlarmConfigurationUpdatedTimestamp: timestamp(alarm.configuredAtMs),
    NewStateValue: to,
    NewStateReason: reason,
    StateChangeTime: timestamp(atMs),
    Region: region,
    AlarmArn: alarm.arn,
    OldStateValue: from,
    OKActions: alarm.actions.OK,
    AlarmActions: alarm.actions.ALARM,
    InsufficientDataActions: alarm.actions.INSUFFICIENT_DATA,
    Trigger: {
      MetricName: alarm.metric.name,
      Namespace: alarm.metric.namespace,
      ...(alarm.statistic.startsWith('p')
        ? { StatisticType: 'ExtendedStatistic', ExtendedStatistic: alarm.statistic }
        : { StatisticType: 'Statistic', Statistic: alarm.statistic.toUpperCase() }),
      Unit: alarm.unit ?? null,
      Dimensions: Object.entries(alarm.metric.dimensions).map(([name, value]) => ({ value, name })),
      Period: alarm.periodSeconds,
      EvaluationPeriods: alarm.evaluationPeriods,
      DatapointsToAlarm: alarm.datapointsToAlarm,
      ComparisonOperator: alarm.comparison,
      Threshold: alarm.threshold,
      TreatMissingData: alarm.treatMissingData,
      EvaluateLowSampleCountPercentile: '',
    },
  };
  const subject = `${to}: "${alarm.name}" in ${region}`.slice(0, SUBJECT_MAX);
  return { subject, message: JSON.stringify(body) };
}

/** `2026-01-05T08:00:00.000+0000` */
export function timestamp(atMs: number): string {
  return new Date(atMs).toISOString().replace('Z', '+0000');
}

/** `05/01/26 08:00:00` */
function shortDate(atMs: number): string {
  const [, year, month, day, time] = /^\d\d(\d\d)-(\d\d)-(\d\d)T(.{8})/.exec(new Date(atMs).toISOString()) ?? [];
  return `${day}/${month}/${year} ${time}`;
}

function decimal(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
