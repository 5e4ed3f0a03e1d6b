import type { ContainerInstance } from '@aws-sdk/client-ecs';
import { describe, expect, test } from 'vitest';
import {
  createConnectedFleet,
  eventsOf,
  type FleetFixture,
  HOUR,
  inService,
  MINUTE,
  registrationOf,
  registrationsOf,
} from '../fleet-fixture.ts';

function healthOf(fleet: FleetFixture, id: string) {
  const { containerInstances } = fleet.call<{ containerInstances: ContainerInstance[] }>(
    'ecs',
    'DescribeContainerInstances',
    {
      cluster: 'main',
      containerInstances: [registrationOf(fleet, id).arn],
      include: ['CONTAINER_INSTANCE_HEALTH'],
    },
  );
  return containerInstances[0]?.healthStatus;
}

describe('the health of a container instance', () => {
  test('is the gravest of its checks, each with its reason and since when', async () => {
    const fleet = await createConnectedFleet();
    const [id = ''] = inService(fleet);
    expect(healthOf(fleet, id)?.overallStatus).toBe('OK');
    const before = eventsOf(fleet, 'ECS Container Instance Health Change').length;

    const report = { type: 'CONTAINER_RUNTIME', status: 'IMPAIRED', reason: 'Docker does not answer' } as const;
    fleet.world.reportHealth(id, report);
    fleet.world.reportHealth(id, report);

    const at = new Date(fleet.kernel.clock.now());
    expect(healthOf(fleet, id)).toMatchObject({
      overallStatus: 'IMPAIRED',
      details: [
        { type: 'AGENT_CONNECTIVITY', status: 'OK' },
        { type: 'CONTAINER_RUNTIME', status: 'IMPAIRED', statusReason: 'Docker does not answer', lastStatusChange: at },
      ],
    });
    const events = eventsOf(fleet, 'ECS Container Instance Health Change').slice(before);
    expect(events.map(({ detail }) => detail.overallStatus)).toEqual(['IMPAIRED']);
  });

  test('is not reported by an agent older than 1.57.0', async () => {
    const fleet = await createConnectedFleet({ agentVersion: '1.56.0' });
    const [id = ''] = inService(fleet);

    fleet.world.disconnectAgent(id);
    await fleet.runFor(HOUR);

    expect(healthOf(fleet, id)).toBeUndefined();
    expect(eventsOf(fleet, 'ECS Container Instance Health Change')).toEqual([]);
  });
});

test('an agent does not come up on an instance whose type was changed, until it is changed back', async () => {
  const fleet = await createConnectedFleet();
  const [id = ''] = inService(fleet);
  fleet.world.suspendProcesses('nodes', ['HealthCheck']);
  expect(() => fleet.world.changeInstanceType(id, 'm5.xlarge')).toThrow('only a stopped instance');

  for (const [type, isUp] of [
    ['m5.xlarge', false],
    ['m5.large', true],
  ] as const) {
    fleet.world.stopInstance(id);
    await fleet.runFor(10 * MINUTE);
    fleet.world.changeInstanceType(id, type);
    fleet.world.startInstance(id);
    await fleet.runFor(10 * MINUTE);
    expect(registrationsOf(fleet, id).map(({ agentConnected }) => agentConnected)).toEqual([isUp]);
  }
});

test('an agent that is given another cluster leaves its old registration behind, disconnected', async () => {
  const fleet = await createConnectedFleet();
  const [id = ''] = inService(fleet);
  fleet.world.createCluster({ name: 'other' });

  fleet.world.moveAgent(id, 'other');
  await fleet.runFor(10 * MINUTE);

  expect(registrationsOf(fleet, id).map(({ cluster, agentConnected }) => [cluster, agentConnected])).toEqual([
    ['main', false],
    ['other', true],
  ]);
});

test('EC2 names ECS as the operator of a managed instance, and nobody as that of others', async () => {
  const fleet = await createConnectedFleet();
  const managed = fleet.world.launchManagedInstance({ cluster: 'main', capacityProvider: 'managed' });

  const [own = ''] = inService(fleet);
  const operators = [managed, own].map((id) => {
    const { Reservations } = fleet.call<{ Reservations: { Instances: { Operator?: object }[] }[] }>(
      'ec2',
      'DescribeInstances',
      { InstanceIds: [id] },
    );
    return Reservations[0]?.Instances[0]?.Operator;
  });
  expect(operators).toEqual([{ Managed: true, Principal: 'ecs.amazonaws.com' }, undefined]);
});
