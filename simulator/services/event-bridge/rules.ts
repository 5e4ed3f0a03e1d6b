import { AwsError } from '../../wire/aws-error.ts';
import { compilePattern, type EventPredicate } from './pattern.ts';
import { compileSchedule, type Schedule } from './schedule.ts';
import { checkTargetInput, type TargetInput } from './target-input.ts';

export interface Target extends TargetInput {
  readonly id: string;
  readonly arn: string;
  readonly deadLetterArn?: string;
  readonly retryAttemptsMax: number;
  readonly eventAgeSecondsMax: number;
}

export interface RuleInput {
  readonly name: string;
  readonly description?: string;
  /** The pattern's JSON text, as PutRule takes it. */
  readonly eventPattern?: string;
  readonly scheduleExpression?: string;
  readonly isEnabled: boolean;
}

export interface Rule extends RuleInput {
  readonly arn: string;
  readonly matches: EventPredicate;
  readonly schedule: Schedule | undefined;
  readonly targets: Map<string, Target>;
}

/** "Amazon EventBridge quotas". */
const PATTERN_CHARACTERS_MAX = 2048;
export const TARGETS_MAX = 5;

/** Validates a rule as PutRule does. */
export function compileRule(input: RuleInput, arn: string): Rule {
  const { name, eventPattern, scheduleExpression } = input;
  if (!/^[.\-_A-Za-z0-9]{1,64}$/.test(name)) {
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value '${name}' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+`,
    );
  }
  if (eventPattern === undefined && scheduleExpression === undefined) {
    throw new AwsError('ValidationException', 'Parameter(s) EventPattern or ScheduleExpression must be specified.');
  }
  if ((eventPattern?.length ?? 0) > PATTERN_CHARACTERS_MAX) {
    throw new AwsError(
      'InvalidEventPatternException',
      `Event pattern is not valid. Reason: it is longer than ${PATTERN_CHARACTERS_MAX} characters`,
    );
  }
  return {
    ...input,
    arn,
    matches: eventPattern === undefined ? () => false : compilePattern(eventPattern),
    schedule: scheduleExpression === undefined ? undefined : compileSchedule(scheduleExpression),
    targets: new Map(),
  };
}

export function addTarget(rule: Rule, target: Target): void {
  checkTargetInput(target);
  if (!rule.targets.has(target.id) && rule.targets.size >= TARGETS_MAX) {
    throw new AwsError('LimitExceededException', 'The requested resource exceeds the maximum number allowed.');
  }
  rule.targets.set(target.id, target);
}
