import { expect, test } from 'vitest';
import { createConnectedFleet, inService, MINUTE, registrationOf, tasksOn } from '../fleet-fixture.ts';

test('tasks that stopped are listed with their instance for an hour', async () => {
  const fleet = await createConnectedFleet();
  const [first = ''] = inService(fleet);
  fleet.world.runTask({ cluster: 'main', on: first, runsForMs: MINUTE });
  const request = { cluster: 'main', containerInstance: registrationOf(fleet, first).arn, desiredStatus: 'STOPPED' };
  await fleet.runFor(5 * MINUTE);

  expect(fleet.call('ecs', 'ListTasks', request)).toMatchObject({ taskArns: { length: 1 } });
  expect(tasksOn(fleet, first)).toMatchObject([{ containersEnd: 'exited' }]);
  expect(fleet.call('ecs', 'ListTasks', { ...request, desiredStatus: 'PENDING' })).toEqual({ taskArns: [] });
  await fleet.runFor(61 * MINUTE);
  expect(fleet.call('ecs', 'ListTasks', request)).toEqual({ taskArns: [] });
});

test('ListTasks names the running tasks of a cluster, an instance, a service, a family or a starter', async () => {
  const fleet = await createConnectedFleet();
  const [first = ''] = inService(fleet);
  const job = fleet.world.runTask({ cluster: 'main', on: first, family: 'job', startedBy: 'nightly' });
  fleet.world.createService({ cluster: 'main', name: 'web', desiredCount: 2 });
  await fleet.runFor(5 * MINUTE);
  const count = (filter: object) => {
    const { taskArns } = fleet.call<{ taskArns: string[] }>('ecs', 'ListTasks', { cluster: 'main', ...filter });
    return taskArns.length;
  };

  expect(fleet.call('ecs', 'ListTasks', { cluster: 'main', startedBy: 'nightly' })).toEqual({ taskArns: [job] });
  expect(count({})).toBe(3);
  expect(count({ containerInstance: registrationOf(fleet, first).arn })).toBe(2);
  expect(count({ serviceName: 'web' })).toBe(2);
  expect(count({ family: 'job' })).toBe(1);
  expect(count({ launchType: 'EXTERNAL' })).toBe(0);
});

test('startedBy is the only filter of ListTasks when it is one', async () => {
  const fleet = await createConnectedFleet();
  const refused = (filter: object) => fleet.errorOf('ecs', 'ListTasks', { cluster: 'main', startedBy: 'x', ...filter });

  for (const filter of [{ family: 'job' }, { desiredStatus: 'STOPPED' }, { launchType: 'EC2' }]) {
    expect(refused(filter)).toMatchObject({ code: 'InvalidParameterException' });
  }
  expect(fleet.call('ecs', 'ListTasks', { cluster: 'main', startedBy: 'x', maxResults: 10 })).toEqual({ taskArns: [] });
});
