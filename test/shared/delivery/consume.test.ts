import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { Context, SQSRecord } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { ConfigurationError } from '../../../shared/config/config.ts';
import { type Consumer, consume, RECEIVES_MAX } from '../../../shared/delivery/consume.ts';
import { type EventBridgeEvent, MalformedEventError } from '../../../shared/events/envelope.ts';
import { eachOf } from '../../../shared/reviews/each.ts';
import { createRuntime } from '../../../shared/runtime.ts';
import { createTestRuntime, locations } from '../test-runtime.ts';

interface Parcel {
  readonly kind: 'parcel';
  readonly address: string;
}

function parse({ detail }: EventBridgeEvent) {
  const { address, news } = detail as { address?: string; news?: boolean };
  if (news) return { kind: 'ignored' as const, reason: 'news' };
  if (address === 'bug') throw new TypeError('a defect of the parser');
  if (address === undefined) throw new MalformedEventError('parcel', ['detail.address is absent, expected string']);
  return { kind: 'parcel' as const, address };
}

const QUEUE_ARN = 'arn:aws:sqs:eu-west-1:210987654321:parcels';

function record(messageId: string, detail: object | string, receives = 1): SQSRecord {
  const event = {
    id: messageId,
    source: 'post',
    'detail-type': 'Parcel',
    account: '',
    region: '',
    time: '2026-01-05T08:00:00Z',
    detail,
  };
  return {
    messageId,
    body: typeof detail === 'string' ? detail : JSON.stringify(event),
    attributes: { ApproximateReceiveCount: String(receives) },
    eventSourceARN: QUEUE_ARN,
  } as SQSRecord;
}

function setUp({ review, remainingMs = 20_000 }: { review?: Consumer<Parcel>['review']; remainingMs?: number } = {}) {
  const { runtime, mocks } = createTestRuntime({ client: undefined as never, tableName: 'unused' });
  const looked: string[] = [];
  const handler = consume<Parcel>(
    {
      parse,
      subjectOf: ({ address }) => address,
      review:
        review ??
        ((_runtime, messages, allowance) =>
          eachOf(
            messages,
            ({ address }) => address,
            allowance,
            async ({ address }) => {
              if (address.startsWith('bad')) throw new Error(`no such street: ${address}`);
              looked.push(address);
            },
          )),
    },
    runtime,
  );
  const context = { getRemainingTimeInMillis: () => remainingMs } as Context;
  const receive = async (...Records: SQSRecord[]) =>
    (await handler({ Records }, context)).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  const deadLetters = () =>
    mocks.sqs.commandCalls(SendMessageCommand).map(({ args: [{ input }] }) => ({
      queue: input.QueueUrl,
      body: input.MessageBody,
      ...Object.fromEntries(
        Object.entries(input.MessageAttributes ?? {}).map(([name, { StringValue }]) => [name, StringValue]),
      ),
    }));
  return { receive, looked, mocks, deadLetters };
}

