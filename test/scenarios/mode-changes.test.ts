import { expect, it } from 'vitest';
import { minutes, openBox, redeploy } from './box.ts';
import { bootGroup, containerInstance, groupInstance } from './fleet.ts';
import { spotFleet } from './interruption-fleet.ts';

it('what comes back from a warm pool while Ebbtide only observes is put right once it may act again', async () => {
  const box = await openBox();
  const ids = await bootGroup(box, {
    desired: 2,
    warmPool: { minSize: 0, poolState: 'Stopped', reuseOnScaleIn: true },
  });
  box.world.setDesiredCapacity('web', 1);
  await box.run(minutes(12));
  const pooled = ids.find((id) => groupInstance(box, id).lifecycleState === 'Warmed:Stopped') ?? '';

  redeploy(box, { mode: 'observe' });
  const changes = () => box.calls('UpdateContainerInstancesState').length;
  const before = changes();
  box.world.setDesiredCapacity('web', 2);
  await box.run(minutes(8));
  expect(groupInstance(box, pooled).lifecycleState).toBe('InService');
  expect(containerInstance(box, pooled)).toMatchObject({ status: 'DRAINING', agentConnected: true });
  expect(changes()).toBe(before);

  redeploy(box, { mode: 'act' });
  await box.run(minutes(3));
  expect(containerInstance(box, pooled).status).toBe('ACTIVE');
});

it('what was drained for an interruption that never came is told of as DRAINING, and put right once Ebbtide may act again', async () => {
  const { box, id } = await spotFleet({ settings: { rebalance: 'drain' } });
  box.world.rebalanceRecommendation(id);
  await box.run(minutes(10));

  redeploy(box, { mode: 'observe' });
  await box.run(minutes(60));
  expect(containerInstance(box, id).status).toBe('DRAINING');
  const [told] = box.alerts();
  expect(told?.subject).toContain(`${id} was not interrupted, still DRAINING`);

  redeploy(box, { mode: 'act' });
  await box.run(minutes(3));
  expect(containerInstance(box, id).status).toBe('ACTIVE');
  const [, resolved] = box.alerts();
  expect(resolved?.attributes).toMatchObject({ kind: 'interruption', state: 'resolved' });
  expect(resolved?.attributes.id).not.toBe(told?.attributes.id);
});

it('what would have been repaired while Ebbtide only observed is not repaired all at once when it may act', async () => {
  const box = await openBox({
    settings: {
      mode: 'observe',
      disconnectedReplaceMinutes: '20',
      repairsPerHourMax: '2',
      outageCountMin: '10',
      lostContactMinutes: '2',
    },
    agentConnectionsEnd: false,
  });
  const ids = await bootGroup(box, { desired: 12 });
  for (const id of ids.slice(0, 6)) box.world.disconnectAgent(id, { cause: 'unreachable' });
  await box.run(minutes(220));
  expect(box.calls('SendCommand', 'SetInstanceHealth', 'DeregisterContainerInstance')).toEqual([]);
  await box.run(minutes(70));

  redeploy(box, { mode: 'act' });
  await box.run(minutes(5));
  expect(box.calls('SetInstanceHealth').length).toBeLessThanOrEqual(2);
});
