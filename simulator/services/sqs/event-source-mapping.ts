import type { Kernel } from '../../kernel/kernel.ts';
import type { Random } from '../../kernel/random.ts';
import type { FunctionInvoker, InvocationResult } from '../../wire/service.ts';
import type { EventPredicate } from '../event-bridge/pattern.ts';
import { parseJson } from '../template-properties.ts';
import { failedMessageIds } from './batch-response.ts';
import { md5Of } from './digest.ts';
import type { QueueMessage } from './message.ts';
import type { Queue } from './queue.ts';
import { systemAttributes } from './received-message.ts';

export interface MappingSettings {
  readonly functionArn: string;
  readonly batchSize: number;
  readonly batchingWindowSeconds: number;
  readonly reportBatchItemFailures: boolean;
  readonly concurrencyMax: number;
  /** A message that none of these matches is deleted unseen. */
  readonly filters: readonly EventPredicate[];
  readonly repeats?: RepeatedDelivery | undefined;
}

/**
 * How soon a message that was just received is visible again, in milliseconds, although somebody works on it: "on rare
 * occasions" a standard queue delivers twice (SQS Developer Guide, "At-least-once delivery"). Undefined: as ever.
 */
export type RepeatedDelivery = (queueName: string) => number | undefined;

/** Lambda Developer Guide, "Using Lambda with Amazon SQS" and "Scaling ... for SQS event source mappings". */
const CONCURRENCY_AT_FIRST = 5;
const CONCURRENCY_GROWTH_PER_MINUTE = 300;
/** One ReceiveMessage call of a poller. */
const RECEIVE_MAX = 10;
const PAYLOAD_BYTES_MAX = 6 * 1024 * 1024;
/** How long a poller takes to notice a message: not published; long polling answers within tens of milliseconds. */
export const POLL_LATENCY = { medianMs: 20, p99Ms: 150 };
/** "If your function is throttled ... Lambda backs off": the delay is not published. */
const THROTTLED_PAUSE_MS = 1_000;

interface Batch {
  readonly messages: QueueMessage[];
  bytes: number;
}

/**
 * The pollers that read a queue for a function.
 *
 * Messages are received into open batches, one per poller, and a batch is invoked when it is full or its window is
 * over; the visibility timeout runs from the receive. Several pollers read side by side, so messages of one burst, and
 * of one instance, end up in different concurrent invocations.
 */
export class EventSourceMapping {
  readonly #kernel: Kernel;
  readonly #random: Random;
  readonly #queue: Queue;
  readonly #invoker: FunctionInvoker;
  readonly #settings: MappingSettings;
  readonly #open: Batch[] = [];
  #running = 0;
  #busySinceMs: number | undefined;
  #pollIsDue = false;
  #pausedUntilMs = 0;

  constructor(kernel: Kernel, queue: Queue, invoker: FunctionInvoker, settings: MappingSettings) {
    this.#kernel = kernel;
    this.#random = kernel.random.fork(`event-source-mapping/${queue.name}/${settings.functionArn}`);
    this.#queue = queue;
    this.#invoker = invoker;
    this.#settings = settings;
  }

  start(): void {
    this.#queue.onVisible(() => this.#pollSoon());
  }

  #pollSoon(): void {
    if (this.#pollIsDue) return;
    this.#pollIsDue = true;
    const { clock } = this.#kernel;
    const latencyMs = this.#random.latencyMs(POLL_LATENCY.medianMs, POLL_LATENCY.p99Ms);
    clock.at(Math.max(clock.now() + latencyMs, this.#pausedUntilMs), () => {
      this.#pollIsDue = false;
      this.#poll();
    });
  }

  #poll(): void {
    while (this.#queue.hasVisible) {
      const batch = this.#chooseBatch();
      if (batch === undefined) {
        this.#pollWhenGrown();
        return;
      }
      const room = this.#settings.batchSize - batch.messages.length;
      this.#collect(batch, this.#queue.receive(Math.min(RECEIVE_MAX, room)));
      const isFull = batch.messages.length >= this.#settings.batchSize || batch.bytes >= PAYLOAD_BYTES_MAX;
      if (isFull || this.#settings.batchingWindowSeconds === 0 || batch.messages.length === 0) this.#close(batch);
    }
  }

  /** All pollers are busy: they grow in number while there is more to read; otherwise an invocation's end polls again. */
  #pollWhenGrown(): void {
    if (this.#concurrencyNow() >= this.#settings.concurrencyMax) return;
    this.#kernel.clock.after(60_000 / CONCURRENCY_GROWTH_PER_MINUTE, () => this.#pollSoon());
  }