describe('a batch of events', () => {
  test('is done when each of them is', async () => {
    const { receive, looked } = setUp();
    expect(await receive(record('1', { address: 'a' }), record('2', { address: 'b' }))).toEqual([]);
    expect(looked).toEqual(['a', 'b']);
  });

  test('loses a malformed one to the dead-letter queue, with its reason, and goes on with the others', async () => {
    const { receive, looked, mocks, deadLetters } = setUp();
    mocks.sqs.on(SendMessageCommand).resolves({});
    const records = [record('1', 'no JSON'), record('2', {}), record('3', { address: 'a' })];
    expect(await receive(...records)).toEqual([]);
    expect(looked).toEqual(['a']);
    expect(deadLetters()).toEqual([
      {
        queue: locations.EBBTIDE_DEAD_LETTER_QUEUE_URL,
        body: 'no JSON',
        reason: expect.stringMatching(/^MalformedEventError: .*expected JSON/),
        sourceQueue: QUEUE_ARN,
        messageId: '1',
      },
      expect.objectContaining({ messageId: '2', reason: expect.stringContaining('detail.address is absent') }),
    ]);
  });

  test('is looked at before a malformed one of it is moved: that queue may not answer', async () => {
    const { receive, looked, mocks } = setUp();
    const lookedBefore: string[] = [];
    mocks.sqs.on(SendMessageCommand).callsFake(() => lookedBefore.push(...looked));
    await receive(record('1', 'no JSON'), record('2', { address: 'a' }));
    expect(lookedBefore).toEqual(['a']);
  });

  test('gets a malformed one back when the dead-letter queue does not take it', async () => {
    const { receive, looked, mocks } = setUp();
    mocks.sqs.on(SendMessageCommand).rejects(new Error('unavailable'));
    expect(await receive(record('1', 'no JSON'), record('2', { address: 'a' }))).toEqual(['1']);
    expect(looked).toEqual(['a']);
  });

  test('gets back one that the parser has a defect with, and goes on with the others', async () => {
    const { receive, looked } = setUp();
    expect(await receive(record('1', { address: 'bug' }), record('2', { address: 'a' }))).toEqual(['1']);
    expect(looked).toEqual(['a']);
  });

  test('is done with those that ask for nothing, and looks at nothing for them', async () => {
    const { receive } = setUp({ review: () => Promise.reject(new Error('reviewed')) });
    expect(await receive(record('1', { news: true }))).toEqual([]);
  });

  test('gets back all records of what failed, and no others', async () => {
    const { receive } = setUp();
    const records = [record('1', { address: 'bad' }), record('2', { address: 'a' }), record('3', { address: 'bad' })];
    expect(await receive(...records)).toEqual(['1', '3']);
  });

  test('gets back all when what they share failed', async () => {
    const { receive } = setUp({ review: () => Promise.reject(new Error('throttled')) });
    expect(await receive(record('1', { address: 'a' }), record('2', { address: 'b' }))).toEqual(['1', '2']);
  });

  test('is handed back when the time is nearly over', async () => {
    const { receive, looked } = setUp({ remainingMs: 8_000 });
    expect(await receive(record('1', { address: 'a' }))).toEqual(['1']);
    expect(looked).toEqual([]);
  });
});

describe('an event that fails for the last time', () => {
  const last = record('1', { address: 'bad' }, RECEIVES_MAX);

  test('goes to the dead-letter queue with the reason', async () => {
    const { receive, mocks, deadLetters } = setUp();
    mocks.sqs.on(SendMessageCommand).resolves({});
    expect(await receive(last)).toEqual([]);
    expect(deadLetters()).toEqual([
      expect.objectContaining({ body: last.body, reason: 'Error: no such street: bad', messageId: '1' }),
    ]);
  });

  test('comes back when the dead-letter queue does not take it: then SQS moves it', async () => {
    const { receive, mocks } = setUp();
    mocks.sqs.on(SendMessageCommand).rejects(new Error('unavailable'));
    expect(await receive(last)).toEqual(['1']);
  });

  test('only comes back before', async () => {
    const { receive } = setUp();
    expect(await receive(record('1', { address: 'bad' }, RECEIVES_MAX - 1))).toEqual(['1']);
  });

  test('goes there with the start of a reason that is too long', async () => {
    const { receive, mocks, deadLetters } = setUp();
    mocks.sqs.on(SendMessageCommand).resolves({});
    await receive(record('1', { address: `bad${'x'.repeat(300_000)}` }, RECEIVES_MAX));
    expect((deadLetters()[0] as unknown as { reason: string }).reason).toHaveLength(2_000);
  });
});

test('a bad configuration stops a function at its start, with every problem in one named error', () => {
  const environment = { ...locations, EBBTIDE_MODE: 'dance', EBBTIDE_DRAIN_DEADLINE_MINUTES: '0', EBBTIDE_TYPO: '1' };
  let error: unknown;
  try {
    createRuntime({ environment });
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(ConfigurationError);
  expect((error as ConfigurationError).problems).toEqual([
    'EBBTIDE_TYPO is not a setting',
    'EBBTIDE_MODE is "dance"; allowed: one of act, observe',
    'EBBTIDE_DRAIN_DEADLINE_MINUTES is "0"; allowed: a whole number from 1 to 2820',
  ]);
});
