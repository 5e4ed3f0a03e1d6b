import { expect, it } from 'vitest';
import { minutes, openBox, seconds } from './box.ts';
import { bootGroup, containerInstance } from './fleet.ts';

type DeliveryFault = NonNullable<NonNullable<Parameters<typeof openBox>[0]>['deliveryFault']>;

const noNewsOfAgents: DeliveryFault = ({ event }) =>
  event['detail-type'].startsWith('ECS Container Instance') ? [] : [0];

it('an agent that was back for a moment, which no look or event told of, is replaced by the clock of its second absence', async () => {
  const box = await openBox({
    settings: { outageCountMin: '5', disconnectedReplaceMinutes: '20' },
    agentConnectionsEnd: false,
    deliveryFault: noNewsOfAgents,
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

it('an agent that comes back for a moment and then as a new registration leaves an old one, which is removed by the clock of its second absence', async () => {
  const box = await openBox({
    settings: { outageCountMin: '5' },
    agentConnectionsEnd: false,
    deliveryFault: noNewsOfAgents,
  });
  const [id = ''] = await bootGroup(box, { desired: 2 });
  box.world.disconnectAgent(id, { cause: 'unreachable' });
  await box.run(minutes(30) + seconds(20));
  box.world.reconnectAgent(id);
  await box.run(seconds(8));
  box.world.reRegisterAgent(id);
  await box.run(minutes(9));
  expect(box.calls('DeregisterContainerInstance')).toEqual([]);
  expect(box.alerts().map(({ attributes }) => attributes.state)).toEqual(['opened']);

  await box.run(minutes(4));
  expect(box.calls('DeregisterContainerInstance')).toHaveLength(1);
  expect(box.alerts().map(({ attributes }) => attributes.state)).toEqual(['opened', 'resolved']);
});

it('an agent that goes for a moment, on an instance that ECS has called impaired for long, is neither restarted nor deregistered', async () => {
  const box = await openBox({
    settings: {
      outageCountMin: '5',
      disconnectedRestartMinutes: '15',
      disconnectedDeregisterMinutes: '20',
      disconnectedDeregisterRunning: 'yes',
    },
    agentConnectionsEnd: false,
  });
  const [id = ''] = await bootGroup(box, { desired: 2 });
  box.world.reportHealth(id, { type: 'CONTAINER_RUNTIME', status: 'IMPAIRED', reason: 'Docker does not answer' });
  await box.run(minutes(30));
  expect(box.alerts().map(({ attributes }) => attributes.state)).toEqual(['opened']);

  for (const _ of ['the first absence', 'another one']) {
    box.world.disconnectAgent(id, { cause: 'unreachable' });
    await box.run(minutes(2) + seconds(10));
    box.world.reconnectAgent(id);
    await box.run(minutes(25));
  }

  expect(containerInstance(box, id)).toMatchObject({ status: 'ACTIVE', agentConnected: true });
  expect(box.calls('SendCommand', 'DeregisterContainerInstance')).toEqual([]);
  box.world.disconnectAgent(id, { cause: 'unreachable' });
  await box.run(minutes(24));
  expect(box.calls('SendCommand')).toHaveLength(1);
  expect(box.calls('DeregisterContainerInstance')).toHaveLength(1);
});

it('an agent that takes minutes to come up on an instance that was stopped for long is not told of', async () => {
  const box = await openBox({
    settings: { outageCountMin: '5', disconnectedReplaceMinutes: '30' },
    agentConnectionsEnd: false,
  });
  const [id = ''] = await bootGroup(box, { desired: 2 });
  box.world.suspendProcesses('web', ['HealthCheck']);
  box.world.stopInstance(id);
  await box.run(minutes(120));
  expect(box.alerts()).toEqual([]);

  box.world.startInstance(id);
  await box.run(seconds(20));
  box.world.disconnectAgent(id, { cause: 'unreachable' });
  await box.run(minutes(4));
  expect(box.alerts()).toEqual([]);
  box.world.reconnectAgent(id);
  await box.run(minutes(11));

  expect(containerInstance(box, id).agentConnected).toBe(true);
  expect(box.alerts()).toEqual([]);
  expect(box.calls('SendCommand', 'SetInstanceHealth', 'DeregisterContainerInstance')).toEqual([]);
});

it('an agent that goes for a moment now and then keeps nobody from replacing an instance that ECS calls impaired', async () => {
  const box = await openBox({
    settings: { outageCountMin: '5', disconnectedReplaceMinutes: '60' },
    agentConnectionsEnd: false,
  });
  const [id = ''] = await bootGroup(box, { desired: 2 });
  const isReplaced = () => box.calls('SetInstanceHealth').length > 0;

  box.world.reportHealth(id, { type: 'CONTAINER_RUNTIME', status: 'IMPAIRED', reason: 'Docker does not answer' });
  for (let round = 0; round < 8 && !isReplaced(); round += 1) {
    await box.run(minutes(30));
    if (!isReplaced()) box.world.disconnectAgent(id, { forMs: seconds(20) });
  }

  const told = box.alerts().map(({ attributes: { kind, state } }) => `${kind} ${state}`);
  expect(told).toContain('disconnection opened');
  expect(isReplaced()).toBe(true);
});

it('an agent that does not come up on an instance that was stopped for long is told of as away since EC2 started it', async () => {
  const box = await openBox({ settings: { outageCountMin: '5' }, agentConnectionsEnd: false });
  const [id = ''] = await bootGroup(box, { desired: 2 });
  box.world.suspendProcesses('web', ['HealthCheck']);
  box.world.stopInstance(id);
  await box.run(minutes(120));

  box.world.startInstance(id);
  await box.run(seconds(20));
  box.world.disconnectAgent(id, { cause: 'unreachable' });
  await box.run(minutes(13));

  expect(box.alerts().map(({ subject }) => subject)).toEqual([
    expect.stringMatching(/Agent of \S+ disconnected for 1\d min/),
  ]);
});
