import type { Logger } from '@aws-lambda-powertools/logger';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { inBatches } from '../aws/batches.ts';
import { type IncidentEvent, putIncidentEvents } from '../aws/events.ts';
import { type Incident, incidentSchema } from '../incidents/incident.ts';
import { changesOf, type IncidentEventDetail } from '../incidents/incident-event.ts';

const DETAIL_TYPES: Readonly<Record<IncidentEventDetail['change'], string>> = {
  opened: 'Ebbtide Incident Opened',
  changed: 'Ebbtide Incident Changed',
  closed: 'Ebbtide Incident Closed',
};

/** So many records share the fate of one that fails, and are told again with it: as many as one PutEvents call takes. */
const RECORDS_AT_ONCE = 10;

/**
 * A Lambda handler for the stream of the incident table. What has been recorded is told, in the order in which it was
 * recorded; what cannot be told now is read again from the stream, and everything behind it waits.
 */
export function tellChanges({
  eventBridge,
  logger,
}: {
  readonly eventBridge: EventBridgeClient;
  readonly logger: Logger;
}): (event: DynamoDBStreamEvent) => Promise<DynamoDBBatchResponse> {
  return async ({ Records }) => {
    for (const records of inBatches(Records, RECORDS_AT_ONCE)) {
      try {
        const events = records.flatMap(toEvents);
        if (events.length === 0) continue;
        await putIncidentEvents(eventBridge, events);
        for (const { detailType, detail } of events) logger.info(detailType, { detail });
      } catch (error) {
        // Lambda goes on from here, and takes all before it for done.
        const itemIdentifier = records[0]?.dynamodb?.SequenceNumber ?? '';
        logger.error('changes not told, they will be read again', { itemIdentifier, error });
        return { batchItemFailures: [{ itemIdentifier }] };
      }
    }
    return { batchItemFailures: [] };
  };
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
  return image === undefined ? undefined : incidentSchema.parse(unmarshall(image as Record<string, AttributeValue>));
}
