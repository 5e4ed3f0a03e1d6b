import { PublishCommand } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Alert } from '../../../shared/alerts/alert.ts';
import { commit, resendAbandoned, sendAlerts } from '../../../shared/alerts/publish.ts';
import type { Incident } from '../../../shared/incidents/incident.ts';
import { drain, MINUTE_MS, T0 } from '../fleet.ts';
import { createTestRuntime } from '../test-runtime.ts';
import { openTable, type TestTable } from '../test-table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await openTable();
});
afterAll(() => table.close());

let count = 0;
function setUp() {
  count += 1;
  const id = `drain#${count}`;
  const alert: Alert = {
    id: `${id}#opened`,
    kind: 'drain',
    state: 'opened',
    severity: 'critical',
    cluster: 'shop',
    subject: 'Something',
    body: 'What: something',
  };
  const { runtime, mocks, clock } = createTestRuntime(table);
  mocks.sns.on(PublishCommand).resolves({});
  const published = () => mocks.sns.commandCalls(PublishCommand).map(({ args: [{ input }] }) => input);
  const stored = async (): Promise<Incident> => {
    const incident = (await runtime.incidents.getMany([id])).get(id);
    if (incident === undefined) throw new Error('not stored');
    return incident;
  };
  return { id, alert, runtime, mocks, clock, published, stored };
}

describe('an alert', () => {
  test('is sent with its subject, body and attributes, and taken out of the outbox', async () => {
    const { id, alert, runtime, published, stored } = setUp();
    await commit(runtime, drain({ id, outbox: [alert] }), undefined);
    await sendAlerts(runtime);
    expect(published()).toEqual([
      {
        TopicArn: runtime.config.locations.topicArn,
        Subject: 'Something',
        Message: 'What: something\nRunbook: docs/runbook.md#drain',
        MessageAttributes: {
          id: { DataType: 'String', StringValue: alert.id },
          kind: { DataType: 'String', StringValue: 'drain' },
          state: { DataType: 'String', StringValue: 'opened' },
          severity: { DataType: 'String', StringValue: 'critical' },
          cluster: { DataType: 'String', StringValue: 'shop' },
        },
      },
    ]);
    expect((await stored()).outbox).toEqual([]);
  });

  test('is sent by the one that gets to write it, of several that decided on it', async () => {
    const { id, alert, runtime, published } = setUp();
    const open = await commit(runtime, drain({ id }), undefined);
    if (open === undefined) throw new Error('not written');
    const handlers = Array.from({ length: 6 }, () => commit(runtime, { ...open, outbox: [alert] }, open));
    expect((await Promise.all(handlers)).filter((won) => won !== undefined)).toHaveLength(1);
    await sendAlerts(runtime);
    expect(published()).toHaveLength(1);
  });

  test('is not sent when the incident was changed by somebody else first', async () => {
    const { id, alert, runtime, published, stored } = setUp();
    const open = await commit(runtime, drain({ id }), undefined);
    if (open === undefined) throw new Error('not written');
    await commit(runtime, { ...open, phase: 'closed', closedAtMs: T0 } as Incident, open);
    expect(await commit(runtime, { ...open, outbox: [alert] }, open)).toBeUndefined();
    await sendAlerts(runtime);
    expect(published()).toEqual([]);
    expect(await stored()).toMatchObject({ phase: 'closed' });
  });

  test('is written before it is sent', async () => {
    const { id, alert, runtime, mocks, stored } = setUp();
    const seen: Incident[] = [];
    mocks.sns.on(PublishCommand).callsFake(async () => {
      seen.push(await stored());
      return {};
    });
    await commit(runtime, drain({ id, outbox: [alert] }), undefined);
    await sendAlerts(runtime);
    expect(seen.map(({ outbox }) => outbox)).toEqual([[alert]]);
  });
});

describe('alerts of one incident', () => {
  test('that somebody adds while an earlier one is being sent wait for it, and are sent by the sweep, in their order', async () => {
    const { id, alert, runtime, clock, published, stored } = setUp();
    const other = createTestRuntime(table);
    const open = await commit(other.runtime, drain({ id, outbox: [alert] }), undefined);
    if (open === undefined) throw new Error('not written');
    const resolved = { ...alert, id: `${id}#resolved`, state: 'resolved' } as const;
    await commit(runtime, { ...open, outbox: [alert, resolved] }, open);
    await sendAlerts(runtime);
    expect(published()).toEqual([]);

    clock.nowMs += 2 * MINUTE_MS;
    await resendAbandoned(runtime, await stored());
    await sendAlerts(runtime);
    expect(published().map(({ MessageAttributes }) => MessageAttributes?.state?.StringValue)).toEqual([
      'opened',
      'resolved',
    ]);
    expect((await stored()).outbox).toEqual([]);
  });

  test('that one function adds, one after the other, are sent by it', async () => {
    const { id, alert, runtime, published } = setUp();
    const open = await commit(runtime, drain({ id, outbox: [alert] }), undefined);
    if (open === undefined) throw new Error('not written');
    const resolved = { ...alert, id: `${id}#resolved`, state: 'resolved' } as const;
    await commit(runtime, { ...open, outbox: [alert, resolved] }, open);
    await sendAlerts(runtime);
    expect(published()).toHaveLength(2);
  });

  test('do not wait for those of the incident that it took the place of', async () => {
    const { id, alert, runtime, published } = setUp();
    const earlier = { ...alert, id: `${id}#before#resolved`, state: 'resolved' } as const;
    const other = createTestRuntime(table);
    const closed = drain({ id, phase: 'closed', closedAtMs: T0, outcome: 'drained', outbox: [earlier] });
    const before = await commit(other.runtime, closed, undefined);
    await commit(runtime, drain({ id, openedAtMs: T0 + 1, outbox: [alert] }), before);
    await sendAlerts(runtime);
    expect(published()).toHaveLength(1);
  });
});

