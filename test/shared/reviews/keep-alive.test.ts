import { RecordLifecycleActionHeartbeatCommand } from '@aws-sdk/client-auto-scaling';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { reviewOrKeepAlive } from '../../../shared/reviews/keep-alive.ts';
import { lifecycleAction } from '../fleet.ts';
import { createTestRuntime } from '../test-runtime.ts';
import { openTable, type TestTable } from '../test-table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await openTable();
});
afterAll(() => table.close());

const actions = ['i-0a', 'i-0b', 'i-0c'].map((ec2InstanceId) => lifecycleAction({ ec2InstanceId, token: undefined }));

function setUp() {
  const { runtime, mocks } = createTestRuntime(table);
  mocks.autoScaling.on(RecordLifecycleActionHeartbeatCommand).resolves({});
  mocks.autoScaling
    .on(RecordLifecycleActionHeartbeatCommand, { InstanceId: 'i-0a' })
    .rejects(new Error('ServiceUnavailable'));
  const beaten = () =>
    mocks.autoScaling.commandCalls(RecordLifecycleActionHeartbeatCommand).map(({ args }) => args[0].input.InstanceId);
  return { runtime, beaten };
}

test('a heartbeat that fails keeps no other hook from its own, and what failed before is what is told', async () => {
  const { runtime, beaten } = setUp();
  const failed = new Error('ECS does not answer');

  await expect(reviewOrKeepAlive(runtime, actions, () => Promise.reject(failed))).rejects.toBe(failed);
  expect(beaten()).toEqual(['i-0a', 'i-0b', 'i-0c']);
});

test('nor where some were dealt with', async () => {
  const { runtime, beaten } = setUp();
  const failures = new Map([
    ['i-0a', new Error('throttled')],
    ['i-0b', new Error('throttled')],
  ]);

  expect(await reviewOrKeepAlive(runtime, actions, async () => failures)).toBe(failures);
  expect(beaten()).toEqual(['i-0a', 'i-0b']);
});
