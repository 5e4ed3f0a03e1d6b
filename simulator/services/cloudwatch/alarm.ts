import { entryOf } from '../../kernel/entry-of.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import {
  flagOf,
  generatedName,
  invalidProperties,
  numberOf,
  objectListOf,
  refuseUnknown,
  requiredTextOf,
  type TemplateProperties,
  textListOf,
  textOf,
} from '../template-properties.ts';
import type { AlarmState, EvaluationRule, MissingDataTreatment } from './evaluation.ts';
import type { Metric, Statistic } from './metrics.ts';

export const COMPARISONS = {
  GreaterThanOrEqualToThreshold: {
    words: 'greater than or equal to',
    holds: (value: number, limit: number) => value >= limit,
  },
  GreaterThanThreshold: { words: 'greater than', holds: (value: number, limit: number) => value > limit },
  LessThanThreshold: { words: 'less than', holds: (value: number, limit: number) => value < limit },
  LessThanOrEqualToThreshold: {
    words: 'less than or equal to',
    holds: (value: number, limit: number) => value <= limit,
  },
} as const;

export interface Alarm extends EvaluationRule {
  readonly name: string;
  readonly arn: string;
  readonly description: string | undefined;
  readonly metric: Metric;
  readonly statistic: Statistic;
  readonly periodSeconds: number;
  readonly threshold: number;
  readonly comparison: keyof typeof COMPARISONS;
  readonly unit: string | undefined;
  readonly actionsEnabled: boolean;
  readonly actions: Readonly<Record<AlarmState, readonly string[]>>;
  readonly configuredAtMs: number;
}

const PROPERTIES = [
  'AlarmName',
  'AlarmDescription',
  'ActionsEnabled',
  'AlarmActions',
  'OKActions',
  'InsufficientDataActions',
  'Namespace',
  'MetricName',
  'Dimensions',
  'Statistic',
  'ExtendedStatistic',
  'Period',
  'Unit',
  'EvaluationPeriods',
  'DatapointsToAlarm',
  'Threshold',
  'ComparisonOperator',
  'TreatMissingData',
  'Tags',
];
const STATISTICS = ['Sum', 'Average', 'Minimum', 'Maximum', 'SampleCount'];
const TREATMENTS = ['missing', 'ignore', 'breaching', 'notBreaching'];

/** Reads `AWS::CloudWatch::Alarm` on one metric of standard resolution (PutMetricAlarm API reference). */
export function parseAlarm(
  kernel: Kernel,
  properties: TemplateProperties,
  resource: { readonly logicalId: string; readonly stackName: string },
): Alarm {
  refuseUnknown('AWS::CloudWatch::Alarm', properties, PROPERTIES);
  const { region, accountId } = kernel.place;
  const name = textOf(properties, 'AlarmName') ?? generatedName(kernel, resource, 255);
  const evaluationPeriods = requiredNumber(properties, 'EvaluationPeriods', 1, 1440);
  const comparison = requiredTextOf(properties, 'ComparisonOperator');
  if (!isComparison(comparison)) throw invalidProperties(`Unsupported ComparisonOperator ${comparison}`);
  const treatMissingData = textOf(properties, 'TreatMissingData') ?? 'missing';
  if (!TREATMENTS.includes(treatMissingData)) throw invalidProperties(`Unknown TreatMissingData ${treatMissingData}`);
  const periodSeconds = requiredNumber(properties, 'Period', 60, 86_400);
  if (periodSeconds % 60 !== 0) throw invalidProperties('Only periods of whole minutes are supported');
  if (periodSeconds * evaluationPeriods > (periodSeconds >= 3600 ? 604_800 : 86_400)) {
    throw invalidProperties(
      'Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400)',
    );
  }
  return {
    name,
    arn: `arn:aws:cloudwatch:${region}:${accountId}:alarm:${name}`,
    description: textOf(properties, 'AlarmDescription'),
    metric: parseMetric(properties),
    statistic: parseStatistic(properties),
    periodSeconds,
    threshold: requiredNumber(properties, 'Threshold', -Number.MAX_VALUE, Number.MAX_VALUE),
    comparison,
    unit: textOf(properties, 'Unit'),
    evaluationPeriods,
    datapointsToAlarm:
      numberOf(properties, 'DatapointsToAlarm', { min: 1, max: evaluationPeriods }) ?? evaluationPeriods,
    treatMissingData: treatMissingData as MissingDataTreatment,
    actionsEnabled: flagOf(properties, 'ActionsEnabled') ?? true,
    actions: {
      ALARM: textListOf(properties, 'AlarmActions'),
      OK: textListOf(properties, 'OKActions'),
      INSUFFICIENT_DATA: textListOf(properties, 'InsufficientDataActions'),
    },
    configuredAtMs: kernel.clock.now(),
  };
}

function parseMetric(properties: TemplateProperties): Metric {
  const dimensions = objectListOf(properties, 'Dimensions').map((dimension) => {
    refuseUnknown('Dimension', dimension, ['Name', 'Value']);
    return [requiredTextOf(dimension, 'Name'), requiredTextOf(dimension, 'Value')];
  });
  return {
    namespace: requiredTextOf(properties, 'Namespace'),
    name: requiredTextOf(properties, 'MetricName'),
    dimensions: Object.fromEntries(dimensions),
  };
}

function parseStatistic(properties: TemplateProperties): Statistic {
  const statistic = textOf(properties, 'Statistic') ?? textOf(properties, 'ExtendedStatistic') ?? '';
  if (STATISTICS.includes(statistic) || /^p\d{1,2}(\.\d+)?$|^p100$/.test(statistic)) return statistic as Statistic;
  throw invalidProperties(`Unsupported statistic ${statistic}`);
}

function requiredNumber(properties: TemplateProperties, name: string, min: number, max: number): number {
  const value = numberOf(properties, name, { min, max });
  if (value === undefined) throw invalidProperties(`${name} is required`);
  return value;
}

function isComparison(text: string): text is keyof typeof COMPARISONS {
  return entryOf(COMPARISONS, text) !== undefined;
}
