import { describe, expect, test } from 'vitest';
import type { UndocumentedBehaviour } from '../../../simulator/services/undocumented.ts';
import {
  createConnectedFleet,
  drain,
  eventsOf,
  HOUR,
  inService,
  lifecycleStateOf,
  MINUTE,
  tasksOn,
} from '../fleet-fixture.ts';

async function fleetWith(undocumented: Partial<UndocumentedBehaviour>, group: object = {}) {
  const fleet = await createConnectedFleet(group, { undocumented });
  fleet.world.createService({ cluster: 'main', name: 'web', desiredCount: 2 });
  await fleet.runFor(5 * MINUTE);
  const [first = '', second = ''] = inService(fleet);
  return { fleet, first, second };
}

describe.each([true, false])('what AWS does not document, as %s', (value) => {
  test('the change to DRAINING sends an event, or not', async () => {
    const { fleet, first } = await fleetWith({ drainingSendsEvent: value });
    fleet.events.length = 0;

    drain(fleet, first);

    expect(eventsOf(fleet, 'ECS Container Instance State Change')).toHaveLength(value ? 1 : 0);
  });

  test('tasks of a disconnected draining instance are replaced, or not', async () => {
    const { fleet, first, second } = await fleetWith({ replacesTasksOfDisconnectedDraining: value });
    fleet.world.disconnectAgent(first);

    drain(fleet, first);
    await fleet.runFor(HOUR);

    expect(tasksOn(fleet, second)).toHaveLength(value ? 2 : 1);
  });

  test('protection holds a task on a draining instance until it runs out, or not', async () => {
    const { fleet, first } = await fleetWith({ protectionHoldsOnDraining: value });
    const tasks = tasksOn(fleet, first).map(({ arn }) => arn);
    fleet.call('ecs', 'UpdateTaskProtection', {
      cluster: 'main',
      tasks,
      protectionEnabled: true,
      expiresInMinutes: 60,
    });

    drain(fleet, first);
    await fleet.runFor(30 * MINUTE);
    expect(tasksOn(fleet, first)[0]?.lastStatus).toBe(value ? 'RUNNING' : 'STOPPED');

    await fleet.runFor(35 * MINUTE);
    expect(tasksOn(fleet, first).filter(({ lastStatus }) => lastStatus !== 'STOPPED')).toEqual([]);
  });

  test('the tasks of a ghost are marked as stopped, or not', async () => {
    const { fleet, first } = await fleetWith({ ghostTasksAreStopped: value });
    fleet.world.disconnectAgent(first);

    fleet.world.terminateInstance(first);
    await fleet.runFor(HOUR);

    expect(tasksOn(fleet, first)).toMatchObject([
      { lastStatus: value ? 'STOPPED' : 'RUNNING', containers: 'ended', containersEnd: 'host-gone' },
    ]);
  });

  test('terminate hooks run for an instance that vanished, or not', async () => {
    const transition = 'autoscaling:EC2_INSTANCE_TERMINATING';
    const { fleet, first } = await fleetWith(
      { hooksRunForVanishedInstances: value },
      { lifecycleHooks: [{ name: 'drain', transition, heartbeatTimeoutSeconds: 7_200 }] },
    );

    fleet.world.terminateInstance(first);
    await fleet.runFor(10 * MINUTE);

    expect(lifecycleStateOf(fleet, first)).toBe(value ? 'Terminating:Wait' : 'Terminated');
  });
});
