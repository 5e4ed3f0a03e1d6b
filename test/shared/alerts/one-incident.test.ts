import { DescribeClustersCommand } from '@aws-sdk/client-ecs';
import { PublishCommand } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { configurationAlert, configurationResolvedAlert } from '../../../shared/alerts/configuration-alerts.ts';
import {
  disconnectedAlert,
  disconnectionResolvedAlert,
  repairAlert,
  type Situation,
} from '../../../shared/alerts/disconnection-alerts.ts';
import { stalledAlert } from '../../../shared/alerts/drain-alerts.ts';
import { formatMessage } from '../../../shared/alerts/format.ts';
import { commit, resendAbandoned, sendAlerts } from '../../../shared/alerts/publish.ts';
import { explain, NOTHING_READ } from '../../../shared/domain/stuck.ts';
import type { ConfigurationIncident, Incident } from '../../../shared/incidents/incident.ts';
import { repairsId } from '../../../shared/incidents/outage-incident.ts';
import { reviewDisconnections } from '../../../shared/reviews/disconnections.ts';
import { claimRepair } from '../../../shared/reviews/repairs.ts';
import type { Runtime } from '../../../shared/runtime.ts';
import { arn, clusterArn, disconnection, drain, instance, MINUTE_MS, policy, T0, task } from '../fleet.ts';
import { createTestRuntime } from '../test-runtime.ts';
import { openTable, type TestTable } from '../test-table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await openTable();
});
afterAll(() => table.close());

const silent = instance({ status: 'ACTIVE', agentConnected: false });
const situation: Situation = {
  instance: silent,
  ec2State: 'running',
  lifecycleState: 'InService',
  groupName: 'shop-nodes',
  clockMs: T0,
  policy,
};

/** As the next invocation finds it. */
async function stored({ incidents }: Runtime, id: string): Promise<Incident> {
  const incident = (await incidents.getMany([id])).get(id);
  if (incident === undefined) throw new Error(`${id} is not stored`);
  return incident;
}

const statesOf = (mocks: ReturnType<typeof createTestRuntime>['mocks']) =>
  mocks.sns.commandCalls(PublishCommand).map(({ args: [{ input }] }) => input.MessageAttributes?.state?.StringValue);

describe('the alerts of one incident', () => {
  const alerted = disconnection({ id: 'disconnection#order', phase: 'alerted', steps: [{ name: 'alert', atMs: T0 }] });
  const step = { name: 'replace', atMs: T0 + MINUTE_MS, outcome: 'reported unhealthy' } as const;
  const opened = disconnectedAlert(alerted, situation, T0);
  const escalated = repairAlert(alerted, step, situation);
  const resolved = disconnectionResolvedAlert(alerted, 'reconnected', T0 + 2 * MINUTE_MS);

  test('have ids that differ in the word after the last # (runbook), so that receivers can match them', () => {
    const common = ({ id }: { id: string }) => id.slice(0, id.lastIndexOf('#'));
    expect(new Set([opened, escalated, resolved].map(common)).size).toBe(1);
    const incident: ConfigurationIncident = {
      kind: 'configuration',
      id: `configuration#${clusterArn}`,
      version: 1,
      phase: 'open',
      clusterArn,
      openedAtMs: T0,
      problems: ['x'],
      outbox: [],
    };
    const alerts = [
      configurationAlert(incident, 'opened', T0),
      configurationAlert(incident, 'escalated', T0 + 1),
      configurationResolvedAlert(incident, T0 + 2),
    ];
    expect(new Set(alerts.map(common)).size).toBe(1);
  });

  test('share a thread of the chat', () => {
    const chat = { ...policy, alertFormat: 'chat' } as const;
    const threads = [opened, escalated, resolved].map((one) => JSON.parse(formatMessage(one, chat)).metadata.threadId);
    expect(new Set(threads).size).toBe(1);
  });

  test('are sent in their order: resolved waits for the escalation that a dead function left behind', async () => {
    const { runtime: dead } = createTestRuntime(table);
    const first = await commit(dead, { ...alerted, outbox: [] }, undefined);
    const second = await commit(dead, { ...alerted, outbox: [escalated] }, first);
    // It is killed here: nothing is sent.
    const { runtime, mocks, clock } = createTestRuntime(table);
    mocks.sns.on(PublishCommand).resolves({});
    clock.nowMs = T0 + MINUTE_MS;
    const ended = { ...alerted, phase: 'closed', closedAtMs: clock.nowMs, outcome: 'reconnected' } as const;
    await commit(runtime, { ...ended, outbox: [escalated, resolved] }, second);
    await sendAlerts(runtime);
    clock.nowMs += 3 * MINUTE_MS;
    await resendAbandoned(runtime, await stored(runtime, alerted.id));
    await sendAlerts(runtime);
    expect(statesOf(mocks)).toEqual(['escalated', 'resolved']);
  });
});

