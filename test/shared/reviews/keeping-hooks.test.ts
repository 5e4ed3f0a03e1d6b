import {
  CompleteLifecycleActionCommand,
  DescribeAutoScalingGroupsCommand,
  RecordLifecycleActionHeartbeatCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  DescribeClustersCommand,
  DescribeContainerInstancesCommand,
  ListTasksCommand,
  UpdateContainerInstancesStateCommand,
} from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reviewChanges } from '../../../shared/reviews/changes.ts';
import { reviewDrainsById } from '../../../shared/reviews/drains.ts';
import { arn, clusterArn, drain, ec2InstanceId, MINUTE_MS, T0 } from '../fleet.ts';
import { createTestRuntime } from '../test-runtime.ts';
import { openTable, type TestTable } from '../test-table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await openTable();
});
afterAll(() => table.close());

const allowance = { hasTime: () => true };
let count = 0;

async function setUp({ status = 'DRAINING', settings = {} } = {}) {
  const setting = createTestRuntime(table, settings);
  const { runtime, mocks, clock } = setting;
  mocks.ecs.on(DescribeClustersCommand).resolves({ clusters: [{ clusterArn, tags: [] }] });
  mocks.ecs.on(DescribeContainerInstancesCommand).resolves({
    containerInstances: [
      {
        containerInstanceArn: arn,
        ec2InstanceId,
        status,
        agentConnected: true,
        version: 7,
        runningTasksCount: 0,
        pendingTasksCount: 0,
      },
    ],
  });
  mocks.ecs.on(ListTasksCommand).resolves({ taskArns: [] });
  mocks.autoScaling.on(RecordLifecycleActionHeartbeatCommand).resolves({});
  mocks.autoScaling.on(CompleteLifecycleActionCommand).resolves({});
  count += 1;
  const { id } = drain({ id: `drain#${count}` });
  await runtime.incidents.save(drain({ id }), undefined);
  // A heartbeat of the 300 s hook is due.
  clock.nowMs = T0 + 3 * MINUTE_MS;
  const look = () => reviewDrainsById(runtime, [id], allowance);
  const heartbeats = () => mocks.autoScaling.commandCalls(RecordLifecycleActionHeartbeatCommand).length;
  const completions = () => mocks.autoScaling.commandCalls(CompleteLifecycleActionCommand).length;
  return { ...setting, id, look, heartbeats, completions };
}

describe('a look at a drain', () => {
  test('completes the hook of an instance that is DRAINING and empty', async () => {
    const { look, completions } = await setUp();
    expect((await look()).size).toBe(0);
    expect(completions()).toBe(1);
  });

  test.each([
    ['the tags of its cluster', DescribeClustersCommand],
    ['the container instance', DescribeContainerInstancesCommand],
    ['its tasks', ListTasksCommand],
  ])(
    'keeps the hook alive when ECS does not describe %s, does nothing else and says that it failed',
    async (_, Command) => {
      const { id, mocks, look, heartbeats, completions } = await setUp();
      mocks.ecs.on(Command as typeof ListTasksCommand).rejects(new Error('throttled'));
      expect([...(await look()).keys()]).toEqual([id]);
      expect({ heartbeats: heartbeats(), completions: completions() }).toEqual({ heartbeats: 1, completions: 0 });
    },
  );

  test('is not kept from completing a hook by another cluster that ECS does not describe', async () => {
    const { runtime, mocks, id, completions } = await setUp();
    const other = { clusterArn: `${clusterArn}-other`, arn: `${arn}-other` };
    await runtime.incidents.save(drain({ id: `${id}-other`, registrations: [other] }), undefined);
    mocks.ecs.on(DescribeContainerInstancesCommand, { cluster: other.clusterArn }).rejects(new Error('unavailable'));
    const failures = await reviewDrainsById(runtime, [`${id}-other`, id], allowance);
    expect([...failures.keys()]).toEqual([`${id}-other`]);
    expect(completions()).toBe(1);
  });

  test('keeps the hook alive when the instance cannot be set DRAINING', async () => {
    const { mocks, look, heartbeats, completions } = await setUp({ status: 'ACTIVE' });
    mocks.ecs.on(UpdateContainerInstancesStateCommand).resolves({ failures: [{ arn, reason: 'MISSING' }] });
    expect((await look()).size).toBe(1);
    expect({ heartbeats: heartbeats(), completions: completions() }).toEqual({ heartbeats: 1, completions: 0 });
  });

  test('changes nothing in observe mode', async () => {
    const { look, heartbeats, completions } = await setUp({ settings: { EBBTIDE_MODE: 'observe' } });
    expect((await look()).size).toBe(0);
    expect({ heartbeats: heartbeats(), completions: completions() }).toEqual({ heartbeats: 0, completions: 0 });
  });
});

