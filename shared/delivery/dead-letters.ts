import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';

/** An attribute value may be long, but a message has 256 KiB with all of them: the start of a reason says enough. */
const REASON_LENGTH_MAX = 2_000;

export interface DeadLetter {
  readonly body: string;
  /** ARN of the queue or stream that it came from. */
  readonly source: string;
  /** What it was called there. */
  readonly id: string;
  readonly error: unknown;
}

/** Keeps what cannot be dealt with, with the reason, where it came from and its first id as attributes. */
export async function sendToDeadLetters(
  { sqs, queueUrl, signal }: { readonly sqs: SQSClient; readonly queueUrl: string; readonly signal?: AbortSignal },
  { body, source, id, error }: DeadLetter,
): Promise<void> {
  const attributes = { reason: reasonOf(error).slice(0, REASON_LENGTH_MAX), sourceQueue: source, messageId: id };
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: queueUrl,
      MessageBody: body,
      MessageAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
      ),
    }),
    { ...(signal && { abortSignal: signal }) },
  );
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
