import { expect, test } from 'vitest';
import { parseContainerInstanceHealthChange } from '../../../shared/events/container-instance-health-change.ts';
import { describeFields, parsed, recorded, withDetail, without } from './recorded.ts';

const event = recorded('container-instance-health-change');

test('reads a change with each of its checks', () => {
  expect(parseContainerInstanceHealthChange(parsed(event))).toEqual({
    kind: 'container-instance-health-change',
    arn: 'arn:aws:ecs:eu-west-1:210987654321:container-instance/shop/5d1e7c9a3b2f4e6d8a0c1b3d5f7e9a2c',
    clusterArn: 'arn:aws:ecs:eu-west-1:210987654321:cluster/shop',
    ec2InstanceId: 'i-0f3c8a1b2d4e5f607',
    overallStatus: 'IMPAIRED',
    checks: [
      { type: 'CONTAINER_RUNTIME', status: 'OK' },
      { type: 'AGENT_CONNECTIVITY', status: 'IMPAIRED', reason: 'Agent disconnected since 2026-11-20T09:47:02Z' },
    ],
    atMs: Date.UTC(2026, 10, 20, 10, 2, 13),
  });
});

describeFields('container-instance-health-change', parseContainerInstanceHealthChange, {
  required: ['containerInstanceArn', 'clusterArn', 'overallStatus'],
  optional: {
    ec2InstanceId: (complete) => without(complete as never, 'ec2InstanceId'),
    healthChecks: (complete) => ({ ...complete, checks: [] }),
  },
});

test.each(['type', 'status'])('names a check without %s', (field) => {
  const check = { type: 'DAEMON', status: 'OK' };

  expect(() => parseWith([check, without(check, field)])).toThrow(
    `detail.healthChecks.1.${field} is absent, expected string`,
  );
  expect(() => parseWith([{ ...check, [field]: 3 }])).toThrow(`detail.healthChecks.0.${field} is 3, expected string`);
});

test('passes on types and statuses that it does not know', () => {
  const check = { type: 'MOOD', status: 'GLOOMY' };

  expect(parseWith([check])).toMatchObject({ checks: [check] });
});

test.each([
  ['state changes', { ...event, 'detail-type': 'ECS Container Instance State Change' }],
  ['events of other sources that look the same', { ...event, source: 'com.example.ecs' }],
])('ignores %s', (_what, ignored) => {
  expect(parseContainerInstanceHealthChange(parsed(ignored))).toMatchObject({ kind: 'ignored' });
});

function parseWith(healthChecks: unknown) {
  return parseContainerInstanceHealthChange(parsed(withDetail(event, { healthChecks })));
}
