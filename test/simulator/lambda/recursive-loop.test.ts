import { join } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, expect, test } from 'vitest';
import { createSimulator, type Simulator } from '../../../simulator/simulator.ts';

/** A function that publishes to the topic that invokes it, as the oldest drainers do until the tasks are gone. */
const SOURCE = `
  import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
  const sns = new SNSClient({});
  export async function handler({ Records: [{ Sns }] }) {
    await sns.send(new PublishCommand({ TopicArn: Sns.TopicArn, Message: Sns.Message }));
  }
`;

let bundle = '';

beforeAll(async () => {
  const contents = { contents: SOURCE, resolveDir: join(import.meta.dirname, '../../..') };
  const result = await build({ stdin: contents, bundle: true, platform: 'node', format: 'cjs', write: false });
  bundle = result.outputFiles[0]?.text ?? '';
});

const TOPIC = 'arn:aws:sns:eu-central-1:111122223333:again';

async function published(properties: object, times = 1): Promise<Simulator> {
  const simulator = createSimulator({ seed: 1 });
  const Resources = {
    Discarded: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'discarded' } },
    Loop: {
      Type: 'AWS::Serverless::Function',
      Properties: {
        FunctionName: 'loop',
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        InlineCode: bundle,
        Policies: [{ Statement: [{ Effect: 'Allow', Action: 'sns:Publish', Resource: '*' }] }],
        DeadLetterQueue: { Type: 'SQS', TargetArn: { 'Fn::GetAtt': ['Discarded', 'Arn'] } },
        Events: { Topic: { Type: 'SNS', Properties: { Topic: { Ref: 'Again' } } } },
        ...properties,
      },
    },
    Again: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'again' } },
  };
  simulator.deploy({ template: { Transform: 'AWS::Serverless-2016-10-31', Resources }, artifactsDirectory: '.' });
  for (let time = 0; time < times; time++) {
    await simulator.call('sns', 'Publish', { TopicArn: TOPIC, Message: `message ${time}` });
  }
  await simulator.runFor(30_000);
  return simulator;
}

const started = ({ kernel: { trace } }: Simulator) =>
  trace.entries.filter(({ kind, phase }) => kind === 'invocation' && phase === 'start').length;

test('Lambda stops a function that a topic has invoked sixteen times in one chain, and keeps the event', async () => {
  const simulator = await published({});

  expect(started(simulator)).toBe(16);
  const letters = simulator.kernel.trace.entries.filter(({ kind }) => kind === 'dead-letter');
  expect(letters).toHaveLength(1);
  expect(letters[0]?.body).toContain('message 0');
});

test('Each message that comes from outside is a chain of its own', async () => {
  expect(started(await published({}, 3))).toBe(3 * 16);
});

test('A function that is allowed to be in a loop goes on', async () => {
  expect(started(await published({ RecursiveLoop: 'Allow' }))).toBeGreaterThan(40);
});
