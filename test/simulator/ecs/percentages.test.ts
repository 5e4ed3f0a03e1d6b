import { expect, test } from 'vitest';
import { createConnectedFleet, drain, inService, MINUTE } from '../fleet-fixture.ts';

/** Never fewer running tasks than the minimum (rounded up), never more running and pending than the maximum (rounded down). */
test.each<[desired: number, minimum: number, maximum: number, fewest: number, most: number]>([
  [3, 100, 200, 3, 6],
  [3, 50, 100, 2, 3],
  [3, 50, 150, 2, 4],
  [5, 30, 130, 2, 6],
  [4, 0, 100, 0, 4],
  [1, 100, 200, 1, 2],
])('a drain of %i tasks at %i/%i runs between %i and %i of them', async (desired, minimum, maximum, fewest, most) => {
  const fleet = await createConnectedFleet({ desired: 3 });
  const [first = '', ...others] = inService(fleet);
  const status = { cluster: 'main', status: 'ACTIVE' };
  drain(fleet, ...others);
  fleet.world.createService({
    cluster: 'main',
    name: 'web',
    desiredCount: desired,
    minimumHealthyPercent: minimum,
    maximumPercent: maximum,
    cpu: 64,
  });
  await fleet.runFor(5 * MINUTE);
  const containerInstances = fleet.views
    .containerInstances()
    .filter(({ ec2InstanceId }) => ec2InstanceId !== first)
    .map(({ arn }) => arn);
  fleet.call('ecs', 'UpdateContainerInstancesState', { ...status, containerInstances });
  const seen = { running: new Set<number>(), wanted: new Set<number>() };

  drain(fleet, first);
  for (let second = 0; second < 30 * 60; second++) {
    await fleet.runFor(1_000);
    const wanted = fleet.views.tasks().filter((task) => task.desiredStatus === 'RUNNING');
    seen.wanted.add(wanted.length);
    seen.running.add(wanted.filter((task) => task.lastStatus === 'RUNNING').length);
  }

  expect(Math.min(...seen.running)).toBe(fewest);
  expect(Math.max(...seen.wanted)).toBe(most);
  expect(fleet.views.containerInstances().find(({ ec2InstanceId }) => ec2InstanceId === first)?.liveTaskArns).toEqual(
    [],
  );
});
