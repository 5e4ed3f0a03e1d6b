import type { Kernel } from '../../kernel/kernel.ts';
import type { InvokeAsync } from '../event-bridge/async-invocation.ts';
import { compilePattern } from '../event-bridge/pattern.ts';
import type { RequestChain } from '../lambda/request-chain.ts';
import type { NewMessage } from '../sqs/message.ts';
import type { Queues } from '../sqs/queues.ts';
import { parseJson } from '../template-properties.ts';
import type { Publication } from './publish-input.ts';
import type { Subscription, Topic } from './topics.ts';

/** SNS's service principal, in every policy that lets it in. */
const SNS_PRINCIPAL = 'sns.amazonaws.com';
/** Not published; deliveries within one region take tens of milliseconds. */
export const DELIVERY_LATENCY = { medianMs: 30, p99Ms: 200 };

/** A message that a topic has taken, on its way to a subscription. */
export interface Delivery {
  readonly topic: Topic;
  readonly subscription: Subscription;
  readonly messageId: string;
  readonly publication: Publication;
  /** What has brought the message about, if a function has published it. */
  readonly chain?: RequestChain | undefined;
}

export interface FanOutDependencies {
  readonly queues: Queues;
  readonly invokeAsync: InvokeAsync;
  readonly permitsInvocation: (functionArn: string, principal: string, sourceArn: string) => boolean;
}

/**
 * Takes messages to the queues and functions that are subscribed; other protocols leave the account, and end in the trace.
 * What the subscriber's policy does not let in goes to the dead-letter queue of the subscription, at once, because a client's
 * error is not tried again ("Amazon SNS message delivery retries"); without one it is lost.
 */
export function createFanOut(kernel: Kernel, dependencies: FanOutDependencies): (delivery: Delivery) => void {
  const random = kernel.random.fork('sns/deliveries');
  const { queues, invokeAsync, permitsInvocation } = dependencies;
  const giveUp = ({ topic, subscription }: Delivery, message: NewMessage) => {
    const { deadLetterTargetArn: queueArn, endpoint } = subscription;
    const isKept =
      queueArn !== undefined &&
      queues.sendAsService({ queueArn, service: SNS_PRINCIPAL, sourceArn: topic.arn, message }) === undefined;
    const fate = isKept ? 'dead-letter queue' : 'dropped';
    kernel.trace.add('world', { subject: topic.arn, change: 'delivery failed', target: endpoint, fate });
  };
  return (delivery) => {
    const { topic, subscription, publication } = delivery;
    const { protocol, endpoint } = subscription;
    if ((protocol !== 'lambda' && protocol !== 'sqs') || !isWanted(subscription, publication)) return;
    kernel.clock.after(random.latencyMs(DELIVERY_LATENCY.medianMs, DELIVERY_LATENCY.p99Ms), () => {
      const notification = notificationOf(kernel, delivery);
      if (protocol === 'lambda') {
        if (permitsInvocation(endpoint, SNS_PRINCIPAL, topic.arn)) {
          invokeAsync(endpoint, recordOf(delivery, notification), delivery.chain);
        } else giveUp(delivery, { body: JSON.stringify(notification), senderId: SNS_PRINCIPAL });
        return;
      }
      const body = subscription.rawMessageDelivery ? publication.message : JSON.stringify(notification);
      const attributes = subscription.rawMessageDelivery ? publication.attributes : {};
      const message = { body, attributes, senderId: SNS_PRINCIPAL };
      const send = { queueArn: endpoint, service: SNS_PRINCIPAL, sourceArn: topic.arn, message };
      if (queues.sendAsService(send) !== undefined) giveUp(delivery, message);
    });
  };
}

/** Amazon SNS Developer Guide, "Amazon SNS subscription filter policies": on the attributes, or on the body. */
function isWanted({ filterPolicy, filterPolicyScope }: Subscription, { message, attributes }: Publication): boolean {
  if (filterPolicy === undefined) return true;
  const matches = compilePattern(JSON.stringify(filterPolicy));
  if (filterPolicyScope === 'MessageBody') return matches(parseJson(message) ?? {});
  const values = Object.entries(attributes).map(([name, { DataType, StringValue = '' }]) => [
    name,
    DataType === 'Number' ? Number(StringValue) : DataType === 'String.Array' ? parseJson(StringValue) : StringValue,
  ]);
  return matches(Object.fromEntries(values));
}

/** "HTTP/HTTPS notification JSON format", which queues get too. */
function notificationOf(kernel: Kernel, { topic, messageId, publication: { subject, message, attributes } }: Delivery) {
  const given = Object.entries(attributes).map(([name, { DataType, StringValue }]) => [
    name,
    { Type: DataType, Value: StringValue },
  ]);
  return {
    Type: 'Notification',
    MessageId: messageId,
    TopicArn: topic.arn,
    ...(subject !== undefined && { Subject: subject }),
    Message: message,
    Timestamp: new Date(kernel.clock.now()).toISOString(),
    ...(given.length > 0 && { MessageAttributes: Object.fromEntries(given) }),
  };
}

/** Lambda Developer Guide, "Invoking Lambda functions with Amazon SNS notifications". */
function recordOf({ subscription }: Delivery, notification: ReturnType<typeof notificationOf>): object {
  const { MessageAttributes = {}, Subject = null, ...rest } = notification;
  return {
    Records: [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: subscription.arn,
        Sns: { ...rest, Subject, MessageAttributes },
      },
    ],
  };
}
