import { RecordLifecycleActionHeartbeatCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeClustersCommand, ListClustersCommand, ListContainerInstancesCommand } from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LaunchIncident } from '../../../shared/incidents/incident.ts';
import { sweepLaunches } from '../../../shared/reviews/sweep-launches.ts';
import { clusterArn, ec2InstanceId, heldAction, MINUTE_MS, T0 } from '../fleet.ts';
import { createTestRuntime } from '../test-runtime.ts';
import { openTable, type TestTable } from '../test-table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await openTable();
});
afterAll(() => table.close());

const launch: LaunchIncident = {
  kind: 'launch',
  id: `launch#${ec2InstanceId}`,
  version: 1,
  phase: 'waiting',
  openedAtMs: T0,
  outbox: [],
  ec2InstanceId,
  groupName: 'shop-nodes',
  clusterArn,
  isCertain: true,
  actions: [heldAction({ hookName: 'ebbtide-launch' })],
  completed: [],
  deadlineAtMs: T0 + 15 * MINUTE_MS,
};

/** @returns what failed, and how many heartbeats were sent */
async function sweepWithout(Command: typeof DescribeClustersCommand, open: LaunchIncident) {
  const { runtime, mocks, clock } = createTestRuntime(table);
  mocks.ecs.on(DescribeClustersCommand).resolves({ clusters: [{ clusterArn, tags: [] }] });
  mocks.ecs.on(ListClustersCommand).resolves({ clusterArns: [clusterArn] });
  mocks.ecs.on(ListContainerInstancesCommand).resolves({ containerInstanceArns: [] });
  mocks.ecs.on(Command).rejects(new Error('unavailable'));
  mocks.autoScaling.on(RecordLifecycleActionHeartbeatCommand).resolves({});
  // A heartbeat of the 300 s hook is due.
  clock.nowMs = T0 + 3 * MINUTE_MS;

  const autoScalingInstance = { ec2InstanceId, groupName: 'shop-nodes', lifecycleState: 'Pending:Wait' };
  const group = { name: 'shop-nodes', retainsOnAbandon: false, suspendedProcesses: [], tags: {}, hasWarmPool: false };
  const groups = [{ ...group, instances: [autoScalingInstance] }];
  const listed = { groups, entering: [], listClusters: async () => [clusterArn] };
  const swept = { open: [open], ...listed, onOverdue: () => undefined };
  const failures = await sweepLaunches(runtime, swept, { hasTime: () => true });
  const heartbeats = mocks.autoScaling.commandCalls(RecordLifecycleActionHeartbeatCommand).length;
  return { failures: failures.size, heartbeats };
}

describe('a sweep keeps the hook of a launch alive, and says that it failed, when ECS does not tell', () => {
  test.each([
    ['the tags of the cluster', DescribeClustersCommand],
    ['who is registered', ListContainerInstancesCommand],
  ])('%s', async (_, Command) => {
    const swept = await sweepWithout(Command as typeof DescribeClustersCommand, launch);
    expect(swept).toEqual({ failures: 1, heartbeats: 1 });
  });
});

test('it keeps none alive in a cluster whose tags said, when the wait began, that it is only observed', async () => {
  const clusterTags = { tags: { 'ebbtide:mode': 'observe' }, readAtMs: T0 };
  const swept = await sweepWithout(DescribeClustersCommand, { ...launch, clusterTags });
  expect(swept).toEqual({ failures: 1, heartbeats: 0 });
});
