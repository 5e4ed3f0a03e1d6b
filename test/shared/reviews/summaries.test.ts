import { DescribeClustersCommand } from '@aws-sdk/client-ecs';
import { PublishCommand } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { resendAbandoned, sendAlerts } from '../../../shared/alerts/publish.ts';
import { summaryId } from '../../../shared/incidents/outage-incident.ts';
import { sweepSummaries } from '../../../shared/reviews/summaries.ts';
import { clusterArn, disconnection, MINUTE_MS } from '../fleet.ts';
import { createTestRuntime } from '../test-runtime.ts';
import { openTable, type TestTable } from '../test-table.ts';

const DAY_MS = 1_440 * MINUTE_MS;

let table: TestTable;
beforeAll(async () => {
  table = await openTable();
});
afterAll(() => table.close());

test('a summary that could not be sent is sent before the one of the next day, and does not give way to it', async () => {
  const { runtime, mocks, clock } = createTestRuntime(table);
  mocks.ecs.on(DescribeClustersCommand).resolves({ clusters: [] });
  const open = [disconnection({ phase: 'alerted' })];
  const summarize = () =>
    sweepSummaries(runtime, { open, listClusters: async () => [clusterArn] }, { hasTime: () => true });

  mocks.sns.on(PublishCommand).rejects(new Error('SNS does not answer'));
  await summarize();
  await expect(sendAlerts(runtime)).rejects.toThrow('SNS does not answer');

  clock.nowMs += DAY_MS;
  mocks.sns.reset();
  mocks.sns.on(PublishCommand).resolves({});
  await summarize();
  await sendAlerts(runtime);
  clock.nowMs += 3 * MINUTE_MS;
  const stored = (await runtime.incidents.getMany([summaryId(clusterArn)])).get(summaryId(clusterArn));
  if (stored !== undefined) await resendAbandoned(runtime, stored);
  await sendAlerts(runtime);

  const ids = mocks.sns
    .commandCalls(PublishCommand)
    .map(({ args }) => args[0].input.MessageAttributes?.id?.StringValue);
  const days = [0, DAY_MS].map((later) => `${summaryId(clusterArn)}#${clock.nowMs - 3 * MINUTE_MS - DAY_MS + later}`);
  expect(ids).toEqual(days);
});
