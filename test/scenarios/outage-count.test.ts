import { expect, it } from 'vitest';
import { type Box, minutes, openBox, type Settings } from './box.ts';
import { bootGroup } from './fleet.ts';

async function fleetOf(desired: number, settings: Settings) {
  const box = await openBox({ settings, agentConnectionsEnd: false });
  return { box, ids: await bootGroup(box, { desired }) };
}

const told = (box: Box) => box.alerts().map(({ attributes: { kind, state } }) => `${kind} ${state}`);

it('an instance that is registered twice counts once: two that are away are no outage', async () => {
  const { box, ids } = await fleetOf(6, { repairs: 'off' });

  box.world.reRegisterAgent(ids[0] ?? '');
  await box.run(minutes(5));
  for (const id of ids.slice(0, 2)) box.world.disconnectAgent(id, { cause: 'unreachable' });
  await box.run(minutes(15));

  expect(told(box)).not.toContain('outage opened');
  expect(told(box)).toContain('disconnection opened');
});

it('four of six that run are an outage, however many more are registered and stopped', async () => {
  const { box, ids } = await fleetOf(16, { disconnectedReplaceMinutes: '20' });
  box.world.suspendProcesses('web', ['HealthCheck']);

  for (const id of ids.slice(0, 10)) box.world.stopInstance(id);
  await box.run(minutes(10));
  for (const id of ids.slice(10, 14)) box.world.disconnectAgent(id, { cause: 'unreachable' });
  await box.run(minutes(30));

  expect(box.alerts().map(({ subject }) => subject)).toEqual(['[prod] Outage: 4 of 6 agents disconnected']);
  expect(box.calls('SetInstanceHealth')).toEqual([]);
});

it('agents that were moved to another cluster make an outage there, and none in the one that they have left', async () => {
  const { box, ids } = await fleetOf(8, {});
  box.world.createCluster({ name: 'annex' });

  for (const id of ids.slice(0, 4)) box.world.moveAgent(id, 'annex');
  await box.run(minutes(5));
  for (const id of ids.slice(0, 4)) box.world.disconnectAgent(id, { cause: 'unreachable' });
  await box.run(minutes(40));

  expect(box.alerts().map(({ subject }) => subject)).toEqual(['[annex] Outage: 4 of 4 agents disconnected']);
});
