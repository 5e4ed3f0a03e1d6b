import type { Timer } from '../../kernel/clock.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Random } from '../../kernel/random.ts';
import type { NewMessage, QueueMessage } from './message.ts';
import type { QueueSettings } from './settings.ts';

const IDLE_AFTER_MS = 6 * 3_600_000;
const PURGE_PAUSE_MS = 60_000;

/**
 * A standard queue: at least once, in no promised order, invisible while somebody works on a message
 * (SQS Developer Guide, "Visibility timeout"; "Dead-letter queues").
 *
 * Invariant: a message is in `#messages` exactly until it is deleted, moved to the dead-letter queue, purged or expired.
 */
export class Queue {
  readonly arn: string;
  readonly url: string;
  readonly name: string;
  readonly createdAtMs: number;
  readonly #kernel: Kernel;
  readonly #random: Random;
  readonly #messages = new Map<string, QueueMessage>();
  readonly #listeners: (() => void)[] = [];
  readonly #waiters = new Set<() => void>();
  readonly #moveToDeadLetters: (message: QueueMessage) => void;
  #settings: QueueSettings;
  #modifiedAtMs: number;
  #purgedAtMs: number | undefined;
  #wake: Timer | undefined;
  #usedAtMs: number;

  constructor(
    kernel: Kernel,
    name: string,
    settings: QueueSettings,
    moveToDeadLetters: (message: QueueMessage) => void,
    generation = 0,
  ) {
    const { region, accountId } = kernel.place;
    this.arn = `arn:aws:sqs:${region}:${accountId}:${name}`;
    this.url = `https://sqs.${region}.amazonaws.com/${accountId}/${name}`;
    this.name = name;
    this.#settings = settings;
    this.createdAtMs = kernel.clock.now();
    this.#modifiedAtMs = this.createdAtMs;
    this.#usedAtMs = this.createdAtMs;
    this.#kernel = kernel;
    // A queue that is created again has other messages.
    this.#random = kernel.random.fork(generation === 0 ? `sqs/${name}` : `sqs/${name}/${generation}`);
    this.#moveToDeadLetters = moveToDeadLetters;
  }

  get settings(): QueueSettings {
    return this.#settings;
  }

  get modifiedAtMs(): number {
    return this.#modifiedAtMs;
  }

  change(settings: QueueSettings): void {
    this.#settings = settings;
    this.#modifiedAtMs = this.#kernel.clock.now();
  }

  send({ body, attributes = {}, senderId, delaySeconds = this.settings.delaySeconds }: NewMessage): QueueMessage {
    const sentAtMs = this.#kernel.clock.now();
    const messageId = this.#random.uuid();
    const visibleAtMs = sentAtMs + delaySeconds * 1000;
    const message: QueueMessage = {
      messageId,
      body,
      attributes,
      senderId,
      sentAtMs,
      arrivedAtMs: sentAtMs,
      receiveCount: 0,
      visibleAtMs,
    };
    this.#put(message);
    return message;
  }

  /** Takes over a message from the queue it failed in: it keeps its id and, in standard queues, its age. */
  takeOver(message: QueueMessage, sourceArn: string): void {
    const { receiptHandle: _, ...rest } = message;
    const now = this.#kernel.clock.now();
    this.#put({ ...rest, arrivedAtMs: now, visibleAtMs: now, deadLetterSourceArn: sourceArn });
  }

  /** Up to `max` visible messages, which become invisible for `visibilitySeconds`. */
  receive(max: number, visibilitySeconds = this.settings.visibilityTimeoutSeconds): QueueMessage[] {
    this.#dropExpired();
    const now = this.#kernel.clock.now();
    this.#usedAtMs = now;
    const visible: QueueMessage[] = [];
    for (const message of this.#messages.values()) {
      if (message.visibleAtMs > now) continue;
      if (this.#isPoison(message)) {
        this.#messages.delete(message.messageId);
        this.#moveToDeadLetters(message);
        continue;
      }
      // A window wider than the batch, shuffled: a standard queue's order is "best effort".
      if (visible.push(message) === 2 * max) break;
    }
    const received = this.#random.shuffle(visible).slice(0, max);
    for (const message of received) {
      message.receiveCount++;
      message.firstReceivedAtMs ??= now;
      message.receiptHandle = `${message.messageId}/${this.#random.hex(16)}`;
      message.visibleAtMs = now + visibilitySeconds * 1000;
      this.#wakeAt(message.visibleAtMs);
    }
    return received;
  }

  /** The message that a receipt handle stands for; undefined when it is gone. */
  findByHandle(receiptHandle: string): { readonly message: QueueMessage; readonly isLatest: boolean } | undefined {
    this.#dropExpired();
    const message = this.#messages.get(receiptHandle.split('/')[0] ?? '');
    return message && { message, isLatest: message.receiptHandle === receiptHandle };
  }

