import { describe, expect, test } from 'vitest';
import {
  createConnectedFleet,
  createFixture,
  HOUR,
  inService,
  MINUTE,
  registrationOf,
  registrationsOf,
} from '../fleet-fixture.ts';

const restart = (instanceId: string) => ({
  instanceId,
  document: 'AWS-RunShellScript',
  parameters: { commands: ['systemctl restart ecs'] },
});

describe('a restart of the agent through Systems Manager', () => {
  test('cures an agent that hangs, under the same registration and with its tasks running', async () => {
    const fleet = await createConnectedFleet();
    const [id = ''] = inService(fleet);
    const task = fleet.world.runTask({ cluster: 'main', on: id });
    await fleet.runFor(MINUTE);
    fleet.world.disconnectAgent(id);

    expect(fleet.runCommand(restart(id))).toMatchObject({ kind: 'ran', exitCode: 0 });
    await fleet.runUntil(() => registrationOf(fleet, id).agentConnected, 10 * MINUTE);

    expect(registrationsOf(fleet, id)).toHaveLength(1);
    expect(fleet.views.tasks().find(({ arn }) => arn === task)).toMatchObject({ lastStatus: 'RUNNING' });
  });

  test('does not reach a host without network', async () => {
    const fleet = await createConnectedFleet();
    const [id = ''] = inService(fleet);
    fleet.world.disconnectAgent(id, { cause: 'unreachable' });

    expect(fleet.runCommand(restart(id))).toEqual({ kind: 'undelivered' });
    fleet.world.restartAgent(id);
    await fleet.runFor(HOUR);

    expect(registrationOf(fleet, id).agentConnected).toBe(false);
  });

  test('knows neither stopped hosts nor those that are not managed', async () => {
    const fleet = await createConnectedFleet();
    fleet.world.suspendProcesses('nodes', ['HealthCheck']);
    const [first = '', second = ''] = inService(fleet);
    fleet.world.leaveSystemsManager(first);
    fleet.world.stopInstance(second);

    const outcomes = [first, second, 'i-00000000000000000'].map((id) => fleet.runCommand(restart(id)).kind);
    expect(outcomes).toEqual(['unmanaged', 'unmanaged', 'unmanaged']);
  });
});

test('a lost zone keeps even new instances from registering until it is back', async () => {
  const fleet = await createConnectedFleet({ zones: ['eu-central-1a'], desired: 1, maxSize: 5 });
  const [first = ''] = inService(fleet);

  expect(fleet.world.loseZone('eu-central-1a')).toEqual([first]);
  fleet.world.setDesiredCapacity('nodes', 2);
  await fleet.runFor(HOUR);
  const second = inService(fleet).find((id) => id !== first) ?? '';
  expect(registrationOf(fleet, first).agentConnected).toBe(false);
  expect(registrationsOf(fleet, second)).toEqual([]);

  fleet.world.restoreZone('eu-central-1a');
  const isConnected = (id: string) => registrationsOf(fleet, id)[0]?.agentConnected === true;
  await fleet.runUntil(() => isConnected(first) && isConnected(second), 10 * MINUTE);
});

test('an instance with a broken agent is in service and never registers', async () => {
  const fleet = await createConnectedFleet({ desired: 1, maxSize: 5 });
  fleet.world.breakNewAgents('nodes');

  fleet.world.setDesiredCapacity('nodes', 2);
  await fleet.runFor(HOUR);

  const [, second = ''] = inService(fleet);
  expect(second).not.toBe('');
  expect(registrationsOf(fleet, second)).toEqual([]);
});

test('a managed instance names its capacity provider, which is of type MANAGED_INSTANCES', async () => {
  const fleet = createFixture();
  fleet.world.createCluster({ name: 'main' });

  const id = fleet.world.launchManagedInstance({ cluster: 'main', capacityProvider: 'managed' });
  await fleet.runUntil(() => registrationsOf(fleet, id)[0]?.agentConnected === true);

  const containerInstances = [registrationOf(fleet, id).arn];
  expect(fleet.call('ecs', 'DescribeContainerInstances', { cluster: 'main', containerInstances })).toMatchObject({
    containerInstances: [{ ec2InstanceId: id, capacityProviderName: 'managed' }],
  });
  expect(fleet.call('ecs', 'DescribeCapacityProviders', {})).toMatchObject({
    capacityProviders: [{ name: 'managed', type: 'MANAGED_INSTANCES' }],
  });
  expect(fleet.views.groupInstances()).toEqual([]);
});
