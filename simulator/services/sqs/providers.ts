import type { Kernel } from '../../kernel/kernel.ts';
import type { ResourceProvider } from '../../wire/service.ts';
import { checkResourcePolicy } from '../resource-policy.ts';
import {
  flagOf,
  generatedName,
  invalidProperties,
  numberOf,
  objectOf,
  refuseUnknown,
  requiredTextOf,
  type TemplateProperties,
  textListOf,
  textOf,
} from '../template-properties.ts';
import type { Queues } from './queues.ts';
import { DEFAULT_SETTINGS, type QueueSettings } from './settings.ts';

const QUEUE_PROPERTIES = [
  'QueueName',
  'DelaySeconds',
  'VisibilityTimeout',
  'MessageRetentionPeriod',
  'MaximumMessageSize',
  'ReceiveMessageWaitTimeSeconds',
  'RedrivePolicy',
  'RedriveAllowPolicy',
  'SqsManagedSseEnabled',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
  'Tags',
];

/** `AWS::SQS::Queue` (standard queues) and `AWS::SQS::QueuePolicy`. */
export function createQueueProviders(kernel: Kernel, queues: Queues): Record<string, ResourceProvider> {
  return {
    'AWS::SQS::Queue': {
      create(properties, resource) {
        refuseUnknown('AWS::SQS::Queue', properties, QUEUE_PROPERTIES);
        const name = textOf(properties, 'QueueName') ?? generatedName(kernel, resource, 80);
        if (!/^[A-Za-z0-9_-]{1,80}$/.test(name)) throw invalidProperties(`Invalid name for a standard queue: ${name}`);
        const queue = queues.create(name, parseSettings(properties));
        return { ref: queue.url, attributes: { Arn: queue.arn, QueueName: name, QueueUrl: queue.url } };
      },
    },
    'AWS::SQS::QueuePolicy': {
      create(properties, { logicalId }) {
        refuseUnknown('AWS::SQS::QueuePolicy', properties, ['Queues', 'PolicyDocument']);
        const policy = objectOf(properties, 'PolicyDocument');
        checkResourcePolicy(policy);
        for (const url of textListOf(properties, 'Queues')) queues.setPolicy(queues.byUrl(url).arn, policy);
        return { ref: logicalId, attributes: { Id: logicalId } };
      },
    },
  };
}

/** Defaults and limits: "Amazon SQS message quotas" and the CreateQueue API reference. */
function parseSettings(properties: TemplateProperties): QueueSettings {
  const kmsMasterKeyId = textOf(properties, 'KmsMasterKeyId');
  if (kmsMasterKeyId !== undefined && flagOf(properties, 'SqsManagedSseEnabled') === true) {
    throw invalidProperties('You can use one type of server-side encryption at one time.');
  }
  const redrive = parseRedrive(properties);
  return {
    ...DEFAULT_SETTINGS,
    receiveWaitSeconds: numberOf(properties, 'ReceiveMessageWaitTimeSeconds', { min: 0, max: 20 }) ?? 0,
    delaySeconds: numberOf(properties, 'DelaySeconds', { min: 0, max: 900 }) ?? 0,
    visibilityTimeoutSeconds: numberOf(properties, 'VisibilityTimeout', { min: 0, max: 43_200 }) ?? 30,
    retentionSeconds: numberOf(properties, 'MessageRetentionPeriod', { min: 60, max: 1_209_600 }) ?? 345_600,
    messageBytesMax: numberOf(properties, 'MaximumMessageSize', { min: 1024, max: 1_048_576 }) ?? 1_048_576,
    ...(redrive && { redrive }),
    ...(kmsMasterKeyId !== undefined && { kmsMasterKeyId, isEncryptedBySqs: false }),
  };
}

function parseRedrive(properties: TemplateProperties): QueueSettings['redrive'] {
  const policy = objectOf(properties, 'RedrivePolicy');
  if (policy === undefined) return undefined;
  refuseUnknown('RedrivePolicy', policy, ['deadLetterTargetArn', 'maxReceiveCount']);
  const maxReceiveCount = numberOf(policy, 'maxReceiveCount', { min: 1, max: 1000 });
  if (maxReceiveCount === undefined) throw invalidProperties('maxReceiveCount is required');
  return { deadLetterTargetArn: requiredTextOf(policy, 'deadLetterTargetArn'), maxReceiveCount };
}
