import { expect, it } from 'vitest';
import { minutes, openBox } from './box.ts';
import { bootGroup, containerInstance, groupInstance } from './fleet.ts';

const REPAIRS = ['SendCommand', 'SetInstanceHealth', 'DeregisterContainerInstance'] as const;

it('an agent that came back from an absence in a cluster that is not looked after has nothing replaced when it goes for a moment', async () => {
  const box = await openBox({
    settings: { clusters: 'prod', disconnectedReplaceMinutes: '30', outageCountMin: '5' },
    agentConnectionsEnd: false,
  });
  box.world.createCluster({ name: 'annex' });
  const [id = ''] = await bootGroup(box, { desired: 2 });
  box.world.disconnectAgent(id, { cause: 'unreachable' });
  await box.run(minutes(12));

  box.world.reconnectAgent(id);
  box.world.moveAgent(id, 'annex');
  await box.run(minutes(60));
  expect(box.calls(...REPAIRS)).toEqual([]);
  box.world.disconnectAgent(id, { forMs: minutes(2) });
  await box.run(minutes(10));

  expect(box.calls(...REPAIRS)).toEqual([]);
  expect(groupInstance(box, id).lifecycleState).toBe('InService');
});

it('an agent that was found in another cluster, whose registration there is gone since, has its instance replaced', async () => {
  const box = await openBox({
    settings: { outageCountMin: '5', disconnectedReplaceMinutes: '30' },
    agentConnectionsEnd: false,
  });
  box.world.createCluster({ name: 'annex' });
  const [id = ''] = await bootGroup(box, { desired: 2 });
  box.world.moveAgent(id, 'annex');
  await box.run(minutes(40));
  expect(box.alerts().map(({ subject }) => subject)).toEqual([expect.stringContaining('registered in two clusters')]);
  expect(box.calls(...REPAIRS)).toEqual([]);

  const { arn } = containerInstance(box, id);
  expect(arn).toContain('/annex/');
  const registration = { cluster: 'annex', containerInstance: arn, force: true };
  await box.simulator.call('ecs', 'DeregisterContainerInstance', registration);
  await box.run(minutes(45));

  expect(box.calls('SetInstanceHealth').map(({ input }) => input.InstanceId)).toContain(id);
});
