import { expect, it } from 'vitest';
import { environmentName } from '../../shared/config/config.ts';
import { type Box, minutes, openBox, seconds } from './box.ts';
import { bootGroup, containerInstance, groupInstance } from './fleet.ts';

function redeploy(box: Box, settings: Readonly<Record<string, string>>): void {
  for (const { arn, environment } of box.simulator.lambda.functions()) {
    const changed = Object.fromEntries(
      Object.entries(settings).map(([name, value]) => [environmentName(name as 'mode'), value]),
    );
    box.simulator.lambda.configure(arn, { ...environment, ...changed });
  }
}

const zone = (box: Box, letter: string) => `${box.simulator.kernel.place.region}${letter}`;
const told = (box: Box) => box.alerts().map(({ attributes: { kind, state } }) => `${kind} ${state}`);
const REPAIRS = ['SendCommand', 'SetInstanceHealth', 'DeregisterContainerInstance'] as const;

it('1 what was only observed is not repaired beyond the hourly limit once Ebbtide may act', async () => {
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
  expect(box.calls(...REPAIRS)).toEqual([]);
  await box.run(minutes(70));
  redeploy(box, { mode: 'act' });
  await box.run(minutes(5));
  expect(box.calls('SetInstanceHealth').length).toBeLessThanOrEqual(2);
});

it('2 the end of an outage of one zone counts though another zone has had one since', async () => {
  const box = await openBox({
    settings: { disconnectedReplaceMinutes: '30', outageSharePercent: '50' },
    agentConnectionsEnd: false,
  });
  await bootGroup(box, { desired: 20, zones: ['a', 'b', 'c', 'd', 'e'].map((letter) => zone(box, letter)) });
  const inZone = (letter: string) =>
    box.views
      .ec2Instances()
      .filter((one) => one.availabilityZone === zone(box, letter))
      .map(({ ec2InstanceId }) => ec2InstanceId);
  const [stays = '', ...others] = inZone('a');
  for (const id of [stays, ...others]) box.world.disconnectAgent(id, { cause: 'unreachable' });
  await box.run(minutes(40));
  for (const id of others) box.world.reconnectAgent(id);
  await box.run(minutes(3));
  expect(told(box)).toEqual(['outage opened', 'outage resolved']);
  box.world.loseZone(zone(box, 'b'));
  await box.run(minutes(16));
  expect(told(box)).toEqual(['outage opened', 'outage resolved', 'disconnection opened', 'outage opened']);
  expect(box.calls(...REPAIRS)).toEqual([]);
  await box.run(minutes(16));
  expect(box.calls('SetInstanceHealth').map(({ input }) => input.InstanceId)).toEqual([stays]);
});

it('3 an agent that was moved out of scope while it was away: a moment without it replaces nothing', async () => {
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

it('4 an instance that was stopped for long is not told of as away when it is started', async () => {
  const box = await openBox({
    settings: { disconnectedReplaceMinutes: '30', outageCountMin: '5' },
    agentConnectionsEnd: false,
  });
  const [id = ''] = await bootGroup(box, { desired: 2 });
  box.world.suspendProcesses('web', ['HealthCheck']);
  box.world.stopInstance(id);
  await box.run(minutes(120));
  expect(box.alerts()).toEqual([]);
  box.world.startInstance(id);
  await box.run(minutes(15));
  expect(containerInstance(box, id).agentConnected).toBe(true);
  expect(told(box)).toEqual([]);
  expect(box.calls(...REPAIRS)).toEqual([]);
});

it('4b the same, whose agent takes four minutes to come up', async () => {
  const box = await openBox({
    settings: { disconnectedReplaceMinutes: '30', outageCountMin: '5' },
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
  expect(told(box)).toEqual([]);
  box.world.reconnectAgent(id);
  await box.run(minutes(11));
  expect(containerInstance(box, id).agentConnected).toBe(true);
  expect(told(box)).toEqual([]);
  expect(box.calls(...REPAIRS)).toEqual([]);
});

it('5 an instance that ECS calls impaired is replaced though its agent reconnects now and then', async () => {
  const box = await openBox({
    settings: { outageCountMin: '5', disconnectedReplaceMinutes: '60' },
    agentConnectionsEnd: false,
  });
  const [id = ''] = await bootGroup(box, { desired: 2 });
  box.world.reportHealth(id, { type: 'CONTAINER_RUNTIME', status: 'IMPAIRED', reason: 'Docker does not answer' });
  const isReplaced = () => box.calls('SetInstanceHealth').length > 0;
  for (let round = 0; round < 8 && !isReplaced(); round += 1) {
    await box.run(minutes(30));
    if (!isReplaced()) box.world.disconnectAgent(id, { forMs: seconds(20) });
  }
  expect(told(box)).toContain('disconnection opened');
  expect(box.calls('SetInstanceHealth').length).toBeGreaterThan(0);
});

it('12 an agent that was found in another cluster, whose registration there is gone since, is replaced', async () => {
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
  const { arn, clusterArn } = containerInstance(box, id) as { arn: string; clusterArn?: string };
  await box.simulator.call('ecs', 'DeregisterContainerInstance', {
    cluster: clusterArn ?? 'annex',
    containerInstance: arn,
    force: true,
  });
  await box.run(minutes(45));
  expect(box.calls('SetInstanceHealth').map(({ input }) => input.InstanceId)).toContain(id);
});
