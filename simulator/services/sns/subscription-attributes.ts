import { entryOf } from '../../kernel/entry-of.ts';
import { AwsError } from '../../wire/aws-error.ts';
import { compilePattern } from '../event-bridge/pattern.ts';
import { isObject, parseJson } from '../template-properties.ts';
import { invalidParameter, type SnsScope } from './scope.ts';
import type { Subscription } from './topics.ts';

/** What the attributes of a subscription say. */
export type SubscriptionSettings = Pick<
  Subscription,
  'filterPolicy' | 'filterPolicyScope' | 'rawMessageDelivery' | 'deadLetterTargetArn'
>;

/** "Filter policy constraints in Amazon SNS". */
const FILTER_KEYS_MAX = 5;
const FILTER_COMBINATIONS_MAX = 150;
const SCOPES = ['MessageAttributes', 'MessageBody'];

/** What an endpoint of each protocol looks like, and what SNS says of another (Subscribe, API reference). */
const ENDPOINTS: Readonly<Record<string, readonly [endpoint: RegExp, what: string]>> = {
  sqs: [/^arn:aws:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,80}$/, 'SQS endpoint ARN'],
  lambda: [/^arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]+(:[A-Za-z0-9_$-]+)?$/, 'Lambda endpoint ARN'],
  email: [/^\S+@\S+$/, 'Email address'],
  'email-json': [/^\S+@\S+$/, 'Email address'],
  http: [/^http:\/\/\S+$/, 'Endpoint must match the specified protocol'],
  https: [/^https:\/\/\S+$/, 'Endpoint must match the specified protocol'],
};
const UNMODELLED_PROTOCOLS = ['sms', 'firehose', 'application'];

export function checkEndpoint(protocol: string, endpoint: string): void {
  if (UNMODELLED_PROTOCOLS.includes(protocol)) {
    throw invalidParameter(`Protocol Reason: The simulator does not model ${protocol}`);
  }
  const expected = entryOf(ENDPOINTS, protocol);
  if (expected === undefined) throw invalidParameter(`Does not support this protocol string: ${protocol}`);
  const [pattern, what] = expected;
  if (!pattern.test(endpoint)) throw invalidParameter(what);
}

/** One attribute of Subscribe or SetSubscriptionAttributes. */
export function parseSetting(protocol: string, name: string, value: string): SubscriptionSettings {
  switch (name) {
    case 'FilterPolicy':
      return { filterPolicy: value === '' ? undefined : parseFilter(value) };
    case 'FilterPolicyScope':
      if (!SCOPES.includes(value)) {
        throw invalidParameter(`FilterPolicyScope: Invalid value [${value}]. Please use one of: ${SCOPES.join(', ')}`);
      }
      return { filterPolicyScope: value };
    case 'RawMessageDelivery':
      return { rawMessageDelivery: parseRaw(protocol, value) };
    case 'RedrivePolicy':
      return { deadLetterTargetArn: value === '' ? undefined : parseRedrive(value) };
    case 'DeliveryPolicy':
    case 'SubscriptionRoleArn':
    case 'ReplayPolicy':
      throw invalidParameter(`AttributeName Reason: The simulator does not model ${name}`);
    default:
      throw invalidParameter('AttributeName');
  }
}

/** What only all settings together can be judged by. */
export function checkSettings({ queues }: SnsScope, settings: SubscriptionSettings): void {
  const { filterPolicy, filterPolicyScope = 'MessageAttributes', deadLetterTargetArn } = settings;
  if (filterPolicy !== undefined) checkFilter(filterPolicy, filterPolicyScope);
  if (deadLetterTargetArn !== undefined) queues.markDeadLetterQueue(deadLetterTargetArn);
}

function parseRaw(protocol: string, value: string): boolean {
  if (value !== 'true' && value !== 'false') {
    throw invalidParameter(`Attributes Reason: RawMessageDelivery: Invalid value [${value}]. Must be true or false.`);
  }
  if (value === 'true' && !['sqs', 'http', 'https'].includes(protocol)) {
    throw invalidParameter(`Delivery protocol [${protocol}] does not support raw message delivery.`);
  }
  return value === 'true';
}

function parseRedrive(text: string): string {
  const policy = parseJson(text);
  const arn = isObject(policy) ? policy.deadLetterTargetArn : undefined;
  if (typeof arn === 'string' && ENDPOINTS.sqs?.[0].test(arn)) return arn;
  throw invalidParameter('RedrivePolicy: deadLetterTargetArn is an invalid arn');
}

function parseFilter(text: string): unknown {
  const policy = parseJson(text);
  if (isObject(policy)) return policy;
  throw invalidParameter('FilterPolicy: failed to parse JSON.');
}

function checkFilter(policy: unknown, scope: string): void {
  const { keys, combinations, isNested } = measure(policy);
  if (isNested && scope === 'MessageAttributes') {
    throw invalidParameter('Filter policy scope MessageAttributes does not support nested filter policy');
  }
  if (keys > FILTER_KEYS_MAX) throw invalidParameter('FilterPolicy: Filter policy can not have more than 5 keys');
  if (combinations > FILTER_COMBINATIONS_MAX) throw invalidParameter('FilterPolicy: Filter policy is too complex');
  try {
    compilePattern(policy);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalidParameter(`FilterPolicy: ${error.message.replace('Event pattern is not valid. Reason: ', '')}`);
  }
}

interface Measure {
  readonly keys: number;
  readonly combinations: number;
  readonly isNested: boolean;
}

/** Counts the keys that hold values, and multiplies how many values they hold. */
function measure(policy: unknown): Measure {
  let total: Measure = { keys: 0, combinations: 1, isNested: false };
  for (const [name, value] of Object.entries(policy as object)) {
    const isBranch = name === '$or' && Array.isArray(value) && value.every(isObject);
    const inner: readonly Measure[] = isBranch
      ? value.map(measure)
      : isObject(value)
        ? [{ ...measure(value), isNested: true }]
        : [{ keys: 1, combinations: Array.isArray(value) ? value.length : 1, isNested: false }];
    for (const part of inner) {
      total = {
        keys: total.keys + part.keys,
        combinations: total.combinations * Math.max(1, part.combinations),
        isNested: total.isNested || part.isNested,
      };
    }
  }
  return total;
}
