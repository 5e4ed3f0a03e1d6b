import { expect, test } from 'vitest';
import { serveWorld } from './served-world.ts';

const cluster = 'prod';
const container = { name: 'main', image: 'busybox', cpu: 64, memory: 128, essential: true };

test('errors, failures, dates and tags of the new operations come through whole', async () => {
  const world = await serveWorld();

  await expect(world.call('ecs', 'DeleteCluster', { cluster })).rejects.toMatchObject({
    name: 'ClusterContainsContainerInstancesException',
    message: 'The Cluster cannot be deleted while Container Instances are active or draining.',
    $metadata: { httpStatusCode: 400 },
  });
  await expect(world.call('ecs', 'UpdateCluster', { cluster: 'nowhere' })).rejects.toMatchObject({
    name: 'ClusterNotFoundException',
  });
  const registered = await world.call('ecs', 'RegisterTaskDefinition', {
    family: 'one',
    containerDefinitions: [container],
    tags: [{ key: 'team', value: 'platform' }],
  });
  expect(registered).toMatchObject({
    taskDefinition: { revision: 1, status: 'ACTIVE', registeredAt: expect.any(Date) },
    tags: [{ key: 'team', value: 'platform' }],
  });
  expect(await world.call('ecs', 'DeleteTaskDefinitions', { taskDefinitions: ['one:1'] })).toEqual({
    taskDefinitions: [],
    failures: [{ arn: 'one:1', reason: expect.stringContaining('still in ACTIVE status') }],
  });
  await expect(
    world.call('ecs', 'ExecuteCommand', { cluster, task: 'x', command: 'sh', interactive: true }),
  ).rejects.toMatchObject({ name: 'UnknownOperationException' });
});

test('a burst of modifications meets the published budget', async () => {
  const world = await serveWorld();
  const register = () =>
    world.call('ecs', 'RegisterTaskDefinition', { family: 'one', containerDefinitions: [container] });

  const answers = await Promise.allSettled(Array.from({ length: 40 }, register));

  const refused = answers.filter((answer) => answer.status === 'rejected');
  expect(refused.length).toBeGreaterThanOrEqual(15);
  expect(refused[0]?.reason).toMatchObject({ name: 'ThrottlingException' });
});
