import type {
  BatchResultErrorEntry,
  ChangeMessageVisibilityCommandInput,
  DeleteMessageBatchCommandInput,
  DeleteMessageCommandInput,
  GetQueueAttributesCommandInput,
  GetQueueUrlCommandInput,
  Message,
  PurgeQueueCommandInput,
  ReceiveMessageCommandInput,
  SendMessageBatchCommandInput,
  SendMessageBatchRequestEntry,
  SendMessageCommandInput,
} from '@aws-sdk/client-sqs';
import * as sqs from '@aws-sdk/client-sqs';
import type { Kernel } from '../../kernel/kernel.ts';
import { AwsError } from '../../wire/aws-error.ts';
import type { Authorization, Call, Operation, SimulatedService } from '../../wire/service.ts';
import type { Keys } from '../kms/keys.ts';
import { attributesOfQueue } from './attributes.ts';
import { md5Of, md5OfAttributes } from './digest.ts';
import type { Queue, QueueMessage } from './queue.ts';
import type { Queues } from './queues.ts';
import { checkDistinctIds, checkMessage, senderIdOf } from './validation.ts';

const VISIBILITY_SECONDS_MAX = 43_200;
const RECEIVE_MAX = 10;

/** The SQS API (JSON 1.0, and query for older clients), for standard queues. Actions and resources: Service Authorization Reference, "Amazon SQS". */
export function createSqsService(kernel: Kernel, queues: Queues, keys: Keys): SimulatedService {
  const onQueue = (input: { QueueUrl: string | undefined }): Authorization => ({
    resources: [queues.arnOfUrl(input.QueueUrl ?? '')],
  });
  const as = (action: string) => (input: { QueueUrl: string | undefined }) => ({ ...onQueue(input), action });
  const sending = (input: { QueueUrl: string | undefined }, { caller }: Call): readonly Authorization[] => {
    const queue = queues.find(queues.arnOfUrl(input.QueueUrl ?? ''));
    // Batches have no action of their own: SendMessageBatch needs sqs:SendMessage.
    return [as('sqs:SendMessage')(input), ...keys.authorizations(queue?.settings.kmsMasterKeyId, caller, 'sqs')];
  };

  const send = (queue: Queue, entry: Omit<SendMessageBatchRequestEntry, 'Id'>, call: Call) => {
    const attributes = checkMessage(queue, entry);
    const body = entry.MessageBody ?? '';
    const { DelaySeconds: delaySeconds } = entry;
    const senderId = senderIdOf(call.caller);
    const message = queues.send(queue, {
      body,
      attributes,
      senderId,
      ...(delaySeconds !== undefined && { delaySeconds }),
    });
    const md5 = md5OfAttributes(attributes);
    return {
      MessageId: message.messageId,
      MD5OfMessageBody: md5Of(body),
      ...(md5 !== undefined && { MD5OfMessageAttributes: md5 }),
    };
  };

  const operations: Record<string, Operation> = {
    SendMessage: {
      authorize: sending,
      run: (input: SendMessageCommandInput, call: Call) => send(queues.byUrl(input.QueueUrl ?? ''), input, call),
    },
    SendMessageBatch: {
      authorize: sending,
      run(input: SendMessageBatchCommandInput, call: Call) {
        const queue = queues.byUrl(input.QueueUrl ?? '');
        const entries = input.Entries ?? [];
        checkDistinctIds(entries);
        const bytes = entries.reduce((sum, entry) => sum + Buffer.byteLength(entry.MessageBody ?? ''), 0);
        if (bytes > queue.settings.messageBytesMax) {
          throw new AwsError(
            'BatchRequestTooLong',
            `Batch requests cannot be longer than ${queue.settings.messageBytesMax} bytes.`,
          );
        }
        return perEntry(entries, (entry) => send(queue, entry, call));
      },
    },
    ReceiveMessage: {
      authorize: onQueue,
      run(input: ReceiveMessageCommandInput) {
        const max = input.MaxNumberOfMessages ?? 1;
        if (max < 1 || max > RECEIVE_MAX) throw outOfRange('MaxNumberOfMessages', max, `between 1 and ${RECEIVE_MAX}`);
        const messages = queues.byUrl(input.QueueUrl ?? '').receive(max, input.VisibilityTimeout);
        return messages.length === 0 ? {} : { Messages: messages.map((message) => receivedMessage(message, input)) };
      },
    },
    DeleteMessage: {
      authorize: onQueue,
      run(input: DeleteMessageCommandInput) {
        queues.byUrl(input.QueueUrl ?? '').delete(input.ReceiptHandle ?? '');
        return {};
      },
    },
    DeleteMessageBatch: {
      authorize: as('sqs:DeleteMessage'),
      run(input: DeleteMessageBatchCommandInput) {
        const queue = queues.byUrl(input.QueueUrl ?? '');
        checkDistinctIds(input.Entries ?? []);
        return perEntry(input.Entries ?? [], (entry) => {
          queue.delete(entry.ReceiptHandle ?? '');
          return {};
        });
      },
    },
    ChangeMessageVisibility: {
      authorize: onQueue,
      run(input: ChangeMessageVisibilityCommandInput) {
        const seconds = input.VisibilityTimeout ?? 0;
        if (seconds < 0 || seconds > VISIBILITY_SECONDS_MAX) {
          throw outOfRange('VisibilityTimeout', seconds, `between 0 and ${VISIBILITY_SECONDS_MAX}`);
        }
        const queue = queues.byUrl(input.QueueUrl ?? '');
        const found = queue.findByHandle(input.ReceiptHandle ?? '');
        if (!found?.isLatest || found.message.visibleAtMs <= kernel.clock.now()) {
          throw new AwsError('MessageNotInflight', "The specified message isn't in flight.");
        }
        queue.changeVisibility(found.message, seconds);
        return {};
      },
    },
    GetQueueAttributes: {
      authorize: onQueue,
      run(input: GetQueueAttributesCommandInput) {
        const queue = queues.byUrl(input.QueueUrl ?? '');
        const names: readonly string[] = input.AttributeNames ?? [];
        const all = Object.entries(attributesOfQueue(queue, queues.policyOf(queue.arn)));
        return {
          Attributes: Object.fromEntries(all.filter(([name]) => names.includes('All') || names.includes(name))),
        };
      },
    },
    GetQueueUrl: {
      authorize: (input: GetQueueUrlCommandInput) => ({ resources: [queues.arnOfUrl(input.QueueName ?? '')] }),
      run: (input: GetQueueUrlCommandInput) => ({ QueueUrl: queues.byUrl(input.QueueName ?? '').url }),
    },
    PurgeQueue: {
      authorize: onQueue,
      run(input: PurgeQueueCommandInput) {
        queues.byUrl(input.QueueUrl ?? '').purge();
        return {};
      },
    },
  };
  return { name: 'sqs', protocol: 'awsJson1_0', otherProtocols: ['awsQuery'], schemas: { ...sqs }, operations };
}

function receivedMessage(message: QueueMessage, input: ReceiveMessageCommandInput): Message {
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

/** Each entry succeeds or fails alone: the answer is 200 either way. */
function perEntry<Entry extends { Id: string | undefined }>(
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

function outOfRange(name: string, value: number, range: string): AwsError {
  return new AwsError(
    'InvalidParameterValue',
    `Value ${value} for parameter ${name} is invalid. Reason: Must be ${range}, if provided.`,
  );
}
