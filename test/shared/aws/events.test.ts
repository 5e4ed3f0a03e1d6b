import { PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type IncidentEvent, putIncidentEvents } from '../../../shared/aws/events.ts';
import { incidentEvent, instanceArn, many } from './builders.ts';
import { strictEventBridge } from './strict-client.ts';

/** What EventBridge counts: 14 bytes for a time, and the UTF-8 lengths of source, type, detail and resources. */
function sizeOf({ Source, DetailType, Detail, Resources = [] }: PutEventsRequestEntry): number {
  return 14 + Buffer.byteLength([Source, DetailType, Detail, ...Resources].join(''));
}

function recording(answer: (entries: PutEventsRequestEntry[]) => object = () => ({ FailedEntryCount: 0 })) {
  const { eventBridge, mock } = strictEventBridge();
  const batches: PutEventsRequestEntry[][] = [];
  mock.on(PutEventsCommand).callsFake(({ Entries }) => {
    batches.push(Entries);
    return answer(Entries);
  });
  return { eventBridge, batches };
}

test('puts every event once and in order, at most 10 and less than 256 KB at a time', async () => {
  const anyText = fc
    .tuple(fc.nat({ max: 60_000 }), fc.constantFrom('x', 'ä', '漢'))
    .map(([length, letter]) => letter.repeat(length));
  await fc.assert(
    fc.asyncProperty(fc.array(anyText, { maxLength: 45 }), async (texts) => {
      const { eventBridge, batches } = recording();

      await putIncidentEvents(
        eventBridge,
        texts.map((text, index) => incidentEvent(index, { detail: { index, text } })),
      );

      expect(batches.flat().map(({ Detail = '' }) => JSON.parse(Detail))).toEqual(
        texts.map((text, index) => ({ index, text })),
      );
      for (const batch of batches) {
        expect(batch.length).toBeGreaterThan(0);
        expect(batch.length).toBeLessThanOrEqual(10);
        expect(batch.reduce((bytes, entry) => bytes + sizeOf(entry), 0)).toBeLessThan(256 * 1024);
      }
    }),
    { numRuns: 30 },
  );
});

test('fills a batch to the last byte, and no further', async () => {
  const ofSize = (size: number): IncidentEvent => {
    const frame = 14 + 'ebbtideFullarn:a{"text":""}'.length;
    return { detailType: 'Full', atMs: 0, resources: ['arn:a'], detail: { text: 'x'.repeat(size - frame) } };
  };
  const half = 128 * 1024;
  const full = recording();
  const tooMuch = recording();

  await putIncidentEvents(full.eventBridge, [ofSize(half), ofSize(half - 1)]);
  await putIncidentEvents(tooMuch.eventBridge, [ofSize(half), ofSize(half)]);

  expect(full.batches.map((batch) => batch.length)).toEqual([2]);
  expect(tooMuch.batches.map((batch) => batch.length)).toEqual([1, 1]);
});

test('needs few calls for many small events', async () => {
  const { eventBridge, batches } = recording();

  await putIncidentEvents(
    eventBridge,
    many(23, (index) => incidentEvent(index)),
  );

  expect(batches.map((batch) => batch.length)).toEqual([10, 10, 3]);
});

test('speaks in its own name about what the event is about', async () => {
  const { eventBridge, batches } = recording();

  await putIncidentEvents(eventBridge, [incidentEvent(1)]);

  expect(batches).toEqual([
    [
      {
        Source: 'ebbtide',
        DetailType: 'Ebbtide Incident Opened',
        Time: new Date(1_790_000_000_000),
        Resources: [instanceArn(1)],
        Detail: '{"incidentId":"drain-1"}',
      },
    ],
  ]);
});

test('asks nothing for no events, which EventBridge would refuse', async () => {
  await putIncidentEvents(strictEventBridge().eventBridge, []);
});

describe('rejections', () => {
  test('are reported by name and reason, after everything has been tried', async () => {
    const { eventBridge, batches } = recording((entries) => ({
      FailedEntryCount: 1,
      Entries: entries.map((_, index) =>
        index === 1 ? { ErrorCode: 'ThrottlingException', ErrorMessage: 'Rate exceeded' } : { EventId: `${index}` },
      ),
    }));
    const events = many(12, (index) => incidentEvent(index, { detailType: `Event ${index}` }));

    await expect(putIncidentEvents(eventBridge, events)).rejects.toThrow(
      expect.objectContaining({
        name: 'RejectedEventsError',
        message:
          'EventBridge rejected "Event 1" (ThrottlingException: Rate exceeded); "Event 11" (ThrottlingException: Rate exceeded)',
      }),
    );
    expect(batches.flat()).toHaveLength(12);
  });

  test('are reported even when EventBridge does not say which they are', async () => {
    const { eventBridge } = recording(() => ({ FailedEntryCount: 2 }));

    await expect(putIncidentEvents(eventBridge, [incidentEvent(1), incidentEvent(2)])).rejects.toThrow(
      expect.objectContaining({ name: 'RejectedEventsError' }),
    );
  });
});
