import { expect, test } from 'vitest';
import { type ServedWorld, serveWorld } from './served-world.ts';

async function liveTasks({ control }: ServedWorld, group: string): Promise<number> {
  const { body } = await control('state');
  return (body.tasks as { group: string }[]).filter((task) => task.group === group).length;
}

test('a cluster is filled with standalone tasks up to a share, and no further', async () => {
  const world = await serveWorld();
  const { body: first } = await world.control('fill-cluster', { cluster: 'prod', percent: 60 });
  expect(first).toMatchObject({ isFull: false });
  expect(Number(first.cpuPercent)).toBeGreaterThanOrEqual(60);
  // A task of 256 of the 6,144 CPU units of the three instances is 4.2 %.
  expect(Number(first.cpuPercent)).toBeLessThan(64.2);
  expect(await liveTasks(world, 'family:filler')).toBe(first.tasks);
  expect(await world.control('fill-cluster', { cluster: 'prod', percent: 60 })).toMatchObject({ body: { tasks: 0 } });
});

test('a cluster is filled until no instance has room, which may be before the share is reached', async () => {
  const world = await serveWorld();
  const { body } = await world.control('fill-cluster', { cluster: 'prod', cpu: 1_000, memory: 100 });
  expect(body).toMatchObject({ isFull: true });
  expect(Number(body.cpuPercent)).toBeLessThan(100);
  expect(await liveTasks(world, 'family:filler')).toBe(body.tasks);
  const again = await world.control('fill-cluster', { cluster: 'prod', cpu: 1_000, memory: 100 });
  expect(again.body).toMatchObject({ tasks: 0, isFull: true });
});

test('a cluster is filled by a service, which places what was added to its desired count', async () => {
  const world = await serveWorld();
  const { body } = await world.control('fill-cluster', { cluster: 'prod', service: 'api' });
  expect(Number(body.tasks)).toBeGreaterThan(0);
  await world.control('advance', { seconds: 300 });
  expect(await liveTasks(world, 'service:api')).toBe(4 + Number(body.tasks));
  const after = await world.control('fill-cluster', { cluster: 'prod', service: 'api' });
  expect(after.body).toMatchObject({ tasks: 0, isFull: true, cpuPercent: body.cpuPercent });
});

test.each([
  [{ cluster: 'none' }, 404, 'cluster'],
  [{ cluster: 'prod', service: 'none' }, 404, 'service'],
  [{ cluster: 'prod', percent: 101 }, 400, 'percent'],
])('what cannot be filled is told by field: %j', async (input, status, field) => {
  const { control } = await serveWorld();
  expect(await control('fill-cluster', input)).toMatchObject({ status, body: { error: { problems: [{ field }] } } });
});
