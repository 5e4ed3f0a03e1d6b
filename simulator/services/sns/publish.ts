import type { PublishBatchCommandInput, PublishCommandInput } from '@aws-sdk/client-sns';
import { AwsError } from '../../wire/aws-error.ts';
import type { Authorization, Call, Operation } from '../../wire/service.ts';
import type { RequestChain } from '../lambda/request-chain.ts';
import { checkPublication, MESSAGE_BYTES_MAX } from './publish-input.ts';
import type { SnsScope } from './scope.ts';
import type { Topics } from './topics.ts';

const BATCH_MAX = 10;

export function publishOperations({ topics, keys, chainOf }: SnsScope): Record<string, Operation> {
  const authorize = ({ TopicArn }: { TopicArn?: string | undefined }, { caller }: Call): readonly Authorization[] => [
    // PublishBatch has no action of its own.
    { action: 'sns:Publish', resources: [TopicArn ?? '*'] },
    ...keys.authorizations(topics.find(TopicArn ?? '')?.kmsMasterKeyId, caller, 'sns'),
  ];
  const chainOfCall = ({ caller }: Call) => (caller.kind === 'function' ? chainOf(caller.requestId) : undefined);
  return {
    Publish: {
      authorize,
      run(input: PublishCommandInput, call: Call) {
        const arn = input.TopicArn ?? input.TargetArn;
        if (arn === undefined)
          throw new AwsError(
            'InvalidParameterException',
            'Invalid parameter: TopicArn or TargetArn Reason: no value for required parameter',
          );
        const publication = checkPublication(input);
        return { MessageId: topics.publish(topics.byArn(arn), publication, chainOfCall(call)) };
      },
    },
    PublishBatch: {
      authorize,
      run: (input: PublishBatchCommandInput, call: Call) => publishBatch(topics, input, chainOfCall(call)),
    },
  };
}

function publishBatch(
  topics: Topics,
  { TopicArn = '', PublishBatchRequestEntries: entries = [] }: PublishBatchCommandInput,
  chain: RequestChain | undefined,
) {
  const topic = topics.byArn(TopicArn);
  if (entries.length === 0)
    throw new AwsError('EmptyBatchRequestException', "The batch request doesn't contain any entries.");
  if (entries.length > BATCH_MAX) {
    throw new AwsError(
      'TooManyEntriesInBatchRequestException',
      'The batch request contains more entries than permissible.',
    );
  }
  if (new Set(entries.map((entry) => entry.Id)).size < entries.length) {
    throw new AwsError(
      'BatchEntryIdsNotDistinctException',
      'Two or more batch entries in the request have the same Id.',
    );
  }
  const bytes = entries.reduce((sum, entry) => sum + Buffer.byteLength(entry.Message ?? ''), 0);
  if (bytes > MESSAGE_BYTES_MAX) {
    throw new AwsError(
      'BatchRequestTooLongException',
      'The length of all the batch messages put together is more than the limit.',
    );
  }
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of entries) {
    try {
      Successful.push({ Id: entry.Id, MessageId: topics.publish(topic, checkPublication(entry), chain) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({
        Id: entry.Id,
        Code: error.code.replace(/Exception$/, ''),
        Message: error.message,
        SenderFault: true,
      });
    }
  }
  return { Successful, Failed };
}
