import type {
  CreateQueueCommandInput,
  DeleteQueueCommandInput,
  GetQueueAttributesCommandInput,
  GetQueueUrlCommandInput,
  ListDeadLetterSourceQueuesCommandInput,
  ListQueuesCommandInput,
  ListQueueTagsCommandInput,
  PurgeQueueCommandInput,
  SetQueueAttributesCommandInput,
  TagQueueCommandInput,
  UntagQueueCommandInput,
} from '@aws-sdk/client-sqs';
import { AwsError } from '../../wire/aws-error.ts';
import type { Call, Operation } from '../../wire/service.ts';
import { pageByName } from '../name-pages.ts';
import { attributesOfQueue } from './attributes.ts';
import { changeQueue, createQueue } from './change-queue.ts';
import type { Queue } from './queue.ts';
import { onQueue, outOfRange, type SqsScope } from './scope.ts';

const LIST_MAX = 1_000;

export function queueOperations(scope: SqsScope): Record<string, Operation> {
  const { queues, tags } = scope;
  const named = ({ QueueName }: { QueueName: string | undefined }) => ({
    resources: [queues.arnOfUrl(QueueName ?? '')],
  });
  const attributesOf = (queue: Queue) => Object.entries(attributesOfQueue(queue, queues.policyOf(queue.arn)));
  return {
    CreateQueue: {
      authorize: named,
      run: (input: CreateQueueCommandInput, call: Call) => ({ QueueUrl: urlFor(call, createQueue(scope, input)) }),
    },
    DeleteQueue: {
      authorize: onQueue(scope),
      run(input: DeleteQueueCommandInput) {
        const queue = queues.byUrl(input.QueueUrl ?? '');
        queues.delete(queue);
        tags.forget(queue.arn);
        return {};
      },
    },
    ListQueues: {
      authorize: () => ({ resources: ['*'] }),
      run({ QueueNamePrefix = '', ...paged }: ListQueuesCommandInput, call: Call) {
        const found = queues.all().filter(({ name }) => name.startsWith(QueueNamePrefix));
        const { urls, token } = pageOfQueues(found, paged, call);
        return { ...(urls.length > 0 && { QueueUrls: urls }), ...token };
      },
    },
    ListDeadLetterSourceQueues: {
      authorize: onQueue(scope),
      run({ QueueUrl = '', ...paged }: ListDeadLetterSourceQueuesCommandInput, call: Call) {
        const { urls, token } = pageOfQueues(queues.sourcesOf(queues.byUrl(QueueUrl)), paged, call);
        return { queueUrls: urls, ...token };
      },
    },
    GetQueueUrl: {
      authorize: named,
      run: (input: GetQueueUrlCommandInput, call: Call) => ({
        QueueUrl: urlFor(call, queues.byUrl(input.QueueName ?? '')),
      }),
    },
    GetQueueAttributes: {
      authorize: onQueue(scope),
      run(input: GetQueueAttributesCommandInput) {
        const names: readonly string[] = input.AttributeNames ?? [];
        const all = attributesOf(queues.byUrl(input.QueueUrl ?? ''));
        return {
          Attributes: Object.fromEntries(all.filter(([name]) => names.includes('All') || names.includes(name))),
        };
      },
    },
    SetQueueAttributes: {
      authorize: onQueue(scope),
      run(input: SetQueueAttributesCommandInput) {
        changeQueue(scope, queues.byUrl(input.QueueUrl ?? ''), input.Attributes ?? {});
        return {};
      },
    },
    PurgeQueue: {
      authorize: onQueue(scope),
      run(input: PurgeQueueCommandInput) {
        const queue = queues.byUrl(input.QueueUrl ?? '');
        if (queue.purge()) return {};
        throw new AwsError(
          'PurgeQueueInProgress',
          `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`,
        );
      },
    },
    ...tagOperations(scope),
  };
}

function tagOperations(scope: SqsScope): Record<string, Operation> {
  const { queues, tags } = scope;
  const arnOf = (url = '') => queues.byUrl(url).arn;
  return {
    TagQueue: {
      authorize: onQueue(scope),
      run({ QueueUrl, Tags = {} }: TagQueueCommandInput) {
        tags.add(arnOf(QueueUrl), Tags);
        return {};
      },
    },
    UntagQueue: {
      authorize: onQueue(scope),
      run({ QueueUrl, TagKeys = [] }: UntagQueueCommandInput) {
        tags.remove(arnOf(QueueUrl), TagKeys);
        return {};
      },
    },
    ListQueueTags: {
      authorize: onQueue(scope),
      run({ QueueUrl }: ListQueueTagsCommandInput) {
        const found = tags.of(arnOf(QueueUrl));
        return found.size === 0 ? {} : { Tags: Object.fromEntries(found) };
      },
    },
  };
}

/** Some clients (the JavaScript SDK v3) send to the host of the queue's URL, whatever their own endpoint is. */
function urlFor({ endpoint }: Call, { url }: Queue): string {
  return endpoint === undefined ? url : `${endpoint}${new URL(url).pathname}`;
}

interface Paged {
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

/** Without MaxResults there is no next page: the first thousand are all there is to see (ListQueues, API reference). */
function pageOfQueues(queues: readonly Queue[], { NextToken, MaxResults }: Paged, call: Call) {
  if (MaxResults !== undefined && (MaxResults < 1 || MaxResults > LIST_MAX)) {
    throw outOfRange('MaxResults', MaxResults, `an integer between 1 and ${LIST_MAX}`);
  }
  const page = pageByName(queues, ({ name }) => name, { token: NextToken, size: MaxResults ?? LIST_MAX });
  if (page === undefined) throw new AwsError('InvalidParameterValue', 'Invalid or expired next token.');
  const hasToken = MaxResults !== undefined && page.nextToken !== undefined;
  return { urls: page.items.map((queue) => urlFor(call, queue)), token: hasToken ? { NextToken: page.nextToken } : {} };
}
