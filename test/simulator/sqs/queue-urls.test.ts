import {
  CreateQueueCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { expect, test, vi } from 'vitest';
import { nodeFunction, serveProgramWorld } from '../serve/program-world.ts';
import { serveWorld } from '../serve/served-world.ts';

const EMPTY = 'clusters: [{ name: prod }]';
const AWS = 'https://sqs.eu-central-1.amazonaws.com/111122223333';

test('Over HTTP, the URL of a queue leads to the server that was asked', async () => {
  const { url, call, simulator } = await serveWorld(EMPTY);
  const { port } = new URL(url);
  vi.stubEnv('AWS_ENDPOINT_URL', `http://localhost:${port}`);
  const sqs = new SQSClient({ region: 'eu-central-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
  const here = `http://localhost:${port}/111122223333`;
  expect(await sqs.send(new CreateQueueCommand({ QueueName: 'dead' }))).toMatchObject({ QueueUrl: `${here}/dead` });
  expect(await sqs.send(new GetQueueUrlCommand({ QueueName: 'jobs' }))).toMatchObject({ QueueUrl: `${here}/jobs` });
  expect(await sqs.send(new ListQueuesCommand({}))).toMatchObject({ QueueUrls: [`${here}/dead`, `${here}/jobs`] });
  await sqs.send(new SendMessageCommand({ QueueUrl: `${here}/jobs`, MessageBody: 'a' }));
  vi.unstubAllEnvs();
  await call('sqs', 'SendMessage', { QueueUrl: `${AWS}/jobs`, MessageBody: 'b' });
  expect(simulator.messaging.queues.byUrl(`${AWS}/jobs`).measure()).toMatchObject({ visible: 2 });
});

test('A program finds the URLs of its environment on the server, too', async () => {
  const { url, advance, invocations } = await serveProgramWorld({
    functions: nodeFunction({
      environment: { QUEUE_URL: `${AWS}/jobs`, PAGE: 'https://docs.aws.amazon.com/sqs' },
      events: [{ schedule: 'rate(1 minute)' }],
    }),
    files: {
      'program.mjs': 'const { QUEUE_URL, PAGE } = process.env; console.log(JSON.stringify({ QUEUE_URL, PAGE }))',
    },
  });
  await advance(110);
  expect(invocations()[1]?.result).toEqual({
    QUEUE_URL: `${url}/111122223333/jobs`,
    PAGE: 'https://docs.aws.amazon.com/sqs',
  });
});
