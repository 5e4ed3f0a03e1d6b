import {
  type AttributeValue,
  BatchGetItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  paginateQuery,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { type Incident, incidentSchema } from './incident.ts';

/** BatchGetItem takes 100 keys (DynamoDB API reference). */
const KEYS_PER_BATCH = 100;

/** The hash key of the sparse index: an item that has it is open. */
const OPEN = 'incident';

/**
 * The incidents, one item each. Every write names the version it was made from, so of two handlers that saw the same
 * state only one gets to change it; the other learns of it and looks again.
 */
export interface IncidentStore {
  /** Consistent reads; ids without an incident are left out. */
  getMany(ids: readonly string[]): Promise<Map<string, Incident>>;
  listOpen(): Promise<Incident[]>;
  /**
   * Writes `incident` if what is stored is still `previous`, and returns it with its new version.
   * A closed `previous` that gives way to a new incident of the same id stays in the history.
   */
  save(incident: Incident, previous: Incident | undefined): Promise<Saved>;
}

export type Saved =
  | { readonly kind: 'saved'; readonly incident: Incident }
  /** Somebody else wrote first; `current` is what they wrote. */
  | { readonly kind: 'conflict'; readonly current: Incident | undefined };

export interface IncidentStoreOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  /** How long closed incidents are kept. */
  readonly historyDays: number;
  uniqueId(): string;
  /** An item that is no incident, by hand or by a version to come: it is left out, and must not keep the others. */
  onUnreadable(id: string, error: unknown): void;
}

export function createIncidentStore(options: IncidentStoreOptions): IncidentStore {
  const { client, tableName, historyDays, uniqueId } = options;
  const read = (items: readonly Item[]) => items.flatMap((item) => tryToParse(item, options));
  return {
    async getMany(ids) {
      const incidents = new Map<string, Incident>();
      const unique = [...new Set(ids)];
      for (let start = 0; start < unique.length; start += KEYS_PER_BATCH) {
        let keys = unique.slice(start, start + KEYS_PER_BATCH).map((id) => ({ id: { S: id } }));
        while (keys.length > 0) {
          const answer = await client.send(
            new BatchGetItemCommand({ RequestItems: { [tableName]: { Keys: keys, ConsistentRead: true } } }),
          );
          for (const incident of read(answer.Responses?.[tableName] ?? [])) incidents.set(incident.id, incident);
          keys = (answer.UnprocessedKeys?.[tableName]?.Keys ?? []) as typeof keys;
        }
      }
      return incidents;
    },

    async listOpen() {
      const incidents: Incident[] = [];
      const pages = paginateQuery(
        { client },
        {
          TableName: tableName,
          IndexName: 'open',
          KeyConditionExpression: '#open = :open',
          ExpressionAttributeNames: { '#open': 'open' },
          ExpressionAttributeValues: { ':open': { S: OPEN } },
        },
      );
      for await (const page of pages) incidents.push(...read(page.Items ?? []));
      return incidents;
    },

    async save(incident, previous) {
      const isReplaced = previous?.closedAtMs !== undefined && !isSame(previous, incident);
      const next = {
        ...(isReplaced ? withUnsentOf(previous, incident) : incident),
        version: (previous?.version ?? 0) + 1,
      };
      const writtenBy = uniqueId();
      if (isReplaced && isRemembered(previous)) {
        await client.send(new PutItemCommand({ TableName: tableName, Item: archived(previous, historyDays) }));
      }
      try {
        await client.send(
          new PutItemCommand({
            TableName: tableName,
            Item: { ...toItem(next, historyDays), writtenBy: { S: writtenBy } },
            ...(previous === undefined
              ? { ConditionExpression: 'attribute_not_exists(id)' }
              : {
                  ConditionExpression: 'version = :version',
                  ExpressionAttributeValues: { ':version': { N: String(previous.version) } },
                }),
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
      } catch (error) {
        if (!(error instanceof Error && error.name === 'ConditionalCheckFailedException')) throw error;
        const item = (error as { Item?: Item }).Item;
        // DynamoDB did take it; the answer was lost, and the SDK tried again.
        if (item?.writtenBy?.S === writtenBy) return { kind: 'saved', incident: next };
        return { kind: 'conflict', current: item === undefined ? undefined : parseItem(item) };
      }
      return { kind: 'saved', incident: next };
    },
  };
}

type Item = Record<string, AttributeValue>;

function toItem(incident: Incident, historyDays: number): Item {
  const closedAtMs = incident.closedAtMs;
  // An incident with an unsent alert stays open to the sweep, which sends it.
  const isSettled = closedAtMs !== undefined && incident.outbox.length === 0;
  return marshall(
    {
      ...incident,
      ...(isSettled ? {} : { open: OPEN }),
      ...(closedAtMs === undefined
        ? {}
        : { expiresAt: Math.floor(closedAtMs / 1_000) + (isRemembered(incident) ? historyDays : 1) * 86_400 }),
    },
    { removeUndefinedValues: true },
  );
}

/** Whether a closed incident is worth keeping: agents that were away for a moment are not. */
function isRemembered(incident: Incident): boolean {
  return incident.closedAtMs !== undefined && incident.outcome !== 'momentary';
}

/** An incident that is closed from the start takes the place of another one, too. */
function isSame(previous: Incident, { openedAtMs, closedAtMs }: Incident): boolean {
  return closedAtMs !== undefined && openedAtMs === previous.openedAtMs;
}

/** The alerts of the incident before that are still being sent stay where their sender takes them out. */
function withUnsentOf(previous: Incident, incident: Incident): Incident {
  if (previous.outbox.length === 0) return incident;
  const outboxAtMs = incident.outboxAtMs ?? previous.outboxAtMs;
  return { ...incident, outbox: [...previous.outbox, ...incident.outbox], outboxAtMs };
}

/** Marked, so that the stream of the table does not tell of it once more. */
function archived(incident: Incident, historyDays: number): Item {
  const id = `${incident.id}#${new Date(incident.openedAtMs).toISOString()}`;
  return { ...toItem({ ...incident, outbox: [], id }, historyDays), archived: { BOOL: true } };
}

function tryToParse(item: Item, { onUnreadable }: IncidentStoreOptions): Incident[] {
  try {
    return [parseItem(item)];
  } catch (error) {
    onUnreadable(item.id?.S ?? 'an item without an id', error);
    return [];
  }
}

function parseItem(item: Item): Incident {
  return incidentSchema.parse(unmarshall(item));
}
