import type { CreateQueueCommandInput } from '@aws-sdk/client-sqs';
import { AwsError } from '../../wire/aws-error.ts';
import { checkResourcePolicy } from '../resource-policy.ts';
import { parseJson } from '../template-properties.ts';
import { attributesOfQueue } from './attributes.ts';
import type { Queue } from './queue.ts';
import type { SqsScope } from './scope.ts';
import { changedSettings, DEFAULT_SETTINGS, invalidValue, type QueueSettings } from './settings.ts';

const FIFO_ATTRIBUTES = ['FifoQueue', 'ContentBasedDeduplication', 'DeduplicationScope', 'FifoThroughputLimit'];

type Attributes = Readonly<Record<string, string>>;

/** The same name with the same attributes is the same queue; with others it is an error (CreateQueue, API reference). */
export function createQueue(
  scope: SqsScope,
  { QueueName: name = '', Attributes = {}, tags }: CreateQueueCommandInput,
): Queue {
  refuseFifo(name, Attributes);
  if (!/^[A-Za-z0-9_-]{1,80}$/.test(name)) {
    throw new AwsError(
      'InvalidParameterValue',
      'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
    );
  }
  const existing = scope.queues.find(scope.queues.arnOfUrl(name));
  if (existing !== undefined) {
    requireSame(scope, existing, Attributes);
    return existing;
  }
  const settings = changedSettings(DEFAULT_SETTINGS, Attributes);
  const policy = policyIn(Attributes);
  checkRedrive(scope, scope.queues.arnOfUrl(name), settings);
  const queue = scope.queues.create(name, settings);
  if (policy !== undefined) scope.queues.setPolicy(queue.arn, policy.document);
  scope.tags.add(queue.arn, tags ?? {});
  return queue;
}

/** SetQueueAttributes: all of them or none. */
export function changeQueue({ queues, ...rest }: SqsScope, queue: Queue, attributes: Attributes): void {
  refuseFifo(queue.name, attributes);
  const settings = changedSettings(queue.settings, attributes);
  const policy = policyIn(attributes);
  checkRedrive({ queues, ...rest }, queue.arn, settings);
  queues.change(queue, settings);
  if (policy !== undefined) queues.setPolicy(queue.arn, policy.document);
}

function refuseFifo(name: string, attributes: Attributes): void {
  if (name.endsWith('.fifo') || attributes.FifoQueue === 'true') {
    throw new AwsError('UnsupportedOperation', 'The simulator does not model FIFO queues');
  }
  const given = FIFO_ATTRIBUTES.find((attribute) => attributes[attribute] !== undefined);
  if (given !== undefined) throw new AwsError('InvalidAttributeName', `Unknown Attribute ${given}.`);
}

/** Only what the request names is compared. */
function requireSame({ queues }: SqsScope, queue: Queue, attributes: Attributes): void {
  const actual = attributesOfQueue(queue, queues.policyOf(queue.arn));
  const wanted = attributesOfQueue(
    { ...viewOf(queue), settings: changedSettings(queue.settings, attributes) },
    policyIn(attributes)?.document ?? queues.policyOf(queue.arn),
  );
  const different = Object.keys(attributes).find((name) => actual[name] !== wanted[name]);
  if (different === undefined) return;
  throw new AwsError(
    'QueueNameExists',
    `A queue already exists with the same name and a different value for attribute ${different}`,
  );
}

function viewOf(queue: Queue) {
  const { arn, createdAtMs, modifiedAtMs } = queue;
  return { arn, createdAtMs, modifiedAtMs, measure: () => queue.measure() };
}

/** The dead-letter queue must exist, and let this queue in. */
function checkRedrive({ queues }: SqsScope, arn: string, { redrive }: QueueSettings): void {
  if (redrive === undefined) return;
  const target = queues.find(redrive.deadLetterTargetArn);
  const refuse = (reason: string) =>
    new AwsError(
      'InvalidParameterValue',
      `Value ${JSON.stringify(redrive)} for parameter RedrivePolicy is invalid. Reason: ${reason}.`,
    );
  if (target === undefined) throw refuse('Dead letter target does not exist');
  const allow = target.settings.redriveAllow;
  const isAllowed =
    allow === undefined ||
    allow.redrivePermission === 'allowAll' ||
    (allow.redrivePermission === 'byQueue' && allow.sourceQueueArns.includes(arn));
  if (!isAllowed) throw refuse('The redrive allow policy of the dead-letter queue does not allow this queue');
}

/** An empty policy takes away the one there is. */
function policyIn({ Policy }: Attributes): { readonly document: unknown } | undefined {
  if (Policy === undefined) return undefined;
  if (Policy === '') return { document: undefined };
  const document = parseJson(Policy);
  if (document === undefined) throw invalidValue('Policy');
  try {
    checkResourcePolicy(document);
  } catch (error) {
    if (error instanceof AwsError)
      throw new AwsError('InvalidAttributeValue', `${invalidValue('Policy').message} ${error.message}`);
    throw error;
  }
  return { document };
}
