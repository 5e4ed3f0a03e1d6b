import { expect, test } from 'vitest';
import { parseContainerInstanceChange } from '../../../shared/events/container-instance-change.ts';
import { describeFields, parsed, recorded, withDetail, without } from './recorded.ts';

const event = recorded('container-instance-change');

test('reads a change', () => {
  expect(parseContainerInstanceChange(parsed(event))).toEqual({
    kind: 'container-instance-change',
    arn: 'arn:aws:ecs:eu-west-1:210987654321:container-instance/shop/5d1e7c9a3b2f4e6d8a0c1b3d5f7e9a2c',
    clusterArn: 'arn:aws:ecs:eu-west-1:210987654321:cluster/shop',
    ec2InstanceId: 'i-0f3c8a1b2d4e5f607',
    status: 'DRAINING',
    agentConnected: true,
    version: 4711,
    runningTasksCount: 2,
    pendingTasksCount: 0,
    atMs: Date.UTC(2026, 10, 20, 9, 15, 2),
  });
});

test.each(['ec2InstanceId', 'status', 'agentConnected', 'version', 'runningTasksCount', 'pendingTasksCount'])(
  'leaves out %s rather than making it up',
  (field) => {
    const change = parseContainerInstanceChange(parsed({ ...event, detail: without(event.detail, field) }));

    expect(change).not.toHaveProperty(field);
  },
);

test.each([
  { agentConnected: false },
  { runningTasksCount: 0 },
  { status: 'SOME_NEW_STATUS' },
  { ec2InstanceId: 'mi-0aa11bb22cc33dd44' },
])('takes over %j', (detail) => {
  expect(parseContainerInstanceChange(parsed(withDetail(event, detail)))).toMatchObject(detail);
});

const leftOut = (field: string) => (complete: unknown) => without(complete as Record<string, unknown>, field);

describeFields('container-instance-change', parseContainerInstanceChange, {
  required: ['containerInstanceArn', 'clusterArn'],
  optional: {
    ec2InstanceId: leftOut('ec2InstanceId'),
    status: leftOut('status'),
    agentConnected: leftOut('agentConnected'),
    version: leftOut('version'),
    runningTasksCount: leftOut('runningTasksCount'),
    pendingTasksCount: leftOut('pendingTasksCount'),
  },
});

test.each(['containerInstanceArn', 'clusterArn'])('refuses a %s that is no ARN', (field) => {
  expect(() => parseContainerInstanceChange(parsed(withDetail(event, { [field]: 'shop' })))).toThrow(
    `detail.${field} is "shop", expected /^arn:/`,
  );
});

test.each([
  ['health changes', { ...event, 'detail-type': 'ECS Container Instance Health Change' }],
  ['events of other sources that look the same', { ...event, source: 'com.example.ecs' }],
])('ignores %s', (_what, ignored) => {
  expect(parseContainerInstanceChange(parsed(ignored))).toMatchObject({ kind: 'ignored' });
});
