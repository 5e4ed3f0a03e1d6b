import { randomUUID } from 'node:crypto';
import { BatchGetItemCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Alert } from '../../../shared/alerts/alert.ts';
import type { Incident } from '../../../shared/incidents/incident.ts';
import { createIncidentStore, type IncidentStore } from '../../../shared/incidents/store.ts';
import { disconnection, drain, T0 } from '../fleet.ts';
import { openTable, type TestTable } from '../test-table.ts';

const HISTORY_DAYS = 30;
const DAY_SECONDS = 86_400;
let table: TestTable;
let store: IncidentStore;
const unreadable: string[] = [];
const options = {
  historyDays: HISTORY_DAYS,
  uniqueId: randomUUID,
  onUnreadable: (id: string) => unreadable.push(id),
};

beforeAll(async () => {
  table = await openTable();
  store = createIncidentStore({ ...table, ...options });
});
afterAll(() => table.close());

let count = 0;
/** Each test has incidents of its own. */
function freshId(): string {
  count += 1;
  return `drain#arn:aws:ecs:eu-west-1:210987654321:container-instance/shop/${count}`;
}

async function saved(incident: Incident, previous?: Incident): Promise<Incident> {
  const result = await store.save(incident, previous);
  if (result.kind === 'conflict') throw new Error('conflict');
  return result.incident;
}

async function readItem(id: string): Promise<Record<string, unknown> | undefined> {
  const { Item } = await table.client.send(
    new GetItemCommand({ TableName: table.tableName, Key: { id: { S: id } }, ConsistentRead: true }),
  );
  return Item && unmarshall(Item);
}

async function openIds(): Promise<string[]> {
  return (await store.listOpen()).map(({ id }) => id);
}

const alert: Alert = {
  id: 'a1',
  kind: 'drain',
  state: 'opened',
  severity: 'critical',
  cluster: 'shop',
  subject: 'Something',
  body: 'What: something',
};

describe('a write', () => {
  test('counts the versions, whatever version it was handed', async () => {
    const id = freshId();
    const first = await saved(drain({ id, version: 99 }));
    expect(first.version).toBe(1);
    const second = await saved({ ...first, version: 7 }, first);
    expect(second.version).toBe(2);
    expect((await store.getMany([id])).get(id)).toEqual(second);
  });

  test('of an incident that exists is refused with what is stored', async () => {
    const first = await saved(drain({ id: freshId() }));
    expect(await store.save({ ...first, deadlineAtMs: 1 } as Incident, undefined)).toEqual({
      kind: 'conflict',
      current: first,
    });
  });

  test('made from an older state is refused with what is stored', async () => {
    const first = await saved(drain({ id: freshId() }));
    const second = await saved(first, first);
    const result = await store.save({ ...first, phase: 'closed' } as Incident, first);
    expect(result).toEqual({ kind: 'conflict', current: second });
    expect((await store.getMany([first.id])).get(first.id)).toEqual(second);
  });

  test('of several made from the same state, one gets through', async () => {
    const first = await saved(drain({ id: freshId() }));
    const results = await Promise.all(Array.from({ length: 8 }, () => store.save(first, first)));
    expect(results.filter(({ kind }) => kind === 'saved')).toHaveLength(1);
  });

  test('whose answer was lost, and which the SDK tries again, is known for its own', async () => {
    const { middlewareStack } = table.client;
    middlewareStack.add(
      (next) => async (args) => {
        await next(args);
        return next(args);
      },
      { step: 'initialize', name: 'twice' },
    );
    try {
      const first = await saved(drain({ id: freshId() }));
      const second = await saved(first, first);
      expect(second.version).toBe(2);
      expect(await store.save(first, first)).toEqual({ kind: 'conflict', current: second });
    } finally {
      middlewareStack.remove('twice');
    }
  });

  test('is refused when the incident is gone', async () => {
    const result = await store.save(drain({ id: freshId() }), drain({ id: freshId() }));
    expect(result).toEqual({ kind: 'conflict', current: undefined });
  });

  test('keeps every field, and forgets those that have become undefined', async () => {
    const full = drain({
      id: freshId(),
      lostContact: { atMs: 5, versions: 3 },
      unblockedAtMs: 6,
      outbox: [alert],
      outboxAtMs: 7,
    });
    const first = await saved(full);
    const second = await saved({ ...first, lostContact: undefined } as Incident, first);
    const { lostContact: _, ...rest } = full;
    expect((await store.getMany([full.id])).get(full.id)).toEqual({ ...rest, version: second.version });
  });
});

describe('the open incidents', () => {
  test('are those that are not closed', async () => {
    const first = await saved(drain({ id: freshId() }));
    expect(await openIds()).toContain(first.id);
    await saved({ ...first, phase: 'closed', closedAtMs: T0 } as Incident, first);
    expect(await openIds()).not.toContain(first.id);
  });

  test('are also those that are closed with an alert that is not sent, until it is', async () => {
    const first = await saved(drain({ id: freshId() }));
    const ended = await saved({ ...first, phase: 'closed', closedAtMs: T0, outbox: [alert] } as Incident, first);
    expect(await openIds()).toContain(first.id);
    await saved({ ...ended, outbox: [] }, ended);
    expect(await openIds()).not.toContain(first.id);
  });

  test('are read to the last page', async () => {
    const body = 'x'.repeat(30_000);
    const ids = Array.from({ length: 60 }, freshId);
    for (const id of ids) await saved(drain({ id, outbox: [{ ...alert, body }] }));
    expect(await openIds()).toEqual(expect.arrayContaining(ids));
  });
});

