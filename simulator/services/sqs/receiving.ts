import type {
  ChangeMessageVisibilityBatchCommandInput,
  ChangeMessageVisibilityCommandInput,
  DeleteMessageBatchCommandInput,
  DeleteMessageCommandInput,
  ReceiveMessageCommandInput,
} from '@aws-sdk/client-sqs';
import { AwsError } from '../../wire/aws-error.ts';
import type { Operation } from '../../wire/service.ts';
import type { QueueMessage } from './message.ts';
import type { Queue } from './queue.ts';
import { receivedMessage } from './received-message.ts';
import { onQueue, onQueueAs, outOfRange, perEntry, type SqsScope } from './scope.ts';
import { checkDistinctIds } from './validation.ts';

const VISIBILITY_SECONDS_MAX = 43_200;
const WAIT_SECONDS_MAX = 20;
const RECEIVE_MAX = 10;

export function receivingOperations(scope: SqsScope): Record<string, Operation> {
  const { queues } = scope;
  return {
    ReceiveMessage: {
      authorize: onQueue(scope),
      run: (input: ReceiveMessageCommandInput) => receive(scope, input),
    },
    DeleteMessage: {
      authorize: onQueue(scope),
      run(input: DeleteMessageCommandInput) {
        queues.byUrl(input.QueueUrl ?? '').delete(input.ReceiptHandle ?? '');
        return {};
      },
    },
    DeleteMessageBatch: {
      authorize: onQueueAs(scope, 'sqs:DeleteMessage'),
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
      authorize: onQueue(scope),
      run: (input: ChangeMessageVisibilityCommandInput) =>
        changeVisibility(scope, queues.byUrl(input.QueueUrl ?? ''), input),
    },
    ChangeMessageVisibilityBatch: {
      authorize: onQueueAs(scope, 'sqs:ChangeMessageVisibility'),
      run(input: ChangeMessageVisibilityBatchCommandInput) {
        const queue = queues.byUrl(input.QueueUrl ?? '');
        checkDistinctIds(input.Entries ?? []);
        return perEntry(input.Entries ?? [], (entry) => changeVisibility(scope, queue, entry));
      },
    },
  };
}

function receive({ kernel, queues }: SqsScope, input: ReceiveMessageCommandInput): object | Promise<object> {
  const { MaxNumberOfMessages: max = 1, VisibilityTimeout: visibility, WaitTimeSeconds } = input;
  if (max < 1 || max > RECEIVE_MAX) throw outOfRange('MaxNumberOfMessages', max, `between 1 and ${RECEIVE_MAX}`);
  if (visibility !== undefined) checkVisibility(visibility);
  const queue = queues.byUrl(input.QueueUrl ?? '');
  const waitSeconds = WaitTimeSeconds ?? queue.settings.receiveWaitSeconds;
  if (waitSeconds < 0 || waitSeconds > WAIT_SECONDS_MAX) {
    throw outOfRange('WaitTimeSeconds', waitSeconds, `>= 0 and <= ${WAIT_SECONDS_MAX}`);
  }
  const take = () => queue.receive(max, visibility);
  const answer = (messages: readonly QueueMessage[]) =>
    messages.length === 0 ? {} : { Messages: messages.map((message) => receivedMessage(message, input)) };
  if (waitSeconds === 0) return answer(take());
  return takeUntil(queue, kernel.clock.now() + waitSeconds * 1_000, take).then(answer);
}

/** "Amazon SQS short and long polling": answers with the first message that comes, or with none at the end. */
async function takeUntil(queue: Queue, deadlineMs: number, take: () => QueueMessage[]): Promise<QueueMessage[]> {
  for (;;) {
    const messages = take();
    if (messages.length > 0 || !(await queue.becomesVisible(deadlineMs))) return messages;
  }
}

function changeVisibility(
  { kernel }: SqsScope,
  queue: Queue,
  entry: { readonly ReceiptHandle?: string | undefined; readonly VisibilityTimeout?: number | undefined },
): object {
  const seconds = entry.VisibilityTimeout ?? 0;
  checkVisibility(seconds);
  const found = queue.findByHandle(entry.ReceiptHandle ?? '');
  if (!found?.isLatest || found.message.visibleAtMs <= kernel.clock.now()) {
    throw new AwsError('MessageNotInflight', "The specified message isn't in flight.");
  }
  queue.changeVisibility(found.message, seconds);
  return {};
}

function checkVisibility(seconds: number): void {
  if (seconds >= 0 && seconds <= VISIBILITY_SECONDS_MAX) return;
  throw outOfRange('VisibilityTimeout', seconds, `between 0 and ${VISIBILITY_SECONDS_MAX}`);
}
