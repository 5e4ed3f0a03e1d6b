import type { Message, ReceiveMessageCommandInput } from '@aws-sdk/client-sqs';
import { md5Of, md5OfAttributes } from './digest.ts';
import type { QueueMessage } from './message.ts';

/** A message as ReceiveMessage answers it, with the attributes that the caller asked for. */
export function receivedMessage(message: QueueMessage, input: ReceiveMessageCommandInput): Message {
  const wanted: readonly string[] = [...(input.MessageSystemAttributeNames ?? []), ...(input.AttributeNames ?? [])];
  const system = Object.entries(systemAttributes(message));
  const names: readonly string[] = input.MessageAttributeNames ?? [];
  const isNamed = (name: string) =>
    names.some(
      (each) => each === 'All' || each === name || (each.endsWith('.*') && name.startsWith(each.slice(0, -1))),
    );
  const custom = Object.fromEntries(Object.entries(message.attributes).filter(([name]) => isNamed(name)));
  const md5 = md5OfAttributes(custom);
  return {
    MessageId: message.messageId,
    ...(message.receiptHandle !== undefined && { ReceiptHandle: message.receiptHandle }),
    MD5OfBody: md5Of(message.body),
    Body: message.body,
    ...(wanted.length > 0 && {
      Attributes: Object.fromEntries(system.filter(([name]) => wanted.includes('All') || wanted.includes(name))),
    }),
    ...(md5 !== undefined && { MD5OfMessageAttributes: md5, MessageAttributes: custom }),
  };
}

/** The system attributes of a received message; instants are epoch milliseconds, as text. */
export function systemAttributes(message: QueueMessage): Record<string, string> {
  return {
    ApproximateReceiveCount: String(message.receiveCount),
    SentTimestamp: String(message.sentAtMs),
    SenderId: message.senderId,
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAtMs ?? ''),
    ...(message.deadLetterSourceArn !== undefined && { DeadLetterQueueSourceArn: message.deadLetterSourceArn }),
  };
}
