import { expect, test } from 'vitest';
import { createConnectedFleet, drain, HOUR, inService, MINUTE } from '../fleet-fixture.ts';

async function traceOf(seed: number): Promise<string> {
  const fleet = await createConnectedFleet({ desired: 4 }, { seed, agentConnectionsEnd: true });
  fleet.world.createService({ cluster: 'main', name: 'web', desiredCount: 6 });
  fleet.world.createService({ cluster: 'main', name: 'logs', schedulingStrategy: 'DAEMON' });
  await fleet.runFor(10 * MINUTE);
  const [first = '', second = ''] = inService(fleet);
  drain(fleet, first);
  fleet.world.interruptSpot(second);
  await fleet.runFor(3 * HOUR);
  return fleet.kernel.trace.toJsonLines() + JSON.stringify(fleet.events);
}

test('the same seed gives the same fleet life, byte for byte, and another seed another', async () => {
  const first = await traceOf(7);

  expect(await traceOf(7)).toBe(first);
  expect(await traceOf(8)).not.toBe(first);
});

test('a fleet of 5,000 instances and 20,000 tasks is built, and a zone lost, in seconds', async () => {
  const fleet = await createConnectedFleet({ desired: 5_000, maxSize: 10_000 });
  fleet.world.createService({ cluster: 'main', name: 'web', desiredCount: 20_000 });
  await fleet.runUntil(
    () =>
      fleet.call<{ clusters: { runningTasksCount: number }[] }>('ecs', 'DescribeClusters', { clusters: ['main'] })
        .clusters[0]?.runningTasksCount === 20_000,
  );

  const lost = fleet.world.loseZone('eu-central-1a');
  const { containerInstanceArns } = fleet.call<{ containerInstanceArns: string[] }>('ecs', 'ListContainerInstances', {
    cluster: 'main',
    filter: 'agentConnected == false',
  });

  expect(lost).toHaveLength(2_500);
  expect(containerInstanceArns).toHaveLength(100);
}, 60_000);
