import type {
  GetSubscriptionAttributesCommandInput,
  ListSubscriptionsByTopicCommandInput,
  ListSubscriptionsCommandInput,
  SetSubscriptionAttributesCommandInput,
  SubscribeCommandInput,
  UnsubscribeCommandInput,
} from '@aws-sdk/client-sns';
import { AwsError } from '../../wire/aws-error.ts';
import type { Operation } from '../../wire/service.ts';
import { invalidParameter, onTopic, pageByArn, type SnsScope } from './scope.ts';
import { checkEndpoint, checkSettings, parseSetting, type SubscriptionSettings } from './subscription-attributes.ts';
import { isPending, type Subscription } from './topics.ts';

export function subscriptionOperations(scope: SnsScope): Record<string, Operation> {
  const { topics } = scope;
  // Actions on subscriptions are authorised by their topic.
  const onSubscription = ({ SubscriptionArn = '' }: { SubscriptionArn?: string | undefined }) => ({
    resources: [SubscriptionArn.split(':').slice(0, 6).join(':')],
  });
  return {
    Subscribe: {
      authorize: onTopic,
      run(input: SubscribeCommandInput) {
        const subscription = subscribe(scope, input);
        const isShown = !isPending(subscription) || input.ReturnSubscriptionArn === true;
        return { SubscriptionArn: isShown ? subscription.arn : 'pending confirmation' };
      },
    },
    Unsubscribe: {
      authorize: onSubscription,
      run({ SubscriptionArn = '' }: UnsubscribeCommandInput) {
        if (!/^arn:aws:sns:[^:]+:\d{12}:[^:]+:[0-9a-f-]{36}$/.test(SubscriptionArn)) {
          throw invalidParameter('SubscriptionArn Reason: An ARN must have at least 6 elements, not 1');
        }
        const subscription = find(scope, SubscriptionArn);
        if (subscription !== undefined) topics.unsubscribe(subscription);
        return {};
      },
    },
    GetSubscriptionAttributes: {
      authorize: onSubscription,
      run: ({ SubscriptionArn }: GetSubscriptionAttributesCommandInput) => ({
        Attributes: attributesOf(scope, byArn(scope, SubscriptionArn)),
      }),
    },
    SetSubscriptionAttributes: {
      authorize: onSubscription,
      run({ SubscriptionArn, AttributeName = '', AttributeValue = '' }: SetSubscriptionAttributesCommandInput) {
        const subscription = byArn(scope, SubscriptionArn);
        const change = parseSetting(subscription.protocol, AttributeName, AttributeValue);
        checkSettings(scope, { ...subscription, ...change });
        topics.changeSubscription(subscription, change);
        return {};
      },
    },
    ListSubscriptions: {
      authorize: () => ({ resources: ['*'] }),
      run({ NextToken }: ListSubscriptionsCommandInput) {
        const { items, token } = pageByArn(topics.subscriptions(), NextToken);
        return { Subscriptions: items.map((one) => describe(scope, one)), ...token };
      },
    },
    ListSubscriptionsByTopic: {
      authorize: onTopic,
      run({ TopicArn = '', NextToken }: ListSubscriptionsByTopicCommandInput) {
        const { items, token } = pageByArn(topics.subscriptionsOf(topics.byArn(TopicArn).arn), NextToken);
        return { Subscriptions: items.map((one) => describe(scope, one)), ...token };
      },
    },
  };
}

/** The same endpoint with the same attributes is the same subscription. */
function subscribe(scope: SnsScope, input: SubscribeCommandInput): Subscription {
  const { topics } = scope;
  const { Protocol: protocol = '', Endpoint: endpoint = '', Attributes = {} } = input;
  const { arn: topicArn } = topics.byArn(input.TopicArn ?? '');
  checkEndpoint(protocol, endpoint);
  const parts = Object.entries(Attributes).map(([name, value]) => parseSetting(protocol, name, value));
  const settings: SubscriptionSettings = Object.assign({}, ...parts);
  checkSettings(scope, settings);
  const existing = topics
    .subscriptionsOf(topicArn)
    .find((one) => one.protocol === protocol && one.endpoint === endpoint);
  if (existing === undefined) return topics.subscribe({ topicArn, protocol, endpoint, ...settings });
  const current = attributesOf(scope, existing);
  const wanted = attributesOf(scope, { ...existing, ...settings });
  if (Object.keys(wanted).some((name) => current[name] !== wanted[name])) {
    throw invalidParameter('Attributes Reason: Subscription already exists with different attributes');
  }
  return existing;
}

function find({ topics }: SnsScope, arn: string | undefined): Subscription | undefined {
  return topics.subscriptions().find((one) => one.arn === arn);
}

function byArn(scope: SnsScope, arn: string | undefined): Subscription {
  const subscription = find(scope, arn);
  if (subscription !== undefined) return subscription;
  throw new AwsError('NotFoundException', 'Subscription does not exist', { status: 404 });
}

function describe({ kernel }: SnsScope, subscription: Subscription): object {
  const { arn, protocol, endpoint, topicArn } = subscription;
  return {
    SubscriptionArn: isPending(subscription) ? 'PendingConfirmation' : arn,
    Owner: kernel.place.accountId,
    Protocol: protocol,
    Endpoint: endpoint,
    TopicArn: topicArn,
  };
}

function attributesOf({ kernel }: SnsScope, subscription: Subscription): Record<string, string> {
  const { filterPolicy, filterPolicyScope, deadLetterTargetArn } = subscription;
  return {
    SubscriptionArn: subscription.arn,
    TopicArn: subscription.topicArn,
    Protocol: subscription.protocol,
    Endpoint: subscription.endpoint,
    Owner: kernel.place.accountId,
    PendingConfirmation: String(isPending(subscription)),
    ConfirmationWasAuthenticated: String(!isPending(subscription)),
    RawMessageDelivery: String(subscription.rawMessageDelivery ?? false),
    ...(filterPolicy !== undefined && {
      FilterPolicy: JSON.stringify(filterPolicy),
      FilterPolicyScope: filterPolicyScope ?? 'MessageAttributes',
    }),
    ...(deadLetterTargetArn !== undefined && { RedrivePolicy: JSON.stringify({ deadLetterTargetArn }) }),
  };
}
