import type { Kernel } from '../../kernel/kernel.ts';
import { AwsError } from '../../wire/aws-error.ts';
import type { Keys } from '../kms/keys.ts';
import type { RequestChain } from '../lambda/request-chain.ts';
import { evaluateResourcePolicy } from '../resource-policy.ts';
import type { Delivery } from './fan-out.ts';
import type { Publication } from './publish-input.ts';

export interface Topic {
  readonly name: string;
  readonly arn: string;
  displayName: string;
  kmsMasterKeyId: string | undefined;
  policy: unknown;
  /** Those that change nothing here: `SignatureVersion`, `TracingConfig`. */
  readonly inert: Map<string, string>;
  subscriptionsDeleted: number;
}

export interface Subscription {
  readonly arn: string;
  readonly topicArn: string;
  readonly protocol: string;
  readonly endpoint: string;
  readonly filterPolicy?: unknown;
  readonly filterPolicyScope?: string | undefined;
  readonly rawMessageDelivery?: boolean;
  /** Where goes what cannot be delivered; undefined: nowhere. */
  readonly deadLetterTargetArn?: string | undefined;
}

/** Somebody outside of AWS has to agree first, and nobody there does: such a subscription stays pending. */
export function isPending({ protocol }: Subscription): boolean {
  return protocol !== 'lambda' && protocol !== 'sqs';
}

/** Why a service could not publish; undefined when it could. */
export type PublishRefusal = { readonly code: 'NO_RESOURCE' | 'NO_PERMISSIONS'; readonly message: string };

/** The topics of the account and region. What leaves the account ends in the trace: nobody's mail box is simulated. */
export class Topics {
  readonly #kernel: Kernel;
  readonly #keys: Keys;
  readonly #ids: () => string;
  readonly #topics = new Map<string, Topic>();
  #subscriptions: readonly Subscription[] = [];
  #deliver: (delivery: Delivery) => void = () => {};

  constructor(kernel: Kernel, keys: Keys) {
    this.#kernel = kernel;
    this.#keys = keys;
    const random = kernel.random.fork('sns');
    this.#ids = () => random.uuid();
  }

  /** From now on, each message goes to each subscription. */
  deliverBy(deliver: (delivery: Delivery) => void): void {
    this.#deliver = deliver;
  }

  arnOf(name: string): string {
    return `arn:aws:sns:${this.#kernel.place.region}:${this.#kernel.place.accountId}:${name}`;
  }

  create(topic: Pick<Topic, 'name' | 'displayName' | 'kmsMasterKeyId'>): Topic {
    const arn = this.arnOf(topic.name);
    const created: Topic = { ...topic, arn, policy: undefined, inert: new Map(), subscriptionsDeleted: 0 };
    this.#topics.set(created.arn, created);
    return created;
  }

  all(): readonly Topic[] {
    return [...this.#topics.values()];
  }

  /** With its subscriptions. */
  delete(topic: Topic): void {
    this.#topics.delete(topic.arn);
    this.#subscriptions = this.#subscriptions.filter(({ topicArn }) => topicArn !== topic.arn);
  }

  find(arn: string): Topic | undefined {
    return this.#topics.get(arn);
  }

  /** Throws what the API throws for a topic that does not exist. */
  byArn(arn: string): Topic {
    const topic = this.find(arn);
    if (topic === undefined) throw new AwsError('NotFoundException', 'Topic does not exist', { status: 404 });
    return topic;
  }

  subscribe(subscription: Omit<Subscription, 'arn'>): Subscription {
    const arn = `${this.byArn(subscription.topicArn).arn}:${this.#ids()}`;
    const subscribed = { ...subscription, arn };
    this.#subscriptions = [...this.#subscriptions, subscribed];
    return subscribed;
  }

  /** @param change what it is from now on */
  changeSubscription(subscription: Subscription, change: Partial<Subscription>): void {
    const changed = { ...subscription, ...change };
    this.#subscriptions = this.#subscriptions.map((one) => (one === subscription ? changed : one));
  }

  unsubscribe(subscription: Subscription): void {
    this.#subscriptions = this.#subscriptions.filter((one) => one !== subscription);
    const topic = this.find(subscription.topicArn);
    if (topic !== undefined) topic.subscriptionsDeleted++;
  }

  subscriptions(): readonly Subscription[] {
    return this.#subscriptions;
  }

  subscriptionsOf(topicArn: string): readonly Subscription[] {
    return this.#subscriptions.filter((subscription) => subscription.topicArn === topicArn);
  }

  /**
   * Delivers and returns the message's id.
   *
   * @param chain what has brought the message about, if a function publishes it
   */
  publish(topic: Topic, publication: Publication, chain?: RequestChain): string {
    const { message, subject, attributes } = publication;
    const texts = Object.entries(attributes).map(([name, value]) => [name, value.StringValue ?? '']);
    this.#kernel.trace.add('notification', {
      topic: topic.name,
      ...(subject !== undefined && { subject }),
      message,
      attributes: Object.fromEntries(texts),
    });
    const messageId = this.#ids();
    for (const subscription of this.subscriptionsOf(topic.arn)) {
      this.#deliver({ topic, subscription, messageId, publication, chain });
    }
    return messageId;
  }

  /**
   * An AWS service publishes: the topic's policy and, for an encrypted topic, its key's policy must let it. The AWS
   * managed key `alias/aws/sns` lets no service in ("Encrypting messages published to Amazon SNS", CloudWatch guide).
   * Without `sourceArn` the request carries no source, and a statement that asks for one does not apply: so it is with
   * EventBridge ("You can't use Condition blocks in Amazon SNS topic policies for EventBridge").
   */
  publishAsService(
    topicArn: string,
    caller: { readonly service: string; readonly sourceArn?: string },
    publication: Publication,
  ): PublishRefusal | undefined {
    const topic = this.find(topicArn);
    if (topic === undefined) return { code: 'NO_RESOURCE', message: `Topic does not exist: ${topicArn}` };
    const { service, sourceArn } = caller;
    const source = { 'aws:SourceArn': sourceArn ?? '', 'aws:SourceAccount': this.#kernel.place.accountId };
    const conditions = { 'aws:SecureTransport': 'true', ...(sourceArn !== undefined && source) };
    const access = { service, action: 'sns:Publish', resource: topicArn, conditions };
    if (evaluateResourcePolicy(topic.policy, access) !== 'allow') {
      const message = `${service} is not authorized to perform: SNS:Publish on resource: ${topicArn}`;
      return { code: 'NO_PERMISSIONS', message };
    }
    if (topic.kmsMasterKeyId !== undefined && !this.#keys.allowsService(topic.kmsMasterKeyId, service, conditions)) {
      return { code: 'NO_PERMISSIONS', message: `${service} is not allowed to use the key ${topic.kmsMasterKeyId}` };
    }
    this.publish(topic, publication);
    return undefined;
  }
}
