import type { Kernel } from '../../kernel/kernel.ts';
import type { ResourceProvider } from '../../wire/service.ts';
import type { Queues } from '../sqs/queues.ts';
import {
  generatedName,
  invalidProperties,
  numberOf,
  objectListOf,
  objectOf,
  refuseUnknown,
  requiredTextOf,
  type TemplateProperties,
  textOf,
} from '../template-properties.ts';
import type { EventBus } from './bus.ts';
import { EVENT_AGE_SECONDS_MAX, RETRY_ATTEMPTS_MAX } from './delivery-times.ts';
import { addTarget, type Target } from './rules.ts';

const RULE_PROPERTIES = [
  'Name',
  'Description',
  'EventBusName',
  'EventPattern',
  'ScheduleExpression',
  'State',
  'Targets',
  'Tags',
];
const TARGET_PROPERTIES = [
  'Arn',
  'Id',
  'DeadLetterConfig',
  'RetryPolicy',
  'Input',
  'InputPath',
  'InputTransformer',
  'SqsParameters',
];

/** `AWS::Events::Rule` on the default bus. */
export function createRuleProvider(kernel: Kernel, bus: EventBus, queues: Queues): ResourceProvider {
  return {
    create(properties, resource) {
      refuseUnknown('AWS::Events::Rule', properties, RULE_PROPERTIES);
      const eventBus = textOf(properties, 'EventBusName') ?? 'default';
      if (!/(^|\/)default$/.test(eventBus)) throw invalidProperties(`Event bus ${eventBus} does not exist.`);
      const pattern = objectOf(properties, 'EventPattern');
      const schedule = textOf(properties, 'ScheduleExpression');
      const rule = bus.putRule({
        name: textOf(properties, 'Name') ?? generatedName(kernel, resource, 64),
        isEnabled: textOf(properties, 'State') !== 'DISABLED',
        ...(pattern && { eventPattern: JSON.stringify(pattern) }),
        ...(schedule !== undefined && { scheduleExpression: schedule }),
      });
      for (const target of objectListOf(properties, 'Targets').map(parseTarget)) {
        addTarget(rule, target);
        if (target.deadLetterArn !== undefined) queues.markDeadLetterQueue(target.deadLetterArn);
      }
      return { ref: rule.name, attributes: { Arn: rule.arn } };
    },
  };
}

function parseTarget(properties: TemplateProperties): Target {
  refuseUnknown('Target', properties, TARGET_PROPERTIES);
  const arn = requiredTextOf(properties, 'Arn');
  if (properties.SqsParameters !== undefined) {
    throw invalidProperties('SqsParameters are for FIFO queues, which are not supported');
  }
  const retry = objectOf(properties, 'RetryPolicy') ?? {};
  refuseUnknown('RetryPolicy', retry, ['MaximumRetryAttempts', 'MaximumEventAgeInSeconds']);
  const deadLetterArn = textOf(objectOf(properties, 'DeadLetterConfig') ?? {}, 'Arn');
  const attempts = { min: 0, max: RETRY_ATTEMPTS_MAX };
  const age = { min: 60, max: EVENT_AGE_SECONDS_MAX };
  return {
    id: requiredTextOf(properties, 'Id'),
    arn,
    retryAttemptsMax: numberOf(retry, 'MaximumRetryAttempts', attempts) ?? RETRY_ATTEMPTS_MAX,
    eventAgeSecondsMax: numberOf(retry, 'MaximumEventAgeInSeconds', age) ?? EVENT_AGE_SECONDS_MAX,
    ...(deadLetterArn !== undefined && { deadLetterArn }),
    ...parseInput(properties),
  };
}

function parseInput(properties: TemplateProperties): Pick<Target, 'input' | 'inputPath' | 'inputTransformer'> {
  const input = textOf(properties, 'Input');
  const inputPath = textOf(properties, 'InputPath');
  const transformer = objectOf(properties, 'InputTransformer');
  if ([input, inputPath, transformer].filter((each) => each !== undefined).length > 1) {
    throw invalidProperties('Only one of Input, InputPath, or InputTransformer must be provided for a target.');
  }
  if (transformer === undefined) {
    return { ...(input !== undefined && { input }), ...(inputPath !== undefined && { inputPath }) };
  }
  refuseUnknown('InputTransformer', transformer, ['InputPathsMap', 'InputTemplate']);
  const paths = Object.entries(objectOf(transformer, 'InputPathsMap') ?? {}).map(([name, path]) => [
    name,
    String(path),
  ]);
  return {
    inputTransformer: { paths: Object.fromEntries(paths), template: requiredTextOf(transformer, 'InputTemplate') },
  };
}
