import { entryOf } from '../../kernel/entry-of.ts';
import { AwsError } from '../../wire/aws-error.ts';
import { checkResourcePolicy } from '../resource-policy.ts';
import { parseJson } from '../template-properties.ts';
import { invalidParameter } from './scope.ts';
import type { Topic } from './topics.ts';

type Attributes = Readonly<Record<string, string>>;

/** They change nothing in the simulator: it signs and traces no message. */
const INERT: Readonly<Record<string, readonly string[]>> = {
  SignatureVersion: ['1', '2'],
  TracingConfig: ['PassThrough', 'Active'],
};
const DISPLAY_NAME_MAX = 100;
/** Those that AWS has and the simulator does not (CreateTopic, API reference). */
const UNMODELLED =
  /^(DeliveryPolicy|ArchivePolicy|ContentBasedDeduplication|FifoTopic|FifoThroughputScope|DataProtectionPolicy|(HTTP|Firehose|Lambda|Application|SQS)(SuccessFeedbackRoleArn|SuccessFeedbackSampleRate|FailureFeedbackRoleArn))$/;

/** Checks attributes that a caller sets on a topic, as CreateTopic and SetTopicAttributes do. */
export function checkAttributes(attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) checkAttribute(name, value);
}

function checkAttribute(name: string, value: string): void {
  switch (name) {
    case 'Policy':
      checkPolicy(value);
      return;
    case 'DisplayName':
      if (value.length > DISPLAY_NAME_MAX) throw invalidParameter('DisplayName');
      return;
    case 'KmsMasterKeyId':
      return;
  }
  const values = entryOf(INERT, name);
  if (values?.includes(value)) return;
  if (values !== undefined) throw invalidParameter(`Attributes Reason: ${name} must be ${values.join(' or ')}`);
  if (UNMODELLED.test(name)) throw invalidParameter(`AttributeName Reason: The simulator does not model ${name}`);
  throw invalidParameter('AttributeName');
}

function checkPolicy(text: string): void {
  const document = parseJson(text);
  if (document === undefined) throw invalidParameter('Policy Error: null');
  try {
    checkResourcePolicy(document);
  } catch (error) {
    throw error instanceof AwsError ? invalidParameter(`Policy Reason: ${error.message}`) : error;
  }
}

/** Sets attributes that have been checked. */
export function changeTopic(topic: Topic, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'Policy') topic.policy = parseJson(value);
    else if (name === 'DisplayName') topic.displayName = value;
    else if (name === 'KmsMasterKeyId') topic.kmsMasterKeyId = value === '' ? undefined : value;
    else topic.inert.set(name, value);
  }
}
