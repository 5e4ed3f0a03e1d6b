import { expect, test } from 'vitest';
import { createConnectedFleet, eventsOf, HOUR, inService, MINUTE } from '../fleet-fixture.ts';

interface Described {
  Reservations: { Instances: { InstanceId: string; State: { Name: string } }[] }[];
}

test('an instance passes through its states and tells each of them', async () => {
  const fleet = await createConnectedFleet({ desired: 1 });
  const [id = ''] = inService(fleet);
  fleet.world.suspendProcesses('nodes', ['HealthCheck', 'Launch']);

  fleet.call('ec2', 'StopInstances', { InstanceIds: [id] });
  await fleet.runFor(5 * MINUTE);
  fleet.call('ec2', 'StartInstances', { InstanceIds: [id] });
  await fleet.runFor(5 * MINUTE);
  fleet.call('ec2', 'TerminateInstances', { InstanceIds: [id] });
  await fleet.runFor(5 * MINUTE);

  const states = eventsOf(fleet, 'EC2 Instance State-change Notification').map(({ detail }) => detail.state);
  expect(states).toEqual([
    'pending',
    'running',
    'stopping',
    'stopped',
    'pending',
    'running',
    'shutting-down',
    'terminated',
  ]);
});

test('a terminated instance is described for about an hour and then unknown', async () => {
  const fleet = await createConnectedFleet({ desired: 1 });
  const [id = ''] = inService(fleet);
  fleet.call('ec2', 'TerminateInstances', { InstanceIds: [id] });
  await fleet.runFor(10 * MINUTE);

  const answer = fleet.call<Described>('ec2', 'DescribeInstances', { InstanceIds: [id] });
  expect(answer.Reservations[0]?.Instances[0]?.State.Name).toBe('terminated');
  await fleet.runFor(HOUR);
  expect(fleet.errorOf('ec2', 'DescribeInstances', { InstanceIds: [id] })).toEqual({
    code: 'InvalidInstanceID.NotFound',
    message: `The instance ID '${id}' does not exist`,
  });
});

test('a malformed id fails the whole call', async () => {
  const fleet = await createConnectedFleet({ desired: 1 });
  const [id = ''] = inService(fleet);

  expect(fleet.errorOf('ec2', 'DescribeInstances', { InstanceIds: [id, 'mi-0123'] })).toEqual({
    code: 'InvalidInstanceID.Malformed',
    message: 'Invalid id: "mi-0123"',
  });
});

test.each<[name: string, values: string[], count: number]>([
  ['instance-state-name', ['running'], 3],
  ['instance-state-name', ['stopped', 'terminated'], 0],
  ['availability-zone', ['eu-central-1a'], 2],
  ['tag:aws:autoscaling:groupName', ['no*'], 3],
  ['tag-key', ['team'], 3],
  ['tag:team', ['b'], 0],
])('the filter %s in %j matches %i instances', async (name, values, count) => {
  const fleet = await createConnectedFleet({ desired: 3, tags: { team: 'a' } });

  const answer = fleet.call<Described>('ec2', 'DescribeInstances', { Filters: [{ Name: name, Values: values }] });

  expect(answer.Reservations).toHaveLength(count);
});

test('a Spot interruption warns two minutes ahead and then takes the instance', async () => {
  const fleet = await createConnectedFleet({ desired: 1, spot: true });
  const [id = ''] = inService(fleet);

  fleet.world.interruptSpot(id);
  await fleet.runFor(119_000);
  expect(fleet.views.ec2Instances()[0]?.state).toBe('running');
  await fleet.runFor(2_000);

  expect(fleet.views.ec2Instances()[0]?.state).toBe('shutting-down');
  expect(eventsOf(fleet, 'EC2 Spot Instance Interruption Warning')).toMatchObject([
    {
      resources: [`arn:aws:ec2:eu-central-1a:instance/${id}`],
      detail: { 'instance-id': id, 'instance-action': 'terminate' },
    },
  ]);
});

const toldByHealth = (fleet: Awaited<ReturnType<typeof createConnectedFleet>>) =>
  eventsOf(fleet, 'AWS Health Event').map(({ detail }) => detail);

test('a retirement that is put off comes at the new time, and Health tells of the same event', async () => {
  const fleet = await createConnectedFleet({ desired: 1 });
  const [id = ''] = inService(fleet);

  fleet.world.scheduleRetirement(id, { inMs: HOUR });
  fleet.world.putOffRetirement(id, { byMs: HOUR });
  await fleet.runFor(1.5 * HOUR);
  const before = fleet.views.ec2Instances()[0]?.state;
  await fleet.runFor(HOUR);

  const [first, second] = toldByHealth(fleet);
  expect(second).toMatchObject({ eventArn: first?.eventArn, statusCode: 'upcoming' });
  expect(Date.parse(String(second?.startTime)) - Date.parse(String(first?.startTime))).toBe(HOUR);
  expect(before).toBe('running');
  expect(fleet.views.ec2Instances()[0]?.state).toBe('terminated');
});

test('a retirement that is called off does not come, and is described as canceled', async () => {
  const fleet = await createConnectedFleet({ desired: 1 });
  const [id = ''] = inService(fleet);

  fleet.world.scheduleRetirement(id, { inMs: HOUR });
  expect(fleet.views.ec2Instances()[0]?.isToRetire).toBe(true);
  fleet.world.callOffRetirement(id);
  await fleet.runFor(2 * HOUR);

  const [first, second] = toldByHealth(fleet);
  expect(second).toMatchObject({ eventArn: first?.eventArn, statusCode: 'closed' });
  expect(fleet.views.ec2Instances()[0]).toMatchObject({ state: 'running', isToRetire: false });
  expect(fleet.call('ec2', 'DescribeInstanceStatus', { InstanceIds: [id] })).toMatchObject({
    InstanceStatuses: [{ Events: [{ Description: expect.stringMatching(/^\[Canceled\] /) }] }],
  });
  expect(() => fleet.world.callOffRetirement(id)).toThrow(`${id} has no scheduled retirement`);
});

test('a scheduled retirement is announced by AWS Health and shown with the status checks', async () => {
  const fleet = await createConnectedFleet({ desired: 1 });
  const [id = ''] = inService(fleet);

  fleet.world.scheduleRetirement(id, { inMs: 48 * HOUR });
  fleet.world.impair(id, 'system');

  expect(eventsOf(fleet, 'AWS Health Event')).toMatchObject([
    { detail: { eventTypeCode: 'AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED', affectedEntities: [{ entityValue: id }] } },
  ]);
  expect(fleet.call('ec2', 'DescribeInstanceStatus', { InstanceIds: [id] })).toMatchObject({
    InstanceStatuses: [
      {
        InstanceStatus: { Status: 'ok' },
        SystemStatus: { Status: 'impaired', Details: [{ Status: 'failed' }] },
        Events: [{ Code: 'instance-retirement' }],
      },
    ],
  });
});
