import type { Kernel } from '../../kernel/kernel.ts';
import { AwsError } from '../../wire/aws-error.ts';
import type { FunctionInvoker, ResourceProvider } from '../../wire/service.ts';
import { compilePattern, type EventPredicate } from '../event-bridge/pattern.ts';
import {
  flagOf,
  invalidProperties,
  numberOf,
  objectListOf,
  objectOf,
  refuseUnknown,
  requiredTextOf,
  type TemplateProperties,
  textListOf,
} from '../template-properties.ts';
import { EventSourceMapping, type MappingSettings, type RepeatedDelivery } from './event-source-mapping.ts';
import type { Queue } from './queue.ts';
import type { Queues } from './queues.ts';

const PROPERTIES = [
  'FunctionName',
  'EventSourceArn',
  'BatchSize',
  'MaximumBatchingWindowInSeconds',
  'FunctionResponseTypes',
  'ScalingConfig',
  'Enabled',
  'FilterCriteria',
  'Tags',
];
/** The pollers' own ceiling, without MaximumConcurrency. */
const CONCURRENCY_MAX = 1_250;
const POLLER_ACTIONS = ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'];

/** What the mapping asks of the world around it; where a question cannot be asked, the check is left out. */
export interface FunctionFacts {
  /** The function's timeout, in seconds. */
  timeoutSeconds?(functionArn: string): number | undefined;
  /** Whether the function's role may do this. */
  roleAllows?(functionArn: string, action: string, resourceArn: string): boolean;
  readonly repeats?: RepeatedDelivery | undefined;
}

/** `AWS::Lambda::EventSourceMapping` for SQS queues. */
export function createMappingProvider(
  kernel: Kernel,
  queues: Queues,
  invoker: FunctionInvoker,
  functions: FunctionFacts,
): ResourceProvider {
  const random = kernel.random.fork('event-source-mappings');
  const { region, accountId } = kernel.place;
  return {
    create(properties) {
      refuseUnknown('AWS::Lambda::EventSourceMapping', properties, PROPERTIES);
      const queueArn = requiredTextOf(properties, 'EventSourceArn');
      const queue = queues.find(queueArn);
      if (queue === undefined)
        throw invalidParameter(
          `Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue`,
        );
      const functionArn = toFunctionArn(requiredTextOf(properties, 'FunctionName'), region, accountId);
      checkFunction(functions, functionArn, queue);
      const settings = { ...parseSettings(properties, functionArn), repeats: functions.repeats };
      if (flagOf(properties, 'Enabled') !== false) new EventSourceMapping(kernel, queue, invoker, settings).start();
      const id = random.uuid();
      const arn = `arn:aws:lambda:${region}:${accountId}:event-source-mapping:${id}`;
      return { ref: id, attributes: { Id: id, EventSourceMappingArn: arn } };
    },
  };
}

export function toFunctionArn(name: string, region: string, accountId: string): string {
  return name.startsWith('arn:') ? name : `arn:aws:lambda:${region}:${accountId}:function:${name}`;
}

function checkFunction(functions: FunctionFacts, functionArn: string, queue: Queue): void {
  const timeout = functions.timeoutSeconds?.(functionArn);
  const visibility = queue.settings.visibilityTimeoutSeconds;
  if (timeout !== undefined && visibility < timeout) {
    throw invalidParameter(
      `Queue visibility timeout: ${visibility} seconds is less than Function timeout: ${timeout} seconds`,
    );
  }
  for (const action of POLLER_ACTIONS) {
    if (functions.roleAllows?.(functionArn, `sqs:${action}`, queue.arn) === false) {
      throw invalidParameter(`The provided execution role does not have permissions to call ${action} on SQS`);
    }
  }
}

/** Limits: CreateEventSourceMapping API reference. */
function parseSettings(properties: TemplateProperties, functionArn: string): MappingSettings {
  const batchSize = numberOf(properties, 'BatchSize', { min: 1, max: 10_000 }) ?? 10;
  const batchingWindowSeconds = numberOf(properties, 'MaximumBatchingWindowInSeconds', { min: 0, max: 300 }) ?? 0;
  if (batchSize > 10 && batchingWindowSeconds < 1) {
    throw invalidParameter(
      'Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10',
    );
  }
  const scaling = objectOf(properties, 'ScalingConfig') ?? {};
  refuseUnknown('ScalingConfig', scaling, ['MaximumConcurrency']);
  return {
    functionArn,
    batchSize,
    batchingWindowSeconds,
    reportBatchItemFailures: isReportingFailures(properties),
    concurrencyMax: numberOf(scaling, 'MaximumConcurrency', { min: 2, max: 1000 }) ?? CONCURRENCY_MAX,
    filters: parseFilters(properties),
  };
}

export function isReportingFailures(properties: TemplateProperties): boolean {
  const types = textListOf(properties, 'FunctionResponseTypes');
  if (types.some((type) => type !== 'ReportBatchItemFailures')) {
    throw invalidProperties('FunctionResponseTypes takes only ReportBatchItemFailures');
  }
  return types.length > 0;
}

export function parseFilters(properties: TemplateProperties): readonly EventPredicate[] {
  const criteria = objectOf(properties, 'FilterCriteria') ?? {};
  refuseUnknown('FilterCriteria', criteria, ['Filters']);
  return objectListOf(criteria, 'Filters').map((filter) => compilePattern(requiredTextOf(filter, 'Pattern')));
}

export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message);
}
