import type {
  SendMessageBatchCommandInput,
  SendMessageBatchRequestEntry,
  SendMessageCommandInput,
} from '@aws-sdk/client-sqs';
import { AwsError } from '../../wire/aws-error.ts';
import type { Authorization, Call, Operation } from '../../wire/service.ts';
import { md5Of, md5OfAttributes } from './digest.ts';
import type { Queue } from './queue.ts';
import { type OfQueue, onQueueAs, perEntry, type SqsScope } from './scope.ts';
import { checkDistinctIds, checkMessage, senderIdOf } from './validation.ts';

export function sendingOperations(scope: SqsScope): Record<string, Operation> {
  const { queues, keys } = scope;
  const authorize = (input: OfQueue, { caller }: Call): readonly Authorization[] => {
    const queue = queues.find(queues.arnOfUrl(input.QueueUrl ?? ''));
    return [
      onQueueAs(scope, 'sqs:SendMessage')(input),
      ...keys.authorizations(queue?.settings.kmsMasterKeyId, caller, 'sqs'),
    ];
  };
  return {
    SendMessage: {
      authorize,
      run: (input: SendMessageCommandInput, call: Call) => send(scope, queues.byUrl(input.QueueUrl ?? ''), input, call),
    },
    SendMessageBatch: {
      authorize,
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
        return perEntry(entries, (entry) => send(scope, queue, entry, call));
      },
    },
  };
}

function send({ queues }: SqsScope, queue: Queue, entry: Omit<SendMessageBatchRequestEntry, 'Id'>, { caller }: Call) {
  const attributes = checkMessage(queue, entry);
  const body = entry.MessageBody ?? '';
  const { DelaySeconds: delaySeconds } = entry;
  const message = queues.send(queue, {
    body,
    attributes,
    senderId: senderIdOf(caller),
    ...(delaySeconds !== undefined && { delaySeconds }),
  });
  const md5 = md5OfAttributes(attributes);
  return {
    MessageId: message.messageId,
    MD5OfMessageBody: md5Of(body),
    ...(md5 !== undefined && { MD5OfMessageAttributes: md5 }),
  };
}
