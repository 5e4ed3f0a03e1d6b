import { describe, expect, test } from 'vitest';
import {
  createConnectedFleet,
  createFixture,
  eventsOf,
  HOUR,
  inService,
  MINUTE,
  registrationOf,
  registrationsOf,
  tasksOn,
} from '../fleet-fixture.ts';

const withoutHealing = async () => {
  const fleet = await createConnectedFleet();
  fleet.world.suspendProcesses('nodes', ['HealthCheck', 'Launch']);
  const [first = ''] = inService(fleet);
  return { fleet, first };
};

describe('the registration of an EC2 instance', () => {
  test('becomes INACTIVE by itself when the instance is terminated with a connected agent', async () => {
    const { fleet, first } = await withoutHealing();

    fleet.world.terminateInstance(first);
    await fleet.runFor(10 * MINUTE);

    const { arn, status } = registrationOf(fleet, first);
    expect(status).toBe('INACTIVE');
    const describe = { cluster: 'main', containerInstances: [arn] };
    expect(fleet.call('ecs', 'DescribeContainerInstances', describe)).toMatchObject({
      containerInstances: [{ status: 'INACTIVE', agentConnected: false }],
    });
    await fleet.runFor(HOUR);
    expect(fleet.call('ecs', 'DescribeContainerInstances', describe)).toMatchObject({
      containerInstances: [],
      failures: [{ arn, reason: 'MISSING' }],
    });
  });

  test.each(['disconnected', 'stopped'])(
    'stays ACTIVE when the instance is terminated while %s: a ghost',
    async (how) => {
      const { fleet, first } = await withoutHealing();
      if (how === 'stopped') fleet.world.stopInstance(first);
      else fleet.world.disconnectAgent(first);
      await fleet.runFor(10 * MINUTE);

      fleet.world.terminateInstance(first);
      await fleet.runFor(24 * HOUR);

      expect(registrationOf(fleet, first)).toMatchObject({ status: 'ACTIVE', agentConnected: false });
    },
  );

  test('stays, loses its agent within minutes of a stop and its tasks with it, and connects again after a start', async () => {
    const { fleet, first } = await withoutHealing();
    fleet.world.runTask({ cluster: 'main', on: first });
    await fleet.runFor(MINUTE);
    const { arn } = registrationOf(fleet, first);

    fleet.world.stopInstance(first);
    await fleet.runFor(15 * MINUTE);
    expect(registrationOf(fleet, first)).toMatchObject({ status: 'ACTIVE', agentConnected: false });
    expect(tasksOn(fleet, first)).toMatchObject([{ lastStatus: 'STOPPED', containersEnd: 'host-gone' }]);

    fleet.world.startInstance(first);
    await fleet.runUntil(() => registrationOf(fleet, first).agentConnected);
    expect(registrationsOf(fleet, first).map((instance) => instance.arn)).toEqual([arn]);
  });

  test('is joined by a second one when the agent loses its data directory', async () => {
    const { fleet, first } = await withoutHealing();

    fleet.world.reRegisterAgent(first);
    await fleet.runUntil(
      () => registrationsOf(fleet, first).length === 2 && registrationOf(fleet, first).agentConnected,
    );

    expect(registrationsOf(fleet, first)).toMatchObject([
      { status: 'ACTIVE', agentConnected: false },
      { status: 'ACTIVE', agentConnected: true },
    ]);
    const filter = `ec2InstanceId == ${first} and agentConnected == false`;
    expect(fleet.call('ecs', 'ListContainerInstances', { cluster: 'main', filter })).toMatchObject({
      containerInstanceArns: [registrationsOf(fleet, first)[0]?.arn],
    });
  });

  test('loses its agent all the same when the agent comes back from a reboot without its data', async () => {
    const { fleet, first } = await withoutHealing();

    fleet.call('ec2', 'RebootInstances', { InstanceIds: [first] });
    fleet.world.reRegisterAgent(first);
    await fleet.runFor(15 * MINUTE);

    expect(registrationsOf(fleet, first)).toMatchObject([{ agentConnected: false }, { agentConnected: true }]);
  });

  test('leaves its containers running, orphaned, when it is deregistered by force', async () => {
    const { fleet, first } = await withoutHealing();
    fleet.world.runTask({ cluster: 'main', on: first });
    await fleet.runFor(MINUTE);
    const request = { cluster: 'main', containerInstance: registrationOf(fleet, first).arn };

    expect(fleet.errorOf('ecs', 'DeregisterContainerInstance', request)).toMatchObject({
      code: 'InvalidParameterException',
      message: 'Found running tasks on the instance.',
    });
    fleet.call('ecs', 'DeregisterContainerInstance', { ...request, force: true });

    expect(tasksOn(fleet, first)).toMatchObject([{ lastStatus: 'STOPPED', containers: 'running' }]);
    fleet.world.restartAgent(first);
    await fleet.runFor(HOUR);
    expect(registrationsOf(fleet, first).filter(({ status }) => status === 'ACTIVE')).toEqual([]);
    expect(fleet.kernel.trace.entries.map(({ change }) => change)).toContain(
      'agent refused: its registration is inactive',
    );
  });

  test('has a health that is IMPAIRED only once the agent has been away for a while', async () => {
    const { fleet, first } = await withoutHealing();

    fleet.world.disconnectAgent(first, { forMs: MINUTE });
    await fleet.runFor(10 * MINUTE);
    fleet.world.disconnectAgent(first);
    await fleet.runFor(10 * MINUTE);

    const changes = eventsOf(fleet, 'ECS Container Instance Health Change').filter(
      ({ detail }) => detail.ec2InstanceId === first,
    );
    expect(changes.map(({ detail }) => detail.overallStatus)).toEqual(['OK', 'IMPAIRED']);
  });
});

