import { expect, test } from 'vitest';
import { parseTaskStopped } from '../../../shared/events/task-stopped.ts';
import { describeFields, parsed, recorded, withDetail } from './recorded.ts';

const event = recorded('task-stopped');

test('reads a stopped task', () => {
  expect(parseTaskStopped(parsed(event))).toEqual({
    kind: 'task-stopped',
    taskArn: 'arn:aws:ecs:eu-west-1:210987654321:task/shop/9c8b7a6d5e4f43219a8b7c6d5e4f3a2b',
    clusterArn: 'arn:aws:ecs:eu-west-1:210987654321:cluster/shop',
    containerInstanceArn: 'arn:aws:ecs:eu-west-1:210987654321:container-instance/shop/5d1e7c9a3b2f4e6d8a0c1b3d5f7e9a2c',
    atMs: Date.UTC(2026, 10, 20, 9, 15, 44),
  });
});

test.each(['RUNNING', 'DEACTIVATING', 'STOPPING', 'DEPROVISIONING', 'SOME_NEW_STATUS'])(
  'ignores a task that is %s, even when it shall stop',
  (lastStatus) => {
    expect(parseTaskStopped(parsed(withDetail(event, { lastStatus })))).toEqual({
      kind: 'ignored',
      reason: `the task is ${lastStatus}`,
    });
  },
);

test('ignores a task on Fargate', () => {
  expect(parseTaskStopped(parsed(recorded('task-stopped-fargate')))).toEqual({
    kind: 'ignored',
    reason: 'the task is on no container instance',
  });
});

describeFields('task-stopped', parseTaskStopped, {
  required: ['taskArn', 'clusterArn', 'lastStatus'],
  optional: {
    containerInstanceArn: () => ({ kind: 'ignored', reason: 'the task is on no container instance' }),
  },
});

test.each([
  ['other events of ECS', { ...event, 'detail-type': 'ECS Service Action' }],
  ['events of other sources that look the same', { ...event, source: 'com.example.ecs' }],
])('ignores %s', (_what, ignored) => {
  expect(parseTaskStopped(parsed(ignored))).toMatchObject({ kind: 'ignored' });
});
