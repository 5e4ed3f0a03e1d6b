import type { Logger } from '@aws-lambda-powertools/logger';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { inBatches } from '../aws/batches.ts';
import { type IncidentEvent, isRefusedForGood, putIncidentEvents } from '../aws/events.ts';
import { type Incident, incidentSchema } from '../incidents/incident.ts';
import { changesOf, type IncidentEventDetail } from '../incidents/incident-event.ts';
import { reasonOf, sendToDeadLetters } from './dead-letters.ts';

const DETAIL_TYPES: Readonly<Record<IncidentEventDetail['change'], string>> = {
  opened: 'Ebbtide Incident Opened',
  changed: 'Ebbtide Incident Changed',
  closed: 'Ebbtide Incident Closed',
};

/** So many records are told together: as many as one PutEvents call takes. */
const RECORDS_AT_ONCE = 10;

export interface Teller {
  readonly eventBridge: EventBridgeClient;
  readonly logger: Logger;
  readonly sqs: SQSClient;
  /** Of the dead-letter queue. */
  readonly queueUrl: string;
}

/**
 * A Lambda handler for the stream of the incident table. What has been recorded is told, in the order in which it was
 * recorded; what cannot be told now is read again from the stream, and everything behind it waits. A record that can never
 * be told is moved to the dead-letter queue with its reason, and holds up nothing.
 */
export function tellChanges(teller: Teller): (event: DynamoDBStreamEvent) => Promise<DynamoDBBatchResponse> {
  return async ({ Records }) => {
    for (const records of inBatches(Records, RECORDS_AT_ONCE)) {
      const failed = await tellTogether(teller, records);
      // Lambda goes on from here, and takes all before it for done.
      if (failed !== undefined) return { batchItemFailures: [{ itemIdentifier: numberOf(failed) }] };
    }
    return { batchItemFailures: [] };
  };
}

/** @returns the first that could not be told */
async function tellTogether(teller: Teller, records: readonly DynamoDBRecord[]): Promise<DynamoDBRecord | undefined> {
  try {
    await tell(teller, records);
    return undefined;
  } catch (error) {
    teller.logger.warn('changes not told together, so one by one', { error });
    return tellOneByOne(teller, records);
  }
}

async function tellOneByOne(teller: Teller, records: readonly DynamoDBRecord[]): Promise<DynamoDBRecord | undefined> {
  for (const record of records) {
    try {
      await tell(teller, [record]);
    } catch (error) {
      if (await giveUp(teller, record, error)) continue;
      teller.logger.error('change not told, it will be read again', { itemIdentifier: numberOf(record), error });
      return record;
    }
  }
  return undefined;
}

async function tell({ eventBridge, logger }: Teller, records: readonly DynamoDBRecord[]): Promise<void> {
  const events = records.flatMap(toEvents);
  if (events.length === 0) return;
  await putIncidentEvents(eventBridge, events);
  for (const { detailType, detail } of events) logger.info(detailType, { detail });
}

/** Thrown of a record that is no incident, by hand or by another version: reading it again does not help. */
class UnreadableRecordError extends Error {
  constructor(cause: unknown) {
    super(`the record is no incident: ${reasonOf(cause)}`, { cause });
    this.name = 'UnreadableRecordError';
  }
}

/** @returns whether the record is safe in the dead-letter queue, so that the stream may go on */
async function giveUp({ sqs, queueUrl, logger }: Teller, record: DynamoDBRecord, error: unknown): Promise<boolean> {
  if (!(error instanceof UnreadableRecordError || isRefusedForGood(error))) return false;
  const { eventID: id = numberOf(record), eventSourceARN: source = 'stream', dynamodb } = record;
  // What it is about is in the table; the images are larger than a message may be.
  const body = JSON.stringify({ keys: dynamodb?.Keys, sequenceNumber: dynamodb?.SequenceNumber });
  try {
    await sendToDeadLetters({ sqs, queueUrl }, { body, source, id, error });
    logger.error('record moved to the dead-letter queue', { id, reason: reasonOf(error) });
    return true;
  } catch (sendError) {
    logger.error('record not moved to the dead-letter queue', { id, reason: reasonOf(error), error: sendError });
    return false;
  }
}

function numberOf({ dynamodb }: DynamoDBRecord): string {
  return dynamodb?.SequenceNumber ?? '';
}

function toEvents({ dynamodb }: DynamoDBRecord): IncidentEvent[] {
  const after = parseImage(dynamodb?.NewImage);
  if (after === undefined) return [];
  // Epoch seconds (DynamoDB Streams API Reference, StreamRecord).
  const atMs = (dynamodb?.ApproximateCreationDateTime ?? 0) * 1_000;
  return changesOf(parseImage(dynamodb?.OldImage), after).map((detail) => ({
    detailType: DETAIL_TYPES[detail.change],
    atMs,
    resources: [detail.incident.clusterArn ?? [], detail.incident.containerInstanceArns].flat(),
    detail,
  }));
}

function parseImage(image: unknown): Incident | undefined {
  if (image === undefined) return undefined;
  try {
    return incidentSchema.parse(unmarshall(image as Record<string, AttributeValue>));
  } catch (error) {
    throw new UnreadableRecordError(error);
  }
}