test('that an agent is back is told although the function died, and the agent has flapped since', async () => {
  const id = `disconnection#${arn}`;
  const resolved = disconnectionResolvedAlert(disconnection({ id }), 'reconnected', T0);
  const { runtime: dead } = createTestRuntime(table);
  const closed = disconnection({ id, phase: 'closed', closedAtMs: T0, outcome: 'reconnected', outbox: [resolved] });
  await commit(dead, closed, undefined);
  // It has died since, or SNS was away. The agent goes again, and again.
  const { runtime, mocks, clock } = createTestRuntime(table);
  mocks.ecs.on(DescribeClustersCommand).resolves({ clusters: [{ clusterArn, tags: [] }] });
  mocks.sns.on(PublishCommand).resolves({});
  for (const version of [8, 10]) {
    clock.nowMs += 20_000;
    const incidents = await runtime.incidents.getMany([id]);
    const instances = new Map([[arn, instance({ status: 'ACTIVE', agentConnected: false, version })]]);
    const event = { atMs: clock.nowMs, version };
    const failures = await reviewDisconnections(runtime, [{ arn, clusterArn, event }], {
      known: { instances },
      incidents,
      allowance: { hasTime: () => true },
    });
    expect([...failures.values()]).toEqual([]);
  }
  await sendAlerts(runtime);
  clock.nowMs += 3 * MINUTE_MS;
  await resendAbandoned(runtime, await stored(runtime, id));
  await sendAlerts(runtime);
  expect(statesOf(mocks)).toEqual(['resolved']);
});

test('that repairs are held is sent once, although a second one is refused before it is sent', async () => {
  const { runtime, mocks, clock } = createTestRuntime(table);
  const next = { ...runtime, unsent: [] };
  mocks.sns.on(PublishCommand).resolves({});
  const cluster = `${clusterArn}-repairs`;
  const limited = { ...policy, repairsPerHourMax: 1 };
  expect(await claimRepair(runtime, cluster, limited)).toBe(true);
  expect(await claimRepair(runtime, cluster, limited)).toBe(false);
  expect(await claimRepair(runtime, cluster, limited)).toBe(false);
  // The turn of the sweep is over, its alerts are being sent; the next one begins.
  clock.nowMs += 1_000;
  await resendAbandoned(next, await stored(next, repairsId(cluster)));
  await Promise.all([sendAlerts(runtime), sendAlerts(next)]);
  expect(statesOf(mocks)).toEqual(['opened']);
});

test('an alert about very many tasks still fits into a message of SNS, and the record into an item', async () => {
  const tasks = Array.from({ length: 900 }, (_, index) =>
    task({
      arn: `arn:aws:ecs:eu-west-1:210987654321:task/shop/${String(index).padStart(32, '0')}`,
      group: 'service:checkout-worker-production-eu-west-1',
    }),
  );
  const service = {
    name: 'checkout-worker-production-eu-west-1',
    clusterArn,
    schedulingStrategy: 'REPLICA',
    desiredCount: 900,
    runningCount: 900,
    pendingCount: 0,
    minimumHealthyPercent: 100,
    maximumPercent: 200,
    deployments: 1,
    events: [
      {
        atMs: T0,
        message: [
          '(service checkout-worker-production-eu-west-1) was unable to place a task because no container instance met',
          'all of its requirements. The closest matching (container-instance 0f9d6a1b2c3d4e5f60718293a4b5c6d7) has',
          'insufficient memory available. For more information, see the Troubleshooting section of the Amazon ECS',
          'Developer Guide.',
        ].join(' '),
      },
    ],
  } as const;
  const lines = explain(tasks, { ...NOTHING_READ, services: new Map([[service.name, service]]) }, T0);
  const incident = drain({ id: 'drain#big' });
  const alert = stalledAlert(incident, lines, T0);
  expect(Buffer.byteLength(formatMessage(alert, policy))).toBeLessThan(256 * 1024 - 4096);
  const { runtime } = createTestRuntime(table);
  await commit(runtime, { ...incident, outbox: [alert] }, undefined);
});