  /** Whichever poller happens to get there first: one with an open batch, or a free one within the concurrency. */
  #chooseBatch(): Batch | undefined {
    const free = this.#concurrencyNow() - this.#running - this.#open.length;
    const pollers = Math.min(this.#open.length + Math.max(0, free), CONCURRENCY_AT_FIRST);
    const chosen = this.#random.integer(0, Math.max(this.#open.length, pollers) - 1);
    return this.#open[chosen] ?? (free > 0 ? this.#openBatch() : undefined);
  }

  #openBatch(): Batch {
    const batch: Batch = { messages: [], bytes: 0 };
    this.#open.push(batch);
    const windowMs = this.#settings.batchingWindowSeconds * 1000;
    if (windowMs > 0) this.#kernel.clock.after(windowMs, () => this.#close(batch));
    return batch;
  }

  #concurrencyNow(): number {
    const now = this.#kernel.clock.now();
    this.#busySinceMs ??= now;
    const grown = Math.floor(((now - this.#busySinceMs) / 60_000) * CONCURRENCY_GROWTH_PER_MINUTE);
    return Math.min(this.#settings.concurrencyMax, CONCURRENCY_AT_FIRST + grown);
  }

  #collect(batch: Batch, messages: readonly QueueMessage[]): void {
    const { filters } = this.#settings;
    for (const message of messages) {
      const againAfterMs = this.#settings.repeats?.(this.#queue.name);
      if (againAfterMs !== undefined) this.#queue.changeVisibility(message, againAfterMs / 1000);
      if (filters.length > 0 && !filters.some((matches) => matches(filterable(message)))) {
        this.#queue.delete(message.receiptHandle ?? '');
        continue;
      }
      batch.messages.push(message);
      batch.bytes += Buffer.byteLength(message.body);
    }
  }

  #close(batch: Batch): void {
    const index = this.#open.indexOf(batch);
    if (index < 0) return;
    this.#open.splice(index, 1);
    if (batch.messages.length > 0) void this.#invoke(batch);
  }

  async #invoke({ messages }: Batch): Promise<void> {
    this.#running++;
    // A message that is received again meanwhile gets another handle: this invocation can delete it only with its own.
    const handles = new Map(messages.map((message) => [message.messageId, message.receiptHandle ?? '']));
    const region = this.#kernel.place.region;
    const records = messages.map((message) => toRecord(message, this.#queue.arn, region));
    const result = await this.#invoker.invoke(this.#settings.functionArn, { Records: records });
    this.#running--;
    if (result.outcome === 'throttled') this.#pausedUntilMs = this.#kernel.clock.now() + THROTTLED_PAUSE_MS;
    const failed = this.#failedIn(result, [...handles.keys()]);
    if (failed.size > 0 && result.outcome !== 'throttled') this.#recordReturned([...failed]);
    for (const [messageId, handle] of handles) if (!failed.has(messageId)) this.#queue.delete(handle);
    if (this.#queue.hasVisible) this.#pollSoon();
    else if (this.#running === 0) this.#busySinceMs = undefined;
  }

  #recordReturned(messageIds: readonly string[]): void {
    const name = this.#settings.functionArn.split(':').at(-1);
    this.#kernel.trace.add('invocation', { function: name, phase: 'messages returned', messageIds });
  }

  /** What stays in the queue, invisible until its timeout ends: Lambda does not hand it back earlier. */
  #failedIn(result: InvocationResult, messageIds: readonly string[]): ReadonlySet<string> {
    if (result.outcome !== 'success') return new Set(messageIds);
    return this.#settings.reportBatchItemFailures ? failedMessageIds(result.payload, messageIds) : new Set();
  }
}

/** What filter criteria see: `body` parsed where it is JSON (Lambda guide, "Using event filtering with SQS"). */
function filterable(message: QueueMessage): unknown {
  return { body: parseJson(message.body) ?? message.body, messageAttributes: attributesForFunction(message) };
}

/** The record as Lambda hands it to the function. */
function toRecord(message: QueueMessage, queueArn: string, region: string): unknown {
  return {
    messageId: message.messageId,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes: systemAttributes(message),
    messageAttributes: attributesForFunction(message),
    md5OfBody: md5Of(message.body),
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: region,
  };
}

function attributesForFunction({ attributes }: QueueMessage): Record<string, unknown> {
  const entries = Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
    name,
    {
      ...(StringValue !== undefined && { stringValue: StringValue }),
      ...(BinaryValue !== undefined && { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
      stringListValues: [],
      binaryListValues: [],
      dataType: DataType,
    },
  ]);
  return Object.fromEntries(entries);
}