describe("a look that ECS does not even tell the cluster's tags goes by those that the drain began with", () => {
  const AFTER_DEADLINE_MS = T0 + 61 * MINUTE_MS;

  async function setUpBlind({ tags = {}, settings = {} }: Record<'tags' | 'settings', Record<string, string>>) {
    const setting = await setUp({ settings });
    const { runtime, mocks, id, look } = setting;
    const [stored] = (await runtime.incidents.getMany([id])).values();
    if (stored === undefined) throw new Error('no drain');
    await runtime.incidents.save({ ...drain({ id }), clusterTags: { tags, readAtMs: T0 } }, stored);
    mocks.ecs.on(DescribeClustersCommand).rejects(new Error('unavailable'));
    mocks.autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({ AutoScalingGroups: [] });
    const lookBlindly = async () => expect([...(await look()).keys()]).toEqual([id]);
    const results = () =>
      mocks.autoScaling.commandCalls(CompleteLifecycleActionCommand).map(({ args }) => args[0].input);
    return { ...setting, lookBlindly, results };
  }

  test('in a cluster that is only observed, the hook gets no heartbeat', async () => {
    const { lookBlindly, heartbeats } = await setUpBlind({ tags: { 'ebbtide:mode': 'observe' }, settings: {} });
    await lookBlindly();
    expect(heartbeats()).toBe(0);
  });

  test('in a cluster that is only observed, no hook is completed at the deadline, and the alert says so', async () => {
    const { runtime, clock, lookBlindly, results } = await setUpBlind({
      tags: { 'ebbtide:mode': 'observe' },
      settings: {},
    });
    clock.nowMs = AFTER_DEADLINE_MS;
    await lookBlindly();
    expect(results()).toEqual([]);
    expect(runtime.unsent.map(({ alert }) => alert.subject)).toEqual([expect.stringMatching(/^\[observe\]/)]);
  });

  test('a cluster that is acted in is acted in, whatever the stack does', async () => {
    const settings = { EBBTIDE_MODE: 'observe' };
    const { lookBlindly, heartbeats } = await setUpBlind({ tags: { 'ebbtide:mode': 'act' }, settings });
    await lookBlindly();
    expect(heartbeats()).toBe(1);
  });

  test('the stack is only observing by now: so is a drain whose cluster says nothing else', async () => {
    const { lookBlindly, heartbeats } = await setUpBlind({ tags: {}, settings: { EBBTIDE_MODE: 'observe' } });
    await lookBlindly();
    expect(heartbeats()).toBe(0);
  });

  test('at the deadline the hook is completed with the result of the cluster', async () => {
    const tags = { 'ebbtide:drain-deadline-result': 'ABANDON' };
    const { clock, lookBlindly, results } = await setUpBlind({ tags, settings: {} });
    clock.nowMs = AFTER_DEADLINE_MS;
    await lookBlindly();
    expect(results()).toMatchObject([{ LifecycleActionResult: 'ABANDON' }]);
  });
});

test('a change in a cluster that is not looked after is not even looked at', async () => {
  const { runtime, mocks } = createTestRuntime(table, { EBBTIDE_CLUSTERS: 'bank' });
  const change = { kind: 'container-instance-change' as const, arn, clusterArn, agentConnected: false, atMs: T0 };
  expect((await reviewChanges(runtime, [change], allowance)).size).toBe(0);
  expect(mocks.ecs.calls()).toHaveLength(0);
});
