import type {
  GetTopicAttributesCommandInput,
  ListSubscriptionsByTopicCommandInput,
  PublishBatchCommandInput,
  PublishCommandInput,
} from '@aws-sdk/client-sns';
import * as sns from '@aws-sdk/client-sns';
import type { Kernel } from '../../kernel/kernel.ts';
import { AwsError } from '../../wire/aws-error.ts';
import type { Authorization, Call, Operation, SimulatedService } from '../../wire/service.ts';
import type { Keys } from '../kms/keys.ts';
import { checkPublication, MESSAGE_BYTES_MAX } from './publish-input.ts';
import type { Topics } from './topics.ts';

const BATCH_MAX = 10;

/** The SNS API (query protocol). Actions and resources: Service Authorization Reference, "Amazon SNS". */
export function createSnsService(kernel: Kernel, topics: Topics, keys: Keys): SimulatedService {
  const publishing = ({ TopicArn }: { TopicArn?: string | undefined }, { caller }: Call): readonly Authorization[] => [
    // PublishBatch has no action of its own.
    { action: 'sns:Publish', resources: [TopicArn ?? '*'] },
    ...keys.authorizations(topics.find(TopicArn ?? '')?.kmsMasterKeyId, caller, 'sns'),
  ];
  const onTopic = ({ TopicArn }: { TopicArn?: string | undefined }) => ({ resources: [TopicArn ?? '*'] });

  const operations: Record<string, Operation> = {
    Publish: {
      authorize: publishing,
      run(input: PublishCommandInput) {
        const arn = input.TopicArn ?? input.TargetArn;
        if (arn === undefined)
          throw new AwsError(
            'InvalidParameterException',
            'Invalid parameter: TopicArn or TargetArn Reason: no value for required parameter',
          );
        const publication = checkPublication(input);
        return { MessageId: topics.publish(topics.byArn(arn), publication) };
      },
    },
    PublishBatch: {
      authorize: publishing,
      run: (input: PublishBatchCommandInput) => publishBatch(topics, input),
    },
    GetTopicAttributes: {
      authorize: onTopic,
      run(input: GetTopicAttributesCommandInput) {
        const topic = topics.byArn(input.TopicArn ?? '');
        return {
          Attributes: {
            TopicArn: topic.arn,
            Owner: kernel.place.accountId,
            DisplayName: topic.displayName,
            SubscriptionsConfirmed: String(topics.subscriptionsOf(topic.arn).length),
            ...(topic.policy !== undefined && { Policy: JSON.stringify(topic.policy) }),
            ...(topic.kmsMasterKeyId !== undefined && { KmsMasterKeyId: topic.kmsMasterKeyId }),
          },
        };
      },
    },
    ListSubscriptionsByTopic: {
      authorize: onTopic,
      run(input: ListSubscriptionsByTopicCommandInput) {
        const topic = topics.byArn(input.TopicArn ?? '');
        const subscriptions = topics.subscriptionsOf(topic.arn).map(({ arn, protocol, endpoint }) => ({
          SubscriptionArn: arn,
          Owner: kernel.place.accountId,
          Protocol: protocol,
          Endpoint: endpoint,
          TopicArn: topic.arn,
        }));
        return { Subscriptions: subscriptions };
      },
    },
  };
  return { name: 'sns', protocol: 'awsQuery', schemas: { ...sns }, operations };
}

function publishBatch(
  topics: Topics,
  { TopicArn = '', PublishBatchRequestEntries: entries = [] }: PublishBatchCommandInput,
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
      Successful.push({ Id: entry.Id, MessageId: topics.publish(topic, checkPublication(entry)) });
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
