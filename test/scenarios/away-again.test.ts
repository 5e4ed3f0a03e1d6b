import { expect, it } from 'vitest';
import { minutes, openBox, seconds } from './box.ts';
import { bootGroup, containerInstance } from './fleet.ts';

it('an agent that was back for a moment, which no look or event told of, is replaced by the clock of its second absence', async () => {
  const box = await openBox({
    settings: { outageCountMin: '5', disconnectedReplaceMinutes: '20' },
    agentConnectionsEnd: false,
    deliveryFault: ({ event }) => (event['detail-type'].startsWith('ECS Container Instance') ? [] : [0]),
  });
  const [id = ''] = await bootGroup(box, { desired: 2 });
  const isReplaced = () => box.calls('SetInstanceHealth').length > 0;
  const states = () => box.alerts().map(({ attributes }) => attributes.state);

  box.world.disconnectAgent(id, { cause: 'unreachable' });
  // Between two sweeps.
  await box.run(minutes(14) + seconds(20));
  expect(states()).toEqual(['opened']);
  const { version } = containerInstance(box, id);
  box.world.reconnectAgent(id);
  await box.run(seconds(8));
  expect(containerInstance(box, id)).toMatchObject({ agentConnected: true });
  box.world.disconnectAgent(id, { cause: 'unreachable' });
  await box.run(seconds(2));
  expect(containerInstance(box, id).agentConnected).toBe(false);
  expect(containerInstance(box, id).version).toBeGreaterThan(version);

  await box.run(minutes(19));
  expect(isReplaced()).toBe(false);
  expect(states()).toEqual(['opened']);
  await box.run(minutes(4));
  expect(isReplaced()).toBe(true);
});