test('an alert that SNS refuses does not keep the others from being sent, and is reported', async () => {
  const { id, alert, runtime, mocks, published, stored } = setUp();
  const refused = Object.assign(new Error('Invalid parameter: Message too long'), {
    name: 'InvalidParameterException',
  });
  mocks.sns.on(PublishCommand).rejectsOnce(refused).resolves({});
  const other = { ...alert, id: `${id}#other` };
  await commit(runtime, drain({ id, outbox: [alert, other] }), undefined);
  await expect(sendAlerts(runtime)).rejects.toThrow('Message too long');
  expect(published()).toHaveLength(2);
  expect((await stored()).outbox).toEqual([alert]);
});

describe('an alert that a function left behind', () => {
  async function leaveBehind() {
    const setting = setUp();
    setting.mocks.sns.on(PublishCommand).rejectsOnce(new Error('the function died'));
    await commit(setting.runtime, drain({ id: setting.id, outbox: [setting.alert] }), undefined);
    await expect(sendAlerts(setting.runtime)).rejects.toThrow('the function died');
    setting.mocks.sns.reset();
    setting.mocks.sns.on(PublishCommand).resolves({});
    return setting;
  }

  test('is sent after two minutes and not a millisecond before', async () => {
    const { runtime, clock, published, stored } = await leaveBehind();
    clock.nowMs = T0 + 2 * MINUTE_MS - 1;
    await resendAbandoned(runtime, await stored());
    await sendAlerts(runtime);
    expect(published()).toEqual([]);
    clock.nowMs = T0 + 2 * MINUTE_MS;
    await resendAbandoned(runtime, await stored());
    await sendAlerts(runtime);
    expect(published()).toHaveLength(1);
    expect((await stored()).outbox).toEqual([]);
  });

  test('is sent once by several sweeps', async () => {
    const { runtime, clock, published, stored } = await leaveBehind();
    clock.nowMs = T0 + 5 * MINUTE_MS;
    const incident = await stored();
    await Promise.all([resendAbandoned(runtime, incident), resendAbandoned(runtime, incident)]);
    await sendAlerts(runtime);
    await resendAbandoned(runtime, await stored());
    await sendAlerts(runtime);
    expect(published()).toHaveLength(1);
  });

  test('is not sent by the next write of the incident: that is left to the sweep', async () => {
    const { runtime, published, stored } = await leaveBehind();
    const incident = await stored();
    await commit(runtime, { ...incident, deadlineAtMs: T0 } as Incident, incident);
    await sendAlerts(runtime);
    expect(published()).toEqual([]);
    expect((await stored()).outbox).toHaveLength(1);
  });

  test('stays in the outbox while SNS does not take it, and is tried again two minutes later', async () => {
    const { runtime, mocks, clock, published, stored } = await leaveBehind();
    mocks.sns.on(PublishCommand).rejectsOnce(new Error('unavailable')).resolves({});
    clock.nowMs = T0 + 5 * MINUTE_MS;
    await resendAbandoned(runtime, await stored());
    await expect(sendAlerts(runtime)).rejects.toThrow('unavailable');
    await resendAbandoned(runtime, await stored());
    await sendAlerts(runtime);
    expect(published()).toHaveLength(1);
    clock.nowMs = T0 + 7 * MINUTE_MS;
    await resendAbandoned(runtime, await stored());
    await sendAlerts(runtime);
    expect(published()).toHaveLength(2);
    expect((await stored()).outbox).toEqual([]);
  });
});

test('an incident that changes while its alert is being sent keeps the change, and the alert is sent once', async () => {
  const { id, alert, runtime, mocks, clock, published, stored } = setUp();
  mocks.sns.on(PublishCommand).callsFakeOnce(async () => {
    const incident = await stored();
    const later = { ...alert, id: `${id}#later` };
    await commit(runtime, { ...incident, deadlineAtMs: 77, outbox: [...incident.outbox, later] } as Incident, incident);
    return {};
  });
  await commit(runtime, drain({ id, outbox: [alert] }), undefined);
  await sendAlerts(runtime);
  await sendAlerts(runtime);
  expect(await stored()).toMatchObject({ deadlineAtMs: 77, outbox: [{ id: `${id}#later` }] });
  clock.nowMs = T0 + 10 * MINUTE_MS;
  await resendAbandoned(runtime, await stored());
  await sendAlerts(runtime);
  expect(await stored()).toMatchObject({ deadlineAtMs: 77, outbox: [] });
  const ids = published().map(({ MessageAttributes }) => MessageAttributes?.id?.StringValue);
  expect(ids.sort()).toEqual([`${id}#later`, alert.id].sort());
});

test('an alert is sent once although its closed incident gives way to a new one meanwhile', async () => {
  const { id, alert, runtime, clock, published, stored } = setUp();
  const ended = { phase: 'closed', closedAtMs: T0, outcome: 'reconnected', outbox: [alert] } as const;
  const closed = await commit(runtime, drain({ id, ...ended, outbox: [alert] }), undefined);
  await commit(runtime, drain({ id, openedAtMs: T0 + 1 }), closed);
  await sendAlerts(runtime);
  clock.nowMs = T0 + 10 * MINUTE_MS;
  const open = (await runtime.incidents.listOpen()).filter((incident) => `${incident.id}#`.startsWith(`${id}#`));
  for (const incident of open) await resendAbandoned(runtime, incident);
  await sendAlerts(runtime);
  expect(published().map(({ MessageAttributes }) => MessageAttributes?.id?.StringValue)).toEqual([alert.id]);
  expect(await stored()).toMatchObject({ openedAtMs: T0 + 1, outbox: [] });
});
