import { describe, expect, test } from 'vitest';
import {
  createConnectedFleet,
  drain,
  type FleetFixture,
  HOUR,
  inService,
  MINUTE,
  registrationOf,
  tasksOn,
} from '../fleet-fixture.ts';

async function withService(
  options: object,
  group: object = {},
): Promise<{ fleet: FleetFixture; first: string; second: string }> {
  const fleet = await createConnectedFleet(group);
  fleet.world.createService({ cluster: 'main', name: 'web', desiredCount: 2, ...options });
  await fleet.runUntil(() => fleet.views.tasks().filter((task) => task.lastStatus === 'RUNNING').length === 2);
  await fleet.runFor(2 * MINUTE);
  const [first = '', second = ''] = inService(fleet);
  return { fleet, first, second };
}

const live = (fleet: FleetFixture, id: string) => tasksOn(fleet, id).filter((task) => task.lastStatus !== 'STOPPED');

describe('a draining container instance', () => {
  test('at 100/200 has its replacement healthy for 40 s before its task is stopped', async () => {
    const { fleet, first, second } = await withService({});
    expect([live(fleet, first).length, live(fleet, second).length]).toEqual([1, 1]);

    drain(fleet, first);
    await fleet.runUntil(() => live(fleet, first).length === 0);

    const stopped = tasksOn(fleet, first)[0];
    const replacement = tasksOn(fleet, second)
      .toSorted((a, b) => (a.startedAtMs ?? 0) - (b.startedAtMs ?? 0))
      .at(-1);
    expect(stopped).toMatchObject({ lastStatus: 'STOPPED', desiredStatus: 'STOPPED', containersEnd: 'exited' });
    expect((stopped?.stoppingAtMs ?? 0) - (replacement?.startedAtMs ?? 0)).toBeGreaterThanOrEqual(40_000);
    expect(live(fleet, second)).toHaveLength(2);
  });

  test('at 100/100 keeps its task for ever', async () => {
    const { fleet, first } = await withService({ minimumHealthyPercent: 100, maximumPercent: 100 });

    drain(fleet, first);
    await fleet.runFor(72 * HOUR);

    expect(live(fleet, first)).toMatchObject([{ lastStatus: 'RUNNING', desiredStatus: 'RUNNING' }]);
  });

  test('at 50/100 loses its task before the replacement starts', async () => {
    const { fleet, first, second } = await withService({ minimumHealthyPercent: 50, maximumPercent: 100 });

    drain(fleet, first);
    await fleet.runUntil(() => live(fleet, second).filter((task) => task.lastStatus === 'RUNNING').length === 2);

    const stopped = tasksOn(fleet, first)[0];
    const replacement = tasksOn(fleet, second).at(-1);
    expect(stopped?.stoppingAtMs).toBeLessThan(replacement?.startedAtMs ?? 0);
  });

  test('counts no running task while one is still stopping, and ListTasks hides that one', async () => {
    const { fleet, first } = await withService({ exitsAfterSignalMs: 25_000 });
    const request = { cluster: 'main', containerInstance: registrationOf(fleet, first).arn };

    drain(fleet, first);
    await fleet.runUntil(() => live(fleet, first).some((task) => task.lastStatus === 'STOPPING'));

    expect(registrationOf(fleet, first)).toMatchObject({ runningTasksCount: 0, pendingTasksCount: 0 });
    expect(fleet.call('ecs', 'ListTasks', request)).toMatchObject({ taskArns: [] });
    expect(live(fleet, first)).toMatchObject([{ containers: 'stopping' }]);
    const { taskArns } = fleet.call<{ taskArns: string[] }>('ecs', 'ListTasks', {
      ...request,
      desiredStatus: 'STOPPED',
    });
    expect(fleet.call('ecs', 'DescribeTasks', { cluster: 'main', tasks: taskArns })).toMatchObject({
      tasks: [{ lastStatus: 'STOPPING', desiredStatus: 'STOPPED' }],
    });
  });

  test('kills what outlives its stop timeout', async () => {
    const { fleet, first } = await withService({ stopTimeoutSeconds: 60, exitsAfterSignalMs: HOUR });

    drain(fleet, first);
    await fleet.runUntil(() => live(fleet, first).length === 0);

    const [task] = tasksOn(fleet, first);
    expect(task?.containersEnd).toBe('killed-after-stop-timeout');
    expect((task?.containersEndedAtMs ?? 0) - (task?.stoppingAtMs ?? 0)).toBeGreaterThanOrEqual(60_000);
  });

  test('takes its task out of the load balancer before the stop signal', async () => {
    const { fleet, first } = await withService({ deregistrationDelaySeconds: 300 });

    drain(fleet, first);
    await fleet.runUntil(() => live(fleet, first).some((task) => task.lastStatus === 'DEACTIVATING'));
    expect(live(fleet, first)).toMatchObject([{ containers: 'running', desiredStatus: 'STOPPED' }]);
    await fleet.runUntil(() => live(fleet, first).length === 0);

    const [task] = tasksOn(fleet, first);
    expect((task?.containersEndedAtMs ?? 0) - (task?.stoppingAtMs ?? 0)).toBeGreaterThanOrEqual(300_000);
  });

  test('leaves standalone and instance-started tasks alone', async () => {
    const fleet = await createConnectedFleet();
    const [first = ''] = inService(fleet);
    fleet.world.runTask({ cluster: 'main', on: first });
    fleet.world.startTask({ cluster: 'main', on: first, family: 'sidekick' });
    await fleet.runFor(MINUTE);

    drain(fleet, first);
    await fleet.runFor(12 * HOUR);

    expect(live(fleet, first)).toMatchObject([{ lastStatus: 'RUNNING' }, { lastStatus: 'RUNNING' }]);
  });

  test('stops its daemon task only after the last replica task has stopped', async () => {
    const { fleet, first } = await withService({ exitsAfterSignalMs: 20_000 });
    fleet.world.createService({ cluster: 'main', name: 'logs', schedulingStrategy: 'DAEMON' });
    await fleet.runFor(5 * MINUTE);
    expect(live(fleet, first)).toHaveLength(2);

    drain(fleet, first);
    await fleet.runUntil(() => live(fleet, first).length === 0);

    const [web, logs] = ['web', 'logs'].map((name) => tasksOn(fleet, first).find((task) => task.serviceName === name));
    expect(logs?.stoppingAtMs).toBeGreaterThanOrEqual(web?.stoppedAtMs ?? Number.POSITIVE_INFINITY);
  });

  test('keeps its task while nothing has room for the replacement, and the service says so', async () => {
    const { fleet, first } = await withService({ memory: 7_000 });

    drain(fleet, first);
    await fleet.runFor(HOUR);

    expect(live(fleet, first)).toMatchObject([{ lastStatus: 'RUNNING' }]);
    const { services } = fleet.call<{ services: { events: { message: string }[] }[] }>('ecs', 'DescribeServices', {
      cluster: 'main',
      services: ['web'],
    });
    expect(services[0]?.events[0]?.message).toMatch(
      /^\(service web\) was unable to place a task because no container instance met all of its requirements\. The closest matching \(container-instance [0-9a-f]{32}\) has insufficient memory available\./,
    );
  });

  test('goes on as soon as capacity appears', async () => {
    const { fleet, first } = await withService({ memory: 7_000 });
    drain(fleet, first);
    await fleet.runFor(HOUR);

    fleet.world.setDesiredCapacity('nodes', 3);
    await fleet.runUntil(() => live(fleet, first).length === 0, 10 * MINUTE);

    expect(fleet.views.tasks().filter((task) => task.lastStatus === 'RUNNING')).toHaveLength(2);
  });

  test('stops nothing while its agent is disconnected, and catches up when the agent is back', async () => {
    const { fleet, first } = await withService({});
    fleet.world.disconnectAgent(first);

    drain(fleet, first);
    await fleet.runFor(HOUR);
    expect(live(fleet, first)).toMatchObject([
      { lastStatus: 'RUNNING', desiredStatus: 'STOPPED', containers: 'running' },
    ]);

    fleet.world.reconnectAgent(first);
    await fleet.runUntil(() => live(fleet, first).length === 0, 5 * MINUTE);
    expect(tasksOn(fleet, first)[0]?.containersEnd).toBe('exited');
  });

  test('takes tasks again once it is ACTIVE again', async () => {
    const { fleet, first, second } = await withService({});
    drain(fleet, first);
    await fleet.runUntil(() => live(fleet, first).length === 0);

    fleet.call('ecs', 'UpdateContainerInstancesState', {
      cluster: 'main',
      containerInstances: [registrationOf(fleet, first).arn],
      status: 'ACTIVE',
    });
    drain(fleet, second);
    await fleet.runUntil(() => live(fleet, second).length === 0);

    expect(live(fleet, first)).toHaveLength(2);
  });
});
