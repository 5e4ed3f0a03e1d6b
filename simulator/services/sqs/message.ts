import type { MessageAttributeValue } from '@aws-sdk/client-sqs';

export interface QueueMessage {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttributeValue>>;
  readonly senderId: string;
  readonly sentAtMs: number;
  /** When it came into this queue; after a redrive later than `sentAtMs`. */
  readonly arrivedAtMs: number;
  firstReceivedAtMs?: number;
  receiveCount: number;
  visibleAtMs: number;
  /** The handle of the latest receive: only that one still deletes the message. */
  receiptHandle?: string;
  deadLetterSourceArn?: string;
}

export interface NewMessage {
  readonly body: string;
  readonly attributes?: Readonly<Record<string, MessageAttributeValue>>;
  readonly senderId: string;
  readonly delaySeconds?: number;
}
