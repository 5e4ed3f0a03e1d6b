import { isDeepStrictEqual } from 'node:util';
import type { Kernel } from '../../kernel/kernel.ts';
import type { ResourceProvider } from '../../wire/service.ts';
import { checkResourcePolicy } from '../resource-policy.ts';
import {
  flagOf,
  generatedName,
  invalidProperties,
  objectListOf,
  objectOf,
  refuseUnknown,
  requiredTextOf,
  type TemplateProperties,
  textListOf,
  textOf,
} from '../template-properties.ts';
import type { Topics } from './topics.ts';

const TOPIC_PROPERTIES = [
  'TopicName',
  'DisplayName',
  'KmsMasterKeyId',
  'FifoTopic',
  'Subscription',
  'SignatureVersion',
  'TracingConfig',
  'Tags',
];
const SUBSCRIPTION_PROPERTIES = [
  'TopicArn',
  'Protocol',
  'Endpoint',
  'FilterPolicy',
  'FilterPolicyScope',
  'RawMessageDelivery',
  'RedrivePolicy',
];
const PROTOCOLS = ['http', 'https', 'email', 'email-json', 'sms', 'sqs', 'lambda', 'firehose', 'application'];

/** `AWS::SNS::Topic` (standard topics), `AWS::SNS::TopicPolicy` and `AWS::SNS::Subscription`. */
export function createTopicProviders(kernel: Kernel, topics: Topics): Record<string, ResourceProvider> {
  const subscribe = (topicArn: string, properties: TemplateProperties) => {
    const protocol = requiredTextOf(properties, 'Protocol');
    const endpoint = requiredTextOf(properties, 'Endpoint');
    if (!PROTOCOLS.includes(protocol))
      throw invalidProperties(`Invalid parameter: Does not support this protocol string: ${protocol}`);
    if (protocol.startsWith('email') && !/^\S+@\S+$/.test(endpoint))
      throw invalidProperties('Invalid parameter: Email address');
    const filterPolicy = objectOf(properties, 'FilterPolicy');
    const wanted = {
      topicArn,
      protocol,
      endpoint,
      rawMessageDelivery: flagOf(properties, 'RawMessageDelivery') === true,
      deadLetterTargetArn: textOf(objectOf(properties, 'RedrivePolicy') ?? {}, 'deadLetterTargetArn'),
      ...(filterPolicy && { filterPolicy, filterPolicyScope: textOf(properties, 'FilterPolicyScope') }),
    };
    // Templates subscribe twice, in the topic's own list and as a resource: Subscribe answers the one that is there.
    const same = topics.subscriptionsOf(topicArn).find((one) => one.protocol === protocol && one.endpoint === endpoint);
    if (same === undefined) return topics.subscribe(wanted);
    const { arn: _, ...there } = same;
    if (isDeepStrictEqual(there, wanted)) return same;
    throw invalidProperties(
      'Invalid parameter: Attributes Reason: Subscription already exists with different attributes',
    );
  };
  return {
    'AWS::SNS::Topic': {
      create(properties, resource) {
        refuseUnknown('AWS::SNS::Topic', properties, TOPIC_PROPERTIES);
        if (flagOf(properties, 'FifoTopic')) throw invalidProperties('FIFO topics are not supported');
        const name = textOf(properties, 'TopicName') ?? generatedName(kernel, resource, 256);
        if (!/^[A-Za-z0-9_-]{1,256}$/.test(name)) throw invalidProperties('Invalid parameter: Topic Name');
        const displayName = textOf(properties, 'DisplayName') ?? '';
        const topic = topics.create({ name, displayName, kmsMasterKeyId: textOf(properties, 'KmsMasterKeyId') });
        for (const subscription of objectListOf(properties, 'Subscription')) {
          subscribe(topic.arn, subscription);
        }
        return { ref: topic.arn, attributes: { TopicArn: topic.arn, TopicName: name } };
      },
    },
    'AWS::SNS::TopicPolicy': {
      create(properties, { logicalId }) {
        refuseUnknown('AWS::SNS::TopicPolicy', properties, ['Topics', 'PolicyDocument']);
        const policy = objectOf(properties, 'PolicyDocument');
        checkResourcePolicy(policy);
        for (const arn of textListOf(properties, 'Topics')) topics.byArn(arn).policy = policy;
        return { ref: logicalId, attributes: { Id: logicalId } };
      },
    },
    'AWS::SNS::Subscription': {
      create(properties) {
        refuseUnknown('AWS::SNS::Subscription', properties, SUBSCRIPTION_PROPERTIES);
        const { arn } = subscribe(requiredTextOf(properties, 'TopicArn'), properties);
        return { ref: arn, attributes: { Arn: arn } };
      },
    },
  };
}
