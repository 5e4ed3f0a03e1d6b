import type { BatchResultErrorEntry } from '@aws-sdk/client-sqs';
import type { Kernel } from '../../kernel/kernel.ts';
import { AwsError } from '../../wire/aws-error.ts';
import type { Authorization } from '../../wire/service.ts';
import type { Keys } from '../kms/keys.ts';
import type { TagStore } from '../tag-store.ts';
import type { Queues } from './queues.ts';

/** What the operations of the API work on. */
export interface SqsScope {
  readonly kernel: Kernel;
  readonly queues: Queues;
  readonly keys: Keys;
  readonly tags: TagStore;
}

export interface OfQueue {
  readonly QueueUrl?: string | undefined;
}

export function onQueue({ queues }: SqsScope): (input: OfQueue) => Authorization {
  return ({ QueueUrl }) => ({ resources: [queues.arnOfUrl(QueueUrl ?? '')] });
}

/** Batches have no action of their own: SendMessageBatch needs sqs:SendMessage. */
export function onQueueAs(scope: SqsScope, action: string): (input: OfQueue) => Authorization {
  return (input) => ({ ...onQueue(scope)(input), action });
}

/** Each entry succeeds or fails alone: the answer is 200 either way. */
export function perEntry<Entry extends { Id: string | undefined }>(
  entries: readonly Entry[],
  apply: (entry: Entry) => object,
): { Successful: object[]; Failed: BatchResultErrorEntry[] } {
  const result = { Successful: [] as object[], Failed: [] as BatchResultErrorEntry[] };
  for (const entry of entries) {
    try {
      result.Successful.push({ Id: entry.Id, ...apply(entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      result.Failed.push({ Id: entry.Id, SenderFault: true, Code: error.code, Message: error.message });
    }
  }
  return result;
}

export function outOfRange(name: string, value: number, range: string): AwsError {
  return new AwsError(
    'InvalidParameterValue',
    `Value ${value} for parameter ${name} is invalid. Reason: Must be ${range}, if provided.`,
  );
}
