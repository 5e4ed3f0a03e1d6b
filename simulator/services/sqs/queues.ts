import type { Kernel } from '../../kernel/kernel.ts';
import { AwsError } from '../../wire/aws-error.ts';
import type { Keys } from '../kms/keys.ts';
import { evaluateResourcePolicy } from '../resource-policy.ts';
import type { NewMessage, QueueMessage } from './message.ts';
import { Queue } from './queue.ts';
import type { QueueSettings } from './settings.ts';

/** Why a service could not put a message into a queue; the codes are those of EventBridge's dead-letter attributes. */
export type SendRefusal = 'NO_RESOURCE' | 'NO_PERMISSIONS';

export interface ServiceSend {
  readonly queueArn: string;
  /** The service principal, such as `events.amazonaws.com`. */
  readonly service: string;
  /** The rule, topic or function on whose behalf the service sends (aws:SourceArn). */
  readonly sourceArn: string;
  readonly message: NewMessage;
}

/** CreateQueue, API reference. */
const NAME_PAUSE_MS = 60_000;

/** All queues of the account and region, their policies, and which of them are somebody's dead-letter queue. */
export class Queues {
  readonly #kernel: Kernel;
  readonly #keys: Keys;
  readonly #queues = new Map<string, Queue>();
  readonly #policies = new Map<string, unknown>();
  readonly #deadLetterQueues = new Set<string>();
  /** When a queue was last deleted, and how many times, by ARN. */
  readonly #deleted = new Map<string, { readonly atMs: number; readonly times: number }>();

  constructor(kernel: Kernel, keys: Keys) {
    this.#kernel = kernel;
    this.#keys = keys;
  }

  create(name: string, settings: QueueSettings): Queue {
    const arn = this.arnOfUrl(name);
    if (this.#queues.has(arn)) throw new AwsError('QueueNameExists', `A queue named ${name} already exists.`);
    const deleted = this.#deleted.get(arn);
    if (deleted !== undefined && this.#kernel.clock.now() - deleted.atMs < NAME_PAUSE_MS) {
      throw new AwsError(
        'QueueDeletedRecently',
        'You must wait 60 seconds after deleting a queue before you can create another with the same name.',
      );
    }
    const move = (message: QueueMessage) => this.#moveToDeadLetters(queue, message);
    const queue: Queue = new Queue(this.#kernel, name, settings, move, deleted?.times);
    this.#queues.set(arn, queue);
    if (settings.redrive) this.markDeadLetterQueue(settings.redrive.deadLetterTargetArn);
    return queue;
  }

  change(queue: Queue, settings: QueueSettings): void {
    queue.change(settings);
    if (settings.redrive) this.markDeadLetterQueue(settings.redrive.deadLetterTargetArn);
  }

  /** With its messages; who still sends there is told that there is no such queue. */
  delete(queue: Queue): void {
    const times = (this.#deleted.get(queue.arn)?.times ?? 0) + 1;
    this.#deleted.set(queue.arn, { atMs: this.#kernel.clock.now(), times });
    this.#queues.delete(queue.arn);
    this.#policies.delete(queue.arn);
    queue.empty();
  }

  /** The queues that have this one as their dead-letter queue. */
  sourcesOf(deadLetterQueue: Queue): readonly Queue[] {
    return this.all().filter(({ settings }) => settings.redrive?.deadLetterTargetArn === deadLetterQueue.arn);
  }

  find(arn: string): Queue | undefined {
    return this.#queues.get(arn);
  }

  all(): readonly Queue[] {
    return [...this.#queues.values()];
  }

  arnOfUrl(url: string): string {
    const { region, accountId } = this.#kernel.place;
    return `arn:aws:sqs:${region}:${accountId}:${url.split('/').at(-1) ?? ''}`;
  }

  /** Throws what the API throws for a queue that does not exist. */
  byUrl(url: string): Queue {
    const queue = this.find(this.arnOfUrl(url));
    if (queue === undefined) {
      throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
    }
    return queue;
  }

  setPolicy(arn: string, policy: unknown): void {
    this.#policies.set(arn, policy);
  }

  policyOf(arn: string): unknown {
    return this.#policies.get(arn);
  }

  /** From now on, what arrives there is traced as a dead letter. */
  markDeadLetterQueue(arn: string): void {
    this.#deadLetterQueues.add(arn);
  }

  send(queue: Queue, message: NewMessage): QueueMessage {
    const sent = queue.send(message);
    this.#traceDeadLetter(queue, sent);
    return sent;
  }

  /** An AWS service sends: the queue's own policy, and its key's, must let it ("Amazon SQS permissions", EventBridge guide). */
  sendAsService({ queueArn, service, sourceArn, message }: ServiceSend): SendRefusal | undefined {
    const queue = this.find(queueArn);
    if (queue === undefined) return 'NO_RESOURCE';
    const conditions = {
      'aws:SourceArn': sourceArn,
      'aws:SourceAccount': this.#kernel.place.accountId,
      'aws:SecureTransport': 'true',
    };
    const access = { service, action: 'sqs:SendMessage', resource: queueArn, conditions };
    if (evaluateResourcePolicy(this.policyOf(queueArn), access) !== 'allow') return 'NO_PERMISSIONS';
    const keyId = queue.settings.kmsMasterKeyId;
    if (keyId !== undefined && !this.#keys.allowsService(keyId, service, conditions)) return 'NO_PERMISSIONS';
    this.send(queue, message);
    return undefined;
  }

  #moveToDeadLetters(source: Queue, message: QueueMessage): void {
    const target = this.find(source.settings.redrive?.deadLetterTargetArn ?? '');
    if (target === undefined) return;
    target.takeOver(message, source.arn);
    const cause = `received ${message.receiveCount} times from ${source.name} and never deleted`;
    this.#traceDeadLetter(target, message, cause);
  }

  /** @param cause why SQS itself moved the message; undefined: somebody sent it there, and says why in its attributes */
  #traceDeadLetter(queue: Queue, { body, attributes }: QueueMessage, cause?: string): void {
    if (!this.#deadLetterQueues.has(queue.arn)) return;
    const texts = Object.entries(attributes).map(([name, value]) => [name, value.StringValue ?? '']);
    const about = { queue: queue.name, body, attributes: Object.fromEntries(texts) };
    this.#kernel.trace.add('dead-letter', { ...about, ...(cause === undefined ? {} : { cause }) });
  }
}