  /** Deletes by receipt handle. One from an earlier receive is accepted and deletes nothing (API reference, DeleteMessage). */
  delete(receiptHandle: string): void {
    const found = this.findByHandle(receiptHandle);
    if (found?.isLatest) this.#messages.delete(found.message.messageId);
  }

  changeVisibility(message: QueueMessage, seconds: number): void {
    message.visibleAtMs = this.#kernel.clock.now() + seconds * 1000;
    this.#wakeAt(message.visibleAtMs);
  }

  /** @returns false when the last purge is less than a minute ago (PurgeQueue, API reference) */
  purge(): boolean {
    const now = this.#kernel.clock.now();
    if (this.#purgedAtMs !== undefined && now - this.#purgedAtMs < PURGE_PAUSE_MS) return false;
    this.#purgedAtMs = now;
    this.empty();
    return true;
  }

  empty(): void {
    this.#messages.clear();
  }

  /** Messages by state, as GetQueueAttributes and the AWS/SQS metrics count them, and the age of the oldest one. */
  measure(): { visible: number; inFlight: number; delayed: number; oldestAgeSeconds: number } {
    this.#dropExpired();
    const now = this.#kernel.clock.now();
    const measured = { visible: 0, inFlight: 0, delayed: 0, oldestAgeSeconds: 0 };
    for (const { visibleAtMs, receiveCount, arrivedAtMs } of this.#messages.values()) {
      if (visibleAtMs <= now) measured.visible++;
      else if (receiveCount > 0) measured.inFlight++;
      else measured.delayed++;
      // "Available CloudWatch metrics for Amazon SQS": the age leaves out what was received three times or more.
      if (receiveCount >= 3) continue;
      measured.oldestAgeSeconds = Math.max(measured.oldestAgeSeconds, Math.floor((now - arrivedAtMs) / 1000));
    }
    return measured;
  }

  /** A queue that nobody used for six hours and that holds nothing publishes no metrics. */
  get isActive(): boolean {
    const isRead = this.#listeners.length > 0;
    return isRead || this.#messages.size > 0 || this.#kernel.clock.now() - this.#usedAtMs < IDLE_AFTER_MS;
  }

  get hasVisible(): boolean {
    const now = this.#kernel.clock.now();
    for (const { visibleAtMs } of this.#messages.values()) if (visibleAtMs <= now) return true;
    return false;
  }

  /** Calls `listener` whenever a message may have become visible: on arrival, or when a delay or a time-out ends. */
  onVisible(listener: () => void): void {
    this.#listeners.push(listener);
    this.#onWake();
  }

  /** Waits until a message is visible (true), or until an instant in epoch milliseconds (false). */
  becomesVisible(deadlineMs: number): Promise<boolean> {
    const { clock } = this.#kernel;
    if (this.hasVisible) return Promise.resolve(true);
    if (clock.now() >= deadlineMs) return Promise.resolve(false);
    return new Promise((resolve) => {
      const end = (isVisible: boolean) => {
        timer.cancel();
        this.#waiters.delete(wake);
        resolve(isVisible);
      };
      const wake = () => end(true);
      const timer = clock.at(deadlineMs, () => end(false));
      this.#waiters.add(wake);
      this.#onWake();
    });
  }

  #isPoison({ receiveCount }: QueueMessage): boolean {
    return this.settings.redrive !== undefined && receiveCount >= this.settings.redrive.maxReceiveCount;
  }

  #put(message: QueueMessage): void {
    this.#usedAtMs = this.#kernel.clock.now();
    this.#messages.set(message.messageId, message);
    this.#wakeAt(message.visibleAtMs);
  }

  /** One timer per queue, and none while nobody listens or waits: an idle world has nothing to do. */
  #wakeAt(atMs: number): void {
    if (this.#listeners.length + this.#waiters.size === 0 || (this.#wake !== undefined && this.#wake.atMs <= atMs))
      return;
    this.#wake?.cancel();
    this.#wake = this.#kernel.clock.at(atMs, () => this.#onWake());
  }

  #onWake(): void {
    this.#wake = undefined;
    this.#dropExpired();
    const now = this.#kernel.clock.now();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const { visibleAtMs } of this.#messages.values())
      if (visibleAtMs > now) nextMs = Math.min(nextMs, visibleAtMs);
    if (Number.isFinite(nextMs)) this.#wakeAt(nextMs);
    if (this.hasVisible) for (const listener of [...this.#listeners, ...this.#waiters]) listener();
  }

  #dropExpired(): void {
    const oldestMs = this.#kernel.clock.now() - this.settings.retentionSeconds * 1000;
    for (const { messageId, sentAtMs } of this.#messages.values()) {
      if (sentAtMs <= oldestMs) this.#messages.delete(messageId);
    }
  }
}
