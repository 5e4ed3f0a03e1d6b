import { expect, it } from 'vitest';
import { createSimulator, type Simulator } from '../../../simulator/simulator.ts';

const SOURCE = 'exports.handler = async (event) => { console.log(JSON.stringify(event.Records)); };';
const TOPIC = 'arn:aws:sns:eu-central-1:111122223333:news';

/** A topic with a function and a queue behind it. */
function deploy(simulator: Simulator, subscription: object = {}, allowed = true): void {
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: '*',
  };
  const arn = (name: string) => ({ 'Fn::GetAtt': [name, 'Arn'] });
  simulator.deploy({
    artifactsDirectory: '.',
    template: {
      Transform: 'AWS::Serverless-2016-10-31',
      Resources: {
        News: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'news' } },
        Read: {
          Type: 'AWS::Serverless::Function',
          Properties: {
            FunctionName: 'read',
            Handler: 'index.handler',
            Runtime: 'nodejs24.x',
            InlineCode: SOURCE,
            Events: { News: { Type: 'SNS', Properties: { Topic: { Ref: 'News' } } } },
          },
        },
        Inbox: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'inbox' } },
        ...(allowed && {
          Let: {
            Type: 'AWS::SQS::QueuePolicy',
            Properties: { Queues: [{ Ref: 'Inbox' }], PolicyDocument: { Statement: [statement] } },
          },
        }),
        Subscription: {
          Type: 'AWS::SNS::Subscription',
          Properties: { TopicArn: { Ref: 'News' }, Protocol: 'sqs', Endpoint: arn('Inbox'), ...subscription },
        },
      },
    },
  });
}

async function publish(simulator: Simulator, kind = 'weather') {
  const MessageAttributes = { kind: { DataType: 'String', StringValue: kind } };
  await simulator.call('sns', 'Publish', {
    TopicArn: TOPIC,
    Subject: 'Today',
    Message: '{"rain":true}',
    MessageAttributes,
  });
  await simulator.runFor(5_000);
}

function inbox({ messaging: { queues } }: Simulator) {
  const queue = queues.find(queues.arnOfUrl('inbox'));
  return (queue?.receive(10) ?? []).map(({ body, attributes }) => ({ body, attributes }));
}

it('hands a message to the functions and queues that are subscribed, as SNS writes it', async () => {
  const simulator = createSimulator({ seed: 1 });
  deploy(simulator);

  await publish(simulator);

  const notification = {
    Type: 'Notification',
    MessageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    TopicArn: TOPIC,
    Subject: 'Today',
    Message: '{"rain":true}',
    Timestamp: expect.stringMatching(/^2026-01-05T08:00:0\d\.\d{3}Z$/),
    MessageAttributes: { kind: { Type: 'String', Value: 'weather' } },
  };
  const lines = simulator.kernel.trace.entries
    .filter(({ kind }) => kind === 'log')
    .map(({ line }) => JSON.parse(String(line).slice(String(line).indexOf('[{'))));
  expect(lines).toEqual([
    [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: expect.stringMatching(`^${TOPIC}:`),
        Sns: notification,
      },
    ],
  ]);
  expect(inbox(simulator).map(({ body }) => JSON.parse(body))).toEqual([notification]);
});

it('hands a raw message on as it was published', async () => {
  const simulator = createSimulator({ seed: 1 });
  deploy(simulator, { RawMessageDelivery: true });

  await publish(simulator);

  const attributes = { kind: { DataType: 'String', StringValue: 'weather' } };
  expect(inbox(simulator)).toEqual([{ body: '{"rain":true}', attributes }]);
});

it.each([
  [{ FilterPolicy: { kind: ['weather'] } }, 1],
  [{ FilterPolicy: { kind: ['sports'] } }, 0],
  [{ FilterPolicy: { kind: [{ prefix: 'wea' }], other: [{ exists: false }] } }, 1],
  [{ FilterPolicy: { rain: [true] }, FilterPolicyScope: 'MessageBody' }, 1],
  [{ FilterPolicy: { rain: [false] }, FilterPolicyScope: 'MessageBody' }, 0],
])('filters by the policy of a subscription: %j', async (subscription, count) => {
  const simulator = createSimulator({ seed: 1 });
  deploy(simulator, subscription);

  await publish(simulator);

  expect(inbox(simulator)).toHaveLength(count);
});

it('puts nothing into a queue whose policy does not let it', async () => {
  const simulator = createSimulator({ seed: 1 });
  deploy(simulator, {}, false);

  await publish(simulator);

  expect(inbox(simulator)).toEqual([]);
});
