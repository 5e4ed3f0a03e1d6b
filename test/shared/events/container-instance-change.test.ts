import { describe, expect, test } from 'vitest';
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
    resourcesFree: false,
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
    registeredResources: leftOut('resourcesFree'),
    remainingResources: leftOut('resourcesFree'),
  },
});

describe('the resources of the instance', () => {
  const resources = (cpu: number, memory: number) => [
    { name: 'CPU', type: 'INTEGER', integerValue: cpu },
    { name: 'MEMORY', type: 'INTEGER', integerValue: memory },
    { name: 'PORTS', type: 'STRINGSET', stringSetValue: ['22', `${cpu}`] },
  ];
  const change = (registeredResources: unknown, remainingResources: unknown) =>
    parseContainerInstanceChange(parsed(withDetail(event, { registeredResources, remainingResources })));

  test.each([
    [2048, 7742, true],
    [2047, 7742, false],
    [2048, 7741, false],
    [0, 0, false],
  ])('with %d CPU units and %d MiB remaining of all: free is %s', (cpu, memory, resourcesFree) => {
    expect(change(resources(2048, 7742), resources(cpu, memory))).toMatchObject({ resourcesFree });
  });

  test('are compared by name, whatever their order', () => {
    expect(change(resources(2048, 7742), resources(2048, 7742).reverse())).toMatchObject({ resourcesFree: true });
  });

  test.each(['CPU', 'MEMORY'])('are not judged without %s', (name) => {
    const all = resources(2048, 7742);
    const some = all.filter((resource) => resource.name !== name);
    const valueless = some.concat({ name, type: 'INTEGER' } as never);

    for (const incomplete of [some, valueless]) {
      expect(change(all, incomplete)).not.toHaveProperty('resourcesFree');
      expect(change(incomplete, all)).not.toHaveProperty('resourcesFree');
      expect(change(incomplete, incomplete)).not.toHaveProperty('resourcesFree');
    }
  });

  test('are named in full when one is malformed', () => {
    expect(() => change(resources(2048, 7742), [{ name: 'CPU', integerValue: 'many' }])).toThrow(
      'detail.remainingResources.0.integerValue is "many", expected number',
    );
  });
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
