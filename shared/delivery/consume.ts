import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { sendAlerts } from '../alerts/publish.ts';
import { type EventBridgeEvent, type IgnoredEvent, MalformedEventError, parseEnvelope } from '../events/envelope.ts';
import type { Allowance, Failures } from '../reviews/each.ts';
import { createRuntime, type Runtime } from '../runtime.ts';
import { reasonOf, sendToDeadLetters } from './dead-letters.ts';

/** After this many receives the queue's own redrive gives a message up: `maxReceiveCount` in `infra/queues.yml`. */
export const RECEIVES_MAX = 5;

/** Enough for the calls of a look that has begun, and for the answer. */
const TIME_TO_FINISH_MS = 8_000;

/**
 * Of it, what is kept for the answer: a function that waits for SQS or SNS at its end for too long is ended by Lambda, and
 * all of its work is done again.
 */
const TIME_TO_ANSWER_MS = 1_000;

/** What a kind of event asks for. `subject` is what one look serves, however many events of a batch name it. */
export interface Consumer<Message> {
  parse(event: EventBridgeEvent): Message | IgnoredEvent;
  subjectOf(message: Message): string;
  /** @returns what failed, by subject; throws when nothing could be done at all */
  review(runtime: Runtime, messages: readonly Message[], allowance: Allowance): Promise<Failures>;
}

interface Received<Message> {
  readonly record: SQSRecord;
  readonly message: Message;
}

interface Unhandled {
  readonly record: SQSRecord;
  readonly error: unknown;
}

/**
 * A Lambda handler for a queue of events. Each record ends in one of four ways: done (deleted), ignored (deleted, with a
 * log line), failed (received again later), or malformed (moved to the dead-letter queue with its reason).
 */
export function consume<Message extends { readonly kind: string }>(
  consumer: Consumer<Message>,
  runtime: Runtime = createRuntime(),
): (event: SQSEvent, context: Context) => Promise<SQSBatchResponse> {
  return async (event, context) => {
    runtime.logger.addContext(context);
    const allowance = { hasTime: () => context.getRemainingTimeInMillis() > TIME_TO_FINISH_MS };
    const failed = new Set<string>();
    const received: Received<Message>[] = [];
    const unread: Unhandled[] = [];
    for (const record of event.Records) {
      try {
        const message = read(runtime, consumer, record);
        if (message !== undefined) received.push({ record, message });
      } catch (error) {
        unread.push({ record, error });
      }
    }
    const unhandled = [...(await reviewAll(runtime, consumer, received, allowance)), ...unread];
    const signal = runtime.timeLimit(context.getRemainingTimeInMillis() - TIME_TO_ANSWER_MS);
    await trySendingAlerts(runtime, signal);
    // What is given up comes last: a dead-letter queue that does not answer keeps neither instances waiting nor on-call.
    for (const { record, error } of unhandled) {
      const { messageId } = record;
      const isHopeless = error instanceof MalformedEventError || isLastReceive(record);
      if (isHopeless && (await giveUp(runtime, record, { error, signal }))) continue;
      runtime.logger.error('event not handled, it will be received again', { messageId, error });
      failed.add(messageId);
    }
    if (runtime.metrics.hasStoredMetrics()) runtime.metrics.publishStoredMetrics();
    return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

/** Alerts that cannot be sent now stay with their incidents: the sweep sends them, and fails loudly if it cannot. */
async function trySendingAlerts(runtime: Runtime, signal: AbortSignal): Promise<void> {
  try {
    await sendAlerts(runtime, signal);
  } catch (error) {
    runtime.logger.error('alerts not sent, the sweep will', { error });
  }
}

function read<Message extends { readonly kind: string }>(
  runtime: Runtime,
  consumer: Consumer<Message>,
  record: SQSRecord,
): Message | undefined {
  const message = consumer.parse(parseEnvelope(record.body));
  if (message.kind !== 'ignored') return message as Message;
  runtime.logger.info('event ignored', { messageId: record.messageId, reason: (message as IgnoredEvent).reason });
  return undefined;
}

async function reviewAll<Message>(
  runtime: Runtime,
  consumer: Consumer<Message>,
  received: readonly Received<Message>[],
  allowance: Allowance,
): Promise<Unhandled[]> {
  if (received.length === 0) return [];
  try {
    const failures = await consumer.review(
      runtime,
      received.map(({ message }) => message),
      allowance,
    );
    return received.flatMap(({ record, message }) => {
      const subject = consumer.subjectOf(message);
      return failures.has(subject) ? [{ record, error: failures.get(subject) }] : [];
    });
  } catch (error) {
    // What they share could not be read: none of them is done, and all come again.
    return received.map(({ record }) => ({ record, error }));
  }
}

function isLastReceive(record: SQSRecord): boolean {
  return Number(record.attributes.ApproximateReceiveCount) >= RECEIVES_MAX;
}

/** @returns whether the message is safe in the dead-letter queue, so that the source queue may forget it */
async function giveUp(
  runtime: Runtime,
  record: SQSRecord,
  { error, signal }: { readonly error: unknown; readonly signal: AbortSignal },
): Promise<boolean> {
  const reason = reasonOf(error);
  const { body, eventSourceARN: source, messageId: id } = record;
  try {
    const queueUrl = runtime.config.locations.deadLetterQueueUrl;
    await sendToDeadLetters({ sqs: runtime.sqs, queueUrl, signal }, { body, source, id, error });
    runtime.logger.error('message moved to the dead-letter queue', { messageId: record.messageId, reason });
    return true;
  } catch (sendError) {
    runtime.logger.error('message not moved to the dead-letter queue, it will be received again', {
      messageId: record.messageId,
      reason,
      error: sendError,
    });
    return false;
  }
}
