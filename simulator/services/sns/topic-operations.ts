import type {
  CreateTopicCommandInput,
  DeleteTopicCommandInput,
  GetTopicAttributesCommandInput,
  ListTagsForResourceCommandInput,
  ListTopicsCommandInput,
  SetTopicAttributesCommandInput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-sns';
import { AwsError } from '../../wire/aws-error.ts';
import type { Operation } from '../../wire/service.ts';
import { tagList, tagsFrom } from '../tag-store.ts';
import { invalidParameter, onTopic, pageByArn, type SnsScope } from './scope.ts';
import { changeTopic, checkAttributes } from './topic-attributes.ts';
import { isPending, type Topic } from './topics.ts';

export function topicOperations(scope: SnsScope): Record<string, Operation> {
  const { topics, tags } = scope;
  return {
    CreateTopic: {
      authorize: ({ Name = '' }: CreateTopicCommandInput) => ({ resources: [topics.arnOf(Name)] }),
      run: (input: CreateTopicCommandInput) => ({ TopicArn: createTopic(scope, input).arn }),
    },
    DeleteTopic: {
      authorize: onTopic,
      // Deleting what is not there is no error.
      run({ TopicArn = '' }: DeleteTopicCommandInput) {
        const topic = topics.find(TopicArn);
        if (topic !== undefined) topics.delete(topic);
        tags.forget(TopicArn);
        return {};
      },
    },
    ListTopics: {
      authorize: () => ({ resources: ['*'] }),
      run({ NextToken }: ListTopicsCommandInput) {
        const { items, token } = pageByArn(topics.all(), NextToken);
        return { Topics: items.map(({ arn }) => ({ TopicArn: arn })), ...token };
      },
    },
    GetTopicAttributes: {
      authorize: onTopic,
      run: (input: GetTopicAttributesCommandInput) => ({
        Attributes: attributesOf(scope, topics.byArn(input.TopicArn ?? '')),
      }),
    },
    SetTopicAttributes: {
      authorize: onTopic,
      run({ TopicArn = '', AttributeName = '', AttributeValue = '' }: SetTopicAttributesCommandInput) {
        const topic = topics.byArn(TopicArn);
        const attributes = { [AttributeName]: AttributeValue };
        checkAttributes(attributes);
        changeTopic(topic, attributes);
        return {};
      },
    },
    ...tagOperations(scope),
  };
}

/** The same name with the same attributes and tags is the same topic; with others it is an error. */
function createTopic(
  scope: SnsScope,
  { Name: name = '', Attributes = {}, Tags, ...rest }: CreateTopicCommandInput,
): Topic {
  const { topics, tags } = scope;
  if (rest.DataProtectionPolicy !== undefined)
    throw invalidParameter('The simulator does not model DataProtectionPolicy');
  if (name.endsWith('.fifo') || Attributes.FifoTopic === 'true') {
    throw invalidParameter('The simulator does not model FIFO topics');
  }
  if (!/^[A-Za-z0-9_-]{1,256}$/.test(name)) throw invalidParameter('Topic Name');
  checkAttributes(Attributes);
  const existing = topics.find(topics.arnOf(name));
  if (existing === undefined) {
    const topic = topics.create({ name, displayName: '', kmsMasterKeyId: undefined });
    changeTopic(topic, Attributes);
    tags.add(topic.arn, tagsFrom(Tags));
    return topic;
  }
  const current = attributesOf(scope, existing);
  const wanted: Topic = { ...existing, inert: new Map(existing.inert) };
  changeTopic(wanted, Attributes);
  const changed = attributesOf(scope, wanted);
  if (Object.keys(Attributes).some((attribute) => current[attribute] !== changed[attribute])) {
    throw invalidParameter('Attributes Reason: Topic already exists with different attributes');
  }
  const known = tags.of(existing.arn);
  if (Object.entries(tagsFrom(Tags)).some(([key, value]) => known.get(key) !== value)) {
    throw invalidParameter('Tags Reason: Topic already exists with different tags');
  }
  return existing;
}

function attributesOf({ kernel, topics }: SnsScope, topic: Topic): Record<string, string> {
  const subscriptions = topics.subscriptionsOf(topic.arn);
  const pending = subscriptions.filter(isPending).length;
  return {
    TopicArn: topic.arn,
    Owner: kernel.place.accountId,
    DisplayName: topic.displayName,
    SubscriptionsConfirmed: String(subscriptions.length - pending),
    SubscriptionsPending: String(pending),
    SubscriptionsDeleted: String(topic.subscriptionsDeleted),
    ...(topic.policy !== undefined && { Policy: JSON.stringify(topic.policy) }),
    ...(topic.kmsMasterKeyId !== undefined && { KmsMasterKeyId: topic.kmsMasterKeyId }),
    ...Object.fromEntries(topic.inert),
  };
}

function tagOperations({ topics, tags }: SnsScope): Record<string, Operation> {
  const onResource = ({ ResourceArn }: { ResourceArn?: string }) => ({ resources: [ResourceArn ?? ''] });
  const requireTopic = (arn = ''): string => {
    if (topics.find(arn) !== undefined) return arn;
    throw new AwsError('ResourceNotFoundException', 'Resource does not exist', { status: 404 });
  };
  return {
    TagResource: {
      authorize: onResource,
      run({ ResourceArn, Tags }: TagResourceCommandInput) {
        tags.add(requireTopic(ResourceArn), tagsFrom(Tags));
        return {};
      },
    },
    UntagResource: {
      authorize: onResource,
      run({ ResourceArn, TagKeys = [] }: UntagResourceCommandInput) {
        tags.remove(requireTopic(ResourceArn), TagKeys);
        return {};
      },
    },
    ListTagsForResource: {
      authorize: onResource,
      run: ({ ResourceArn }: ListTagsForResourceCommandInput) => ({
        Tags: tagList(tags.of(requireTopic(ResourceArn))),
      }),
    },
  };
}