describe('a closed incident', () => {
  const expiry = async (id: string) => (await readItem(id))?.expiresAt;

  test('is kept for the days of the history, an open one for ever', async () => {
    const first = await saved(drain({ id: freshId() }));
    expect(await expiry(first.id)).toBeUndefined();
    await saved({ ...first, phase: 'closed', closedAtMs: T0 + 999, outcome: 'drained' } as Incident, first);
    expect(await expiry(first.id)).toBe(T0 / 1_000 + HISTORY_DAYS * DAY_SECONDS);
  });

  test('of an agent that was away for a moment is kept for a day', async () => {
    const momentary = { phase: 'closed', closedAtMs: T0, outcome: 'momentary' } as const;
    const { id } = await saved(disconnection({ id: freshId(), ...momentary }));
    expect(await expiry(id)).toBe(T0 / 1_000 + DAY_SECONDS);
  });

  test('stays in the history when a new one takes its place', async () => {
    const first = await saved(drain({ id: freshId() }));
    const ended = await saved({ ...first, phase: 'closed', closedAtMs: T0, outcome: 'drained' } as Incident, first);
    const again = await saved(drain({ id: first.id, openedAtMs: T0 + 5 }), ended);
    expect(again.version).toBe(ended.version + 1);
    const archived = await readItem(`${first.id}#${new Date(T0).toISOString()}`);
    expect(archived).toMatchObject({ outcome: 'drained', expiresAt: T0 / 1_000 + HISTORY_DAYS * DAY_SECONDS });
    expect(archived).not.toHaveProperty('open');
  });

  test('leaves the alerts that are still being sent to the one in its place: they are in one outbox only', async () => {
    const ending = { phase: 'closed', closedAtMs: T0, outbox: [alert], outboxAtMs: T0 + 1 } as const;
    const ended = await saved(drain({ id: freshId(), ...ending, outbox: [alert] }));
    const again = await saved(drain({ id: ended.id }), ended);
    expect(again).toMatchObject({ outbox: [alert], outboxAtMs: T0 + 1 });
    const archivedId = `${ended.id}#${new Date(T0).toISOString()}`;
    expect(await readItem(archivedId)).toMatchObject({ outbox: [] });
    expect(await openIds()).not.toContain(archivedId);
  });

  test('of an agent that was away for a moment leaves no history', async () => {
    const momentary = { phase: 'closed', closedAtMs: T0, outcome: 'momentary' } as const;
    const ended = await saved(disconnection({ id: freshId(), ...momentary }));
    await saved(disconnection({ id: ended.id }), ended);
    expect(await readItem(`${ended.id}#${new Date(T0).toISOString()}`)).toBeUndefined();
  });
});

describe('a read of many incidents', () => {
  test('takes any number of ids, each once, and leaves out those without an incident', async () => {
    const ids = Array.from({ length: 250 }, freshId);
    for (const id of ids.slice(0, 210)) await saved(drain({ id }));
    const found = await store.getMany([...ids, ...ids.slice(0, 20)]);
    expect([...found.keys()].sort()).toEqual(ids.slice(0, 210).sort());
    expect(await store.getMany([])).toEqual(new Map());
  });

  test('asks again for what DynamoDB left unprocessed, consistently', async () => {
    const client = new DynamoDBClient({ region: 'eu-west-1' });
    const mock = mockClient(client);
    const ids = Array.from({ length: 250 }, freshId);
    mock.on(BatchGetItemCommand).callsFake(({ RequestItems }) => {
      const { Keys, ConsistentRead } = RequestItems.incidents;
      expect(Keys.length).toBeLessThanOrEqual(100);
      expect(ConsistentRead).toBe(true);
      const done = Keys.slice(0, 40).map((key: { id: { S: string } }) =>
        marshall(drain({ id: key.id.S }), { removeUndefinedValues: true }),
      );
      const left = Keys.slice(40);
      return {
        Responses: { incidents: done },
        UnprocessedKeys: left.length > 0 ? { incidents: { Keys: left, ConsistentRead } } : {},
      };
    });
    const found = await createIncidentStore({
      client,
      tableName: 'incidents',
      ...options,
    }).getMany(ids);
    expect([...found.keys()].sort()).toEqual([...ids].sort());
  });
});

describe('an item that is no incident', () => {
  test('is reported and left out, and does not keep the others from being read', async () => {
    const good = await saved(drain({ id: freshId() }));
    const bad = freshId();
    const Item = marshall({ id: bad, kind: 'drain', open: 'incident', version: 'one' });
    await table.client.send(new PutItemCommand({ TableName: table.tableName, Item }));

    expect([...(await store.getMany([bad, good.id])).keys()]).toEqual([good.id]);
    expect(await openIds()).toContain(good.id);
    expect(unreadable).toContain(bad);
  });
});
