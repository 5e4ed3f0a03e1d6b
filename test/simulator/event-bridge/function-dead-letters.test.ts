import { describe, expect, test } from 'vitest';
import { createSimulator, type Simulator } from '../../../simulator/simulator.ts';

const HERE = 'eu-central-1:111122223333';
const QUEUE = `arn:aws:sqs:${HERE}:discarded`;
const TOPIC = `arn:aws:sns:${HERE}:discarded`;
const MINUTE = 60_000;

const FAILING = 'exports.handler = async () => { throw new Error("x".repeat(2000)); };';

function functionWith(properties: object, { code = FAILING, actions = ['*'] } = {}) {
  return {
    Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'discarded' } },
    Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'discarded' } },
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
        },
        Policies: [
          { PolicyName: 'p', PolicyDocument: { Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] } },
        ],
      },
    },
    Function: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'f',
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
        Code: { ZipFile: code },
        ...properties,
      },
    },
  };
}

function deployed(Resources: object, more: object = {}): Simulator {
  const simulator = createSimulator({ seed: 1 });
  simulator.deploy({ template: { ...more, Resources }, artifactsDirectory: '.' });
  return simulator;
}

async function invokedAsync(simulator: Simulator): Promise<void> {
  await simulator.call('lambda', 'Invoke', { FunctionName: 'f', InvocationType: 'Event', Payload: '{"order":7}' });
  await simulator.runFor(10 * MINUTE);
}

async function discarded(simulator: Simulator): Promise<{ Body: string; MessageAttributes?: object }[]> {
  const QueueUrl = 'https://sqs.eu-central-1.amazonaws.com/111122223333/discarded';
  const answer = await simulator.call('sqs', 'ReceiveMessage', { QueueUrl, MessageAttributeNames: ['All'] });
  return (answer as { Messages?: { Body: string }[] }).Messages ?? [];
}

describe('The dead-letter queue of a function', () => {
  test('gets an asynchronous event as it was, once its retries have failed, with the error in attributes', async () => {
    const simulator = deployed(functionWith({ DeadLetterConfig: { TargetArn: QUEUE } }));
    await invokedAsync(simulator);

    const failures = simulator.kernel.trace.entries.filter(
      ({ kind, phase }) => kind === 'invocation' && phase === 'error',
    );
    expect(failures).toHaveLength(3);
    expect(await discarded(simulator)).toEqual([
      expect.objectContaining({
        Body: '{"order":7}',
        MessageAttributes: {
          RequestID: expect.objectContaining({ DataType: 'String', StringValue: failures[2]?.requestId }),
          ErrorCode: expect.objectContaining({ DataType: 'Number', StringValue: '200' }),
          ErrorMessage: expect.objectContaining({ DataType: 'String', StringValue: 'x'.repeat(1_024) }),
        },
      }),
    ]);
    expect(simulator.kernel.trace.entries.filter(({ kind }) => kind === 'dead-letter')).toHaveLength(1);
  });

  test('may be a topic, and gets what concurrency has kept out for too long', async () => {
    const simulator = deployed({
      ...functionWith({ DeadLetterConfig: { TargetArn: TOPIC }, ReservedConcurrentExecutions: 0 }),
      Config: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: { FunctionName: { Ref: 'Function' }, Qualifier: '$LATEST', MaximumEventAgeInSeconds: 60 },
      },
    });
    await invokedAsync(simulator);

    const [published] = simulator.kernel.trace.entries.filter(({ kind }) => kind === 'notification');
    expect(published).toMatchObject({
      topic: 'discarded',
      message: '{"order":7}',
      attributes: {
        ErrorCode: '429',
        ErrorMessage: 'Rate Exceeded.',
        RequestID: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    });
  });

  test('gets nothing of an event that succeeds', async () => {
    const code = 'exports.handler = async () => 1;';
    const simulator = deployed(functionWith({ DeadLetterConfig: { TargetArn: QUEUE } }, { code }));
    await invokedAsync(simulator);
    expect(await discarded(simulator)).toEqual([]);
  });

  test.each([
    [QUEUE, 'The provided execution role does not have permissions to call SendMessage on SQS'],
    [TOPIC, 'The provided execution role does not have permissions to call Publish on SNS'],
    [`arn:aws:lambda:${HERE}:function:g`, 'is neither a queue nor a topic'],
  ])('is refused when it is %s and the role may not send there', (TargetArn, message) => {
    const resources = functionWith({ DeadLetterConfig: { TargetArn } }, { actions: ['ecs:*'] });
    expect(() => deployed(resources)).toThrow(message);
  });

  test('is told by the API', async () => {
    const simulator = deployed(functionWith({ DeadLetterConfig: { TargetArn: QUEUE } }));
    const configuration = await simulator.call('lambda', 'GetFunctionConfiguration', { FunctionName: 'f' });
    expect(configuration).toMatchObject({ DeadLetterConfig: { TargetArn: QUEUE } });
  });

  test('of a serverless function comes with the permission that it needs', async () => {
    const { Queue, Function: fn } = functionWith({});
    const { Role: _, Code, ...properties } = fn.Properties as Record<string, unknown>;
    const Properties = {
      ...properties,
      InlineCode: (Code as { ZipFile: string }).ZipFile,
      DeadLetterQueue: { Type: 'SQS', TargetArn: { 'Fn::GetAtt': ['Queue', 'Arn'] } },
    };
    const simulator = deployed(
      { Queue, Function: { Type: 'AWS::Serverless::Function', Properties } },
      { Transform: 'AWS::Serverless-2016-10-31' },
    );
    await invokedAsync(simulator);
    expect(await discarded(simulator)).toMatchObject([{ Body: '{"order":7}' }]);
  });
});
