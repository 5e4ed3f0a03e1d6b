import type { Story } from './story.ts';

const QueueUrl = 'https://sqs.eu-central-1.amazonaws.com/111122223333/jobs';
const Other = 'https://sqs.eu-central-1.amazonaws.com/111122223333/other';
const QueueArn = 'arn:aws:sqs:eu-central-1:111122223333:jobs';
const TopicArn = 'arn:aws:sns:eu-central-1:111122223333:alerts';
const RuleArn = 'arn:aws:events:eu-central-1:111122223333:rule/mine';
const attributes = { kind: { DataType: 'String', StringValue: 'drain' } };

const handle = (told: { answer<Output>(operation: string): Output }) =>
  told.answer<{ Messages?: { ReceiptHandle?: string }[] }>('ReceiveMessage').Messages?.[0]?.ReceiptHandle ?? '';

export const sqs: Story = {
  service: 'sqs',
  steps: [
    ['CreateQueue', { QueueName: 'other', Attributes: { VisibilityTimeout: '60' } }],
    ['ListQueues', { QueueNamePrefix: 'o' }],
    ['SetQueueAttributes', { QueueUrl: Other, Attributes: { DelaySeconds: '1' } }],
    ['TagQueue', { QueueUrl: Other, Tags: { team: 'platform' } }],
    ['ListQueueTags', { QueueUrl: Other }],
    ['UntagQueue', { QueueUrl: Other, TagKeys: ['team'] }],
    ['ListDeadLetterSourceQueues', { QueueUrl: Other }],
    ['DeleteQueue', { QueueUrl: Other }],
    ['GetQueueUrl', { QueueName: 'jobs' }],
    ['GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] }],
    ['SendMessage', { QueueUrl, MessageBody: 'ä <&>', MessageAttributes: attributes }],
    ['SendMessageBatch', { QueueUrl, Entries: [{ Id: 'b', MessageBody: 'b', MessageAttributes: attributes }] }],
    [
      'ReceiveMessage',
      {
        QueueUrl,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 5,
        AttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      },
    ],
    ['ChangeMessageVisibility', (told) => ({ QueueUrl, ReceiptHandle: handle(told), VisibilityTimeout: 60 })],
    [
      'ChangeMessageVisibilityBatch',
      (told) => ({ QueueUrl, Entries: [{ Id: 'a', ReceiptHandle: handle(told), VisibilityTimeout: 60 }] }),
    ],
    ['DeleteMessage', (told) => ({ QueueUrl, ReceiptHandle: handle(told) })],
    ['DeleteMessageBatch', (told) => ({ QueueUrl, Entries: [{ Id: 'one', ReceiptHandle: handle(told) }] })],
    ['PurgeQueue', { QueueUrl }],
  ],
};

const News = 'arn:aws:sns:eu-central-1:111122223333:news';
const subscription = (told: { answer<Output>(operation: string): Output }) => {
  const { SubscriptionArn } = told.answer<{ SubscriptionArn: string }>('Subscribe');
  return { SubscriptionArn };
};

export const sns: Story = {
  service: 'sns',
  steps: [
    ['Publish', { TopicArn, Message: 'ä <&>', MessageAttributes: attributes }],
    ['PublishBatch', { TopicArn, PublishBatchRequestEntries: [{ Id: 'b', Message: 'b' }] }],
    ['GetTopicAttributes', { TopicArn }],
    ['CreateTopic', { Name: 'news', Attributes: { DisplayName: 'News' }, Tags: [{ Key: 'stage', Value: 'test' }] }],
    ['ListTopics'],
    ['SetTopicAttributes', { TopicArn: News, AttributeName: 'DisplayName', AttributeValue: 'Other news' }],
    ['Subscribe', { TopicArn: News, Protocol: 'sqs', Endpoint: QueueArn, Attributes: { RawMessageDelivery: 'true' } }],
    ['ListSubscriptions'],
    ['ListSubscriptionsByTopic', { TopicArn: News }],
    ['GetSubscriptionAttributes', (told) => subscription(told)],
    [
      'SetSubscriptionAttributes',
      (told) => ({ ...subscription(told), AttributeName: 'FilterPolicy', AttributeValue: '{"kind":["drain"]}' }),
    ],
    ['Unsubscribe', (told) => subscription(told)],
    ['TagResource', { ResourceArn: News, Tags: [{ Key: 'team', Value: 'platform' }] }],
    ['ListTagsForResource', { ResourceArn: News }],
    ['UntagResource', { ResourceArn: News, TagKeys: ['team'] }],
    ['DeleteTopic', { TopicArn: News }],
  ],
};

const envelope = { id: '1', account: '111122223333', time: '2026-01-05T08:00:00Z', region: 'eu-central-1' };
const event = { ...envelope, source: 'me', 'detail-type': 'Something', resources: [], detail: {} };

export const events: Story = {
  service: 'events',
  steps: [
    ['PutRule', { Name: 'mine', EventPattern: '{"source":["me"]}' }],
    ['PutTargets', { Rule: 'mine', Targets: [{ Id: 'queue', Arn: QueueArn }] }],
    ['ListTargetsByRule', { Rule: 'mine' }],
    ['ListRuleNamesByTarget', { TargetArn: QueueArn }],
    ['ListRules'],
    ['DescribeRule', { Name: 'mine' }],
    ['DisableRule', { Name: 'mine' }],
    ['EnableRule', { Name: 'mine' }],
    ['TagResource', { ResourceARN: RuleArn, Tags: [{ Key: 'stage', Value: 'test' }] }],
    ['ListTagsForResource', { ResourceARN: RuleArn }],
    ['UntagResource', { ResourceARN: RuleArn, TagKeys: ['stage'] }],
    ['PutEvents', { Entries: [{ Source: 'me', DetailType: 'Something', Detail: '{}' }] }],
    ['TestEventPattern', { EventPattern: '{"source":["me"]}', Event: JSON.stringify(event) }],
    ['RemoveTargets', { Rule: 'mine', Ids: ['queue'] }],
    ['DeleteRule', { Name: 'mine' }],
    ['ListEventBuses'],
    ['DescribeEventBus'],
  ],
};
