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

describe('a sweep keeps the hook of a launch alive, and says that it failed, when ECS does not tell', () => {
  test.each([
    ['the tags of the cluster', DescribeClustersCommand],
    ['who is registered', ListContainerInstancesCommand],
  ])('%s', async (_, Command) => {
    const { runtime, mocks, clock } = createTestRuntime(table);
    mocks.ecs.on(DescribeClustersCommand).resolves({ clusters: [{ clusterArn, tags: [] }] });
    mocks.ecs.on(ListClustersCommand).resolves({ clusterArns: [clusterArn] });
    mocks.ecs.on(ListContainerInstancesCommand).resolves({ containerInstanceArns: [] });
    mocks.ecs.on(Command as typeof DescribeClustersCommand).rejects(new Error('unavailable'));
    mocks.autoScaling.on(RecordLifecycleActionHeartbeatCommand).resolves({});
    // A heartbeat of the 300 s hook is due.
    clock.nowMs = T0 + 3 * MINUTE_MS;

    const autoScalingInstance = { ec2InstanceId, groupName: 'shop-nodes', lifecycleState: 'Pending:Wait' };
    const group = { name: 'shop-nodes', retainsOnAbandon: false, suspendedProcesses: [], tags: {}, hasWarmPool: false };
    const groups = [{ ...group, instances: [autoScalingInstance] }];
    const swept = { open: [launch], groups, entering: [], listClusters: async () => [clusterArn] };
    const failures = await sweepLaunches(runtime, swept, { hasTime: () => true });

    expect(failures.size).toBe(1);
    expect(mocks.autoScaling.commandCalls(RecordLifecycleActionHeartbeatCommand)).toHaveLength(1);
  });
});
