import { describe, expect, test } from 'vitest';
import { createSimulator, type Simulator } from '../../../simulator/simulator.ts';
import type { WireRequest } from '../../../simulator/wire/http.ts';
import { settle } from '../../../simulator/wire/settle.ts';

/** SQS spoke the query protocol until November 2023: what its clients of before send, and what they understand. */

const QUEUE = 'https://sqs.eu-central-1.amazonaws.com/111122223333/jobs';

function worldWithQueue() {
  const simulator = createSimulator({ seed: 1 });
  const resource = { logicalId: 'Jobs', stackName: 'test' };
  simulator.messaging.providers['AWS::SQS::Queue']?.create({ QueueName: 'jobs' }, resource);
  return { simulator, query: (form: Record<string, string>, path = '/') => query(simulator, form, path) };
}

function query(simulator: Simulator, form: Record<string, string>, path: string) {
  const body = new URLSearchParams({ Version: '2012-11-05', ...form }).toString();
  return send(simulator, { path, body, headers: { 'content-type': 'application/x-www-form-urlencoded' } });
}

function send(simulator: Simulator, { headers, ...rest }: Pick<WireRequest, 'headers' | 'path' | 'body'>) {
  const authorization = 'AWS4-HMAC-SHA256 Credential=AKIA/20260105/eu-central-1/sqs/aws4_request, Signature=00';
  const host = 'sqs.eu-central-1.amazonaws.com';
  const request = { method: 'POST', host, headers: { authorization, ...headers }, ...rest };
  return settle(simulator.kernel.clock, simulator.wire.handle(request));
}

/** The texts of all elements of a name. */
function textsOf(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, text = '']) => text);
}

describe('SQS in the query protocol', () => {
  test('sends and receives with attributes and digests', async () => {
    const { query } = worldWithQueue();
    const sent = await query({
      Action: 'SendMessage',
      QueueUrl: QUEUE,
      MessageBody: 'a <b> & c',
      'MessageAttribute.1.Name': 'kind',
      'MessageAttribute.1.Value.DataType': 'String',
      'MessageAttribute.1.Value.StringValue': 'drain',
    });
    expect(sent.status).toBe(200);
    expect(sent.headers['content-type']).toMatch(/^text\/xml/);
    expect(sent.body).toContain(
      '<SendMessageResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><SendMessageResult>',
    );
    const [digest = ''] = textsOf(sent.body, 'MD5OfMessageBody');
    expect(digest).toMatch(/^[0-9a-f]{32}$/);

    const received = await query({
      Action: 'ReceiveMessage',
      QueueUrl: QUEUE,
      WaitTimeSeconds: '2',
      'AttributeName.1': 'ApproximateReceiveCount',
      'MessageAttributeName.1': 'All',
    });
    expect(received.body).toContain('<ReceiveMessageResult><Message><MessageId>');
    expect(textsOf(received.body, 'Body')).toEqual(['a &lt;b&gt; &amp; c']);
    expect(textsOf(received.body, 'MD5OfBody')).toEqual([digest]);
    expect(textsOf(received.body, 'MD5OfMessageAttributes')).toEqual(textsOf(sent.body, 'MD5OfMessageAttributes'));
    expect(received.body).toContain('<Attribute><Name>ApproximateReceiveCount</Name><Value>1</Value></Attribute>');
    expect(received.body).toMatch(/<MessageAttribute><Name>kind<\/Name><Value>.*<StringValue>drain<\/StringValue>/);
  });

  test('a batch is a list without a level of its own, in both directions', async () => {
    const { query } = worldWithQueue();
    const { body } = await query({
      Action: 'SendMessageBatch',
      QueueUrl: QUEUE,
      'SendMessageBatchRequestEntry.1.Id': 'good',
      'SendMessageBatchRequestEntry.1.MessageBody': 'a',
      'SendMessageBatchRequestEntry.2.Id': 'late',
      'SendMessageBatchRequestEntry.2.MessageBody': 'b',
      'SendMessageBatchRequestEntry.2.DelaySeconds': '901',
    });
    expect(body).toContain('<SendMessageBatchResult><SendMessageBatchResultEntry><Id>good</Id>');
    expect(body).toMatch(
      /<BatchResultErrorEntry><Id>late<\/Id><SenderFault>true<\/SenderFault><Code>InvalidParameterValue</,
    );
  });

  test('the queue may be named by the address of the request', async () => {
    const { query, simulator } = worldWithQueue();
    await query({ Action: 'SendMessage', MessageBody: 'a' }, '/111122223333/jobs/');
    expect(simulator.messaging.queues.all()[0]?.measure().visible).toBe(1);
  });

  test.each([
    [
      'a queue that is not there',
      { Action: 'GetQueueUrl', QueueName: 'none' },
      'AWS.SimpleQueueService.NonExistentQueue',
    ],
    [
      'a batch of nothing',
      { Action: 'DeleteMessageBatch', QueueUrl: QUEUE },
      'AWS.SimpleQueueService.EmptyBatchRequest',
    ],
    ['a missing parameter', { Action: 'SendMessage', QueueUrl: QUEUE }, 'MissingParameter'],
    [
      'an attribute that no queue has',
      { Action: 'GetQueueAttributes', QueueUrl: QUEUE, 'AttributeName.1': 'Colour' },
      'InvalidAttributeName',
    ],
    ['an action that SQS does not have', { Action: 'Frobnicate' }, 'InvalidAction'],
  ])('%s is answered with the code of then', async (_what, form, code) => {
    const { query } = worldWithQueue();
    const { status, body } = await query(form);
    expect(status).toBe(400);
    expect(textsOf(body, 'Code')).toEqual([code]);
    expect(textsOf(body, 'Type')).toEqual(['Sender']);
    expect(textsOf(body, 'RequestId')).toHaveLength(1);
  });
});

test('a service answers in the protocol that a request speaks, whatever was spoken before', async () => {
  const { query, simulator } = worldWithQueue();
  const json = () =>
    send(simulator, {
      path: '/',
      body: '{"QueueName":"jobs"}',
      headers: { 'x-amz-target': 'AmazonSQS.GetQueueUrl', 'content-type': 'application/x-amz-json-1.0' },
    });
  const form = () => query({ Action: 'GetQueueUrl', QueueName: 'jobs' });
  for (const ask of [json, form, json]) {
    const { headers, body } = await ask();
    expect(body).toContain(QUEUE);
    expect(headers['content-type']).toMatch(ask === json ? /json-1\.0$/ : /^text\/xml/);
  }
});

test('a service that never spoke the query protocol says that an action is none of it', async () => {
  const { simulator } = worldWithQueue();
  const authorization = 'AWS4-HMAC-SHA256 Credential=AKIA/20260105/eu-central-1/ecs/aws4_request, Signature=00';
  const { status, body } = await send(simulator, {
    path: '/',
    body: 'Action=ListClusters&Version=2014-11-13',
    headers: { authorization },
  });
  expect(status).toBe(400);
  expect(textsOf(body, 'Code')).toEqual(['InvalidAction']);
});
