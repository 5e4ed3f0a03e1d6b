import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import type { Runtime } from '../runtime.ts';

/** An attribute value may be long, but a message has 256 KiB with all of them: the start of a reason says enough. */
const REASON_LENGTH_MAX = 2_000;

/** Keeps a message as it came, with the reason, the queue it came from and its first id as attributes. */
export async function sendToDeadLetters(runtime: Runtime, record: SQSRecord, reason: string): Promise<void> {
  const attributes = {
    reason: reason.slice(0, REASON_LENGTH_MAX),
    sourceQueue: record.eventSourceARN,
    messageId: record.messageId,
  };
  await runtime.sqs.send(
    new SendMessageCommand({
      QueueUrl: runtime.config.locations.deadLetterQueueUrl,
      MessageBody: record.body,
      MessageAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
      ),
    }),
  );
}
