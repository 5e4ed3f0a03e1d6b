export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
export type MissingDataTreatment = 'missing' | 'ignore' | 'breaching' | 'notBreaching';

export interface EvaluationRule {
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly treatMissingData: MissingDataTreatment;
}

/** CloudWatch looks at more periods than it needs. How many is unpublished; the guide's examples have two. */
export const EXTRA_PERIODS = 2;

/**
 * The state that an alarm's data points call for; undefined to keep the present one. Each point is breaching or not, or
 * undefined where data are missing; oldest first, `evaluationPeriods + EXTRA_PERIODS` of them ("Configuring how
 * CloudWatch alarms treat missing data", whose tables this follows).
 */
export function evaluate(points: readonly (boolean | undefined)[], rule: EvaluationRule): AlarmState | undefined {
  const real = points.filter((point) => point !== undefined).slice(-rule.evaluationPeriods);
  const missing = rule.evaluationPeriods - real.length;
  const breaching = real.filter(Boolean).length;
  const needed = rule.datapointsToAlarm;
  if (missing === 0 || breaching >= needed) return breaching >= needed ? 'ALARM' : 'OK';
  switch (rule.treatMissingData) {
    case 'breaching':
      return breaching + missing >= needed ? 'ALARM' : 'OK';
    case 'notBreaching':
      return 'OK';
    case 'missing':
      if (real.length === 0) return 'INSUFFICIENT_DATA';
      // All that there is breaches: the guide calls this a premature transition, and CloudWatch makes it.
      return breaching === real.length ? 'ALARM' : 'OK';
    case 'ignore':
      return breaching === real.length ? undefined : 'OK';
  }
}