describe('an agent', () => {
  test('loses its connection every half hour and is back within minutes', async () => {
    const fleet = await createConnectedFleet({}, { agentConnectionsEnd: true });
    const [first = ''] = inService(fleet);
    fleet.events.length = 0;

    await fleet.runFor(6 * HOUR);

    const seen = eventsOf(fleet, 'ECS Container Instance State Change')
      .filter(({ detail }) => detail.ec2InstanceId === first)
      .map(({ detail }) => detail.agentConnected);
    expect(seen.filter((connected) => connected === false).length).toBeGreaterThanOrEqual(9);
    expect(seen.filter((connected) => connected === false).length).toBeLessThanOrEqual(12);
    await fleet.runUntil(() => registrationOf(fleet, first).agentConnected, 5 * MINUTE);
  });

  test('gives each change of its container instance a higher version', async () => {
    const fleet = await createConnectedFleet();
    const [first = ''] = inService(fleet);
    fleet.world.flapAgent(first, { times: 3, downMs: MINUTE, upMs: MINUTE });
    await fleet.runFor(10 * MINUTE);

    const versions = eventsOf(fleet, 'ECS Container Instance State Change')
      .filter(({ detail }) => detail.ec2InstanceId === first)
      .map(({ detail }) => Number(detail.version));
    expect(versions.length).toBeGreaterThanOrEqual(8);
    expect(versions).toEqual([...new Set(versions)].toSorted((a, b) => a - b));
  });

  test('reports what ended while it was disconnected once it is back', async () => {
    const { fleet, first } = await withoutHealing();
    fleet.world.runTask({ cluster: 'main', on: first, runsForMs: 10 * MINUTE });
    await fleet.runFor(MINUTE);

    fleet.world.disconnectAgent(first);
    await fleet.runFor(30 * MINUTE);
    expect(tasksOn(fleet, first)).toMatchObject([{ lastStatus: 'RUNNING', containers: 'ended' }]);

    fleet.world.reconnectAgent(first);
    await fleet.runFor(MINUTE);
    expect(tasksOn(fleet, first)).toMatchObject([{ lastStatus: 'STOPPED' }]);
  });

  test('on an external machine registers without EC2 and says so in its attributes', async () => {
    const fleet = createFixture();
    fleet.world.createCluster({ name: 'main' });

    const id = fleet.world.registerExternalInstance({ cluster: 'main' });
    await fleet.runUntil(() => registrationsOf(fleet, id)[0]?.agentConnected === true);

    const filter = 'attribute:ecs.capability.external exists';
    expect(fleet.call('ecs', 'ListContainerInstances', { cluster: 'main', filter })).toMatchObject({
      containerInstanceArns: [registrationOf(fleet, id).arn],
    });
    expect(fleet.views.ec2Instances()).toEqual([]);
  });
});
