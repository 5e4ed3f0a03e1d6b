import { describe, expect, it } from 'vitest';
import { type Box, minutes, openBox, type Settings } from './box.ts';
import { bootGroup, hookEnd, instancesOf, launchUnregistered } from './fleet.ts';

const REPAIRING = { disconnectedRestartMinutes: '12', disconnectedReplaceMinutes: '20' } as const;
const OFF = { disconnectedRestartMinutes: 'off', disconnectedReplaceMinutes: 'off' } as const;
const REPAIRS = ['SendCommand', 'SetInstanceHealth', 'DeregisterContainerInstance'] as const;

async function fleetOf(desired: number, { settings = {}, zones = 2 }: { settings?: Settings; zones?: number } = {}) {
  const box = await openBox({ settings: { ...REPAIRING, ...settings }, agentConnectionsEnd: false });
  const letters = ['a', 'b', 'c', 'd', 'e'].slice(0, zones);
  const ids = await bootGroup(box, { desired, zones: letters.map((letter) => zone(box, letter)) });
  return { box, ids };
}

function zone(box: Box, letter: string): string {
  return `${box.simulator.kernel.place.region}${letter}`;
}

function alertsOf(box: Box, kind: string, state: string) {
  return box.alerts().filter(({ attributes }) => attributes.kind === kind && attributes.state === state);
}

function told(box: Box): string[] {
  return box.alerts().map(({ attributes: { kind, state } }) => `${kind} ${state}`);
}

/** Ids of all that run in the zone. */
function instancesIn(box: Box, letter: string): string[] {
  return box.views
    .ec2Instances()
    .filter(({ availabilityZone, state }) => availabilityZone === zone(box, letter) && state === 'running')
    .map(({ ec2InstanceId }) => ec2InstanceId);
}

describe('an outage', () => {
  it('is one alert with counts by zone, without a single alert or repair, and one when it is over', async () => {
    const { box } = await fleetOf(8);

    const lost = box.world.loseZone(zone(box, 'a'));
    await box.run(minutes(90));
    expect(box.calls(...REPAIRS)).toEqual([]);
    expect(box.alerts().map(({ subject }) => subject)).toEqual(['[prod] Outage: 4 of 8 agents disconnected']);
    expect(box.alerts()[0]?.message).toContain(`${zone(box, 'a')}: 4 of 4 disconnected`);
    box.world.restoreZone(zone(box, 'a'));
    await box.run(minutes(30));

    expect(lost).toHaveLength(4);
    expect(box.calls(...REPAIRS)).toEqual([]);
    expect(told(box)).toEqual(['outage opened', 'outage resolved']);
  });

  it('of one Availability Zone is seen though the cluster as a whole is well, and holds repairs only there', async () => {
    const { box } = await fleetOf(15, { zones: 5, settings: { outageSharePercent: '50' } });
    const [elsewhere = ''] = instancesIn(box, 'b');

    box.world.loseZone(zone(box, 'a'));
    box.world.disconnectAgent(elsewhere);
    await box.run(minutes(18));

    expect(alertsOf(box, 'outage', 'opened').map(({ subject }) => subject)).toEqual([
      `[prod] Outage in ${zone(box, 'a')}: 4 of 15 agents disconnected`,
    ]);
    expect(alertsOf(box, 'disconnection', 'opened').map(({ subject }) => subject)).toEqual([
      expect.stringContaining(elsewhere),
    ]);
    expect(box.calls('SendCommand').map(({ input }) => input.InstanceIds)).toEqual([[elsewhere]]);
  });

  it('holds what is due for a registration that its agent left behind in another cluster', async () => {
    const { box, ids } = await fleetOf(6);
    box.world.createCluster({ name: 'annex' });
    const [moved = ''] = ids;

    box.world.moveAgent(moved, 'annex');
    await box.run(minutes(2));
    box.world.moveAgent(moved, 'prod');
    await box.run(minutes(2));
    for (const id of ids) box.world.disconnectAgent(id, { cause: 'unreachable' });
    await box.run(minutes(40));

    const left = box.views.containerInstances().filter(({ ec2InstanceId }) => ec2InstanceId === moved);
    expect(left.map(({ arn }) => arn)).toContainEqual(expect.stringContaining('/annex/'));
    expect(told(box)).toEqual(['outage opened']);
    expect(box.calls(...REPAIRS)).toEqual([]);
  });

  it('is not what agents make that were moved to another cluster, some minutes apart', async () => {
    const { box, ids } = await fleetOf(8);
    box.world.createCluster({ name: 'annex' });

    for (const id of ids.slice(0, 4)) {
      box.world.moveAgent(id, 'annex');
      await box.run(minutes(1));
    }
    await box.run(minutes(25));

    expect(told(box)).not.toContain('outage opened');
  });

  it('is not what one of two instances makes: a half, but one', async () => {
    const { box, ids } = await fleetOf(2);

    box.world.disconnectAgent(ids[0] ?? '', { cause: 'unreachable' });
    await box.run(minutes(25));

    expect(alertsOf(box, 'outage', 'opened')).toEqual([]);
    expect(alertsOf(box, 'disconnection', 'opened')).toHaveLength(1);
    expect(box.calls('SetInstanceHealth')).toHaveLength(1);
  });

  it('is not what three of twenty make: enough, but few', async () => {
    const { box, ids } = await fleetOf(20);

    for (const id of ids.slice(0, 3)) box.world.disconnectAgent(id, { cause: 'unreachable' });
    await box.run(minutes(15));

    expect(alertsOf(box, 'outage', 'opened')).toEqual([]);
    expect(alertsOf(box, 'disconnection', 'opened')).toHaveLength(3);
  });

  it('is not what a moment makes, however many agents are away in it', async () => {
    const { box, ids } = await fleetOf(6);

    for (const id of ids) box.world.disconnectAgent(id, { forMs: minutes(4) });
    await box.run(minutes(30));

    expect(box.alerts()).toEqual([]);
  });

  it('is not what stopped instances and ghosts make', async () => {
    const { box, ids } = await fleetOf(6);
    box.world.suspendProcesses('web', ['HealthCheck', 'ReplaceUnhealthy', 'Terminate', 'Launch']);

    for (const id of ids.slice(0, 3)) box.world.stopInstance(id);
    box.world.disconnectAgent(ids[3] ?? '');
    await box.run(minutes(15));

    expect(alertsOf(box, 'outage', 'opened')).toEqual([]);
    expect(alertsOf(box, 'disconnection', 'opened')).toHaveLength(1);
  });

  it('starts the clocks anew for those that stay away when it is over', async () => {
    const { box, ids } = await fleetOf(6);
    const [stays = '', ...others] = ids;

    for (const id of ids) box.world.disconnectAgent(id, { cause: 'unreachable' });
    await box.run(minutes(40));
    for (const id of others) box.world.reconnectAgent(id);
    await box.run(minutes(9));
    expect(alertsOf(box, 'outage', 'resolved')).toHaveLength(1);
    expect(alertsOf(box, 'disconnection', 'opened')).toEqual([]);
    expect(box.calls(...REPAIRS)).toEqual([]);
    await box.run(minutes(7));

    expect(alertsOf(box, 'disconnection', 'opened').map(({ subject }) => subject)).toEqual([
      expect.stringContaining(stays),
    ]);
    expect(box.calls('SendCommand')).toHaveLength(1);
    await box.run(minutes(10));
    expect(box.calls('SetInstanceHealth')).toHaveLength(1);
  });

  it('of one zone starts the clocks anew when it is over, although another zone has had one since', async () => {
    const settings = { disconnectedRestartMinutes: 'off', disconnectedReplaceMinutes: '30', outageSharePercent: '50' };
    const { box } = await fleetOf(20, { zones: 5, settings });
    const [stays = '', ...others] = instancesIn(box, 'a');

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

  it('leaves what could not register in it the time to do so when it is over', async () => {
    const { box, ids } = await fleetOf(6, { settings: { ...OFF, unregisteredAction: 'replace' } });

    for (const id of ids) box.world.disconnectAgent(id, { cause: 'unreachable' });
    await box.run(minutes(15));
    expect(told(box)).toEqual(['outage opened']);
    await launchUnregistered(box);
    await box.run(minutes(30));
    expect(box.calls('SetInstanceHealth')).toEqual([]);
    for (const id of ids) box.world.reconnectAgent(id);
    await box.run(minutes(8));

    expect(told(box)).toContain('outage resolved');
    expect(box.calls('SetInstanceHealth')).toEqual([]);
    await box.run(minutes(14));
    expect(box.calls('SetInstanceHealth')).toHaveLength(1);
  });

  it('keeps no drain waiting that Auto Scaling asks for', async () => {
    const { box } = await fleetOf(8);
    box.world.createService({ cluster: 'prod', name: 'web', desiredCount: 4, cpu: 128, memory: 128 });
    await box.run(minutes(3));
    box.world.loseZone(zone(box, 'a'));
    await box.run(minutes(15));
    expect(alertsOf(box, 'outage', 'opened')).toHaveLength(1);

    const [leaving = ''] = instancesIn(box, 'b');
    box.world.terminateInstanceInGroup(leaving, 'shrink');
    await box.run(minutes(10));

    expect(hookEnd(box, leaving)).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
  });
});

describe('repairs', () => {
  it('stop at the number allowed within an hour, with one alert, and go on when it has passed', async () => {
    const settings = { repairsPerHourMax: '2', disconnectedRestartMinutes: 'off', outageCountMin: '10' } as const;
    const { box, ids } = await fleetOf(12, { settings: { ...settings, lostContactMinutes: '2' } });

    for (const id of ids.slice(0, 4)) box.world.disconnectAgent(id, { cause: 'unreachable' });
    await box.run(minutes(60));
    expect(box.calls('SetInstanceHealth')).toHaveLength(2);
    expect(alertsOf(box, 'outage', 'opened').map(({ subject }) => subject)).toEqual([
      '[prod] Repairs held: 2 within the hour',
    ]);
    await box.run(minutes(45));

    expect(box.calls('SetInstanceHealth')).toHaveLength(4);
    const [held] = alertsOf(box, 'outage', 'opened');
    const [resolved] = alertsOf(box, 'outage', 'resolved');
    expect(resolved?.subject).toBe('[prod] Resolved: no repair is held any more');
    expect(resolved?.attributes.id).toBe(held?.attributes.id?.replace('#opened', '#resolved'));
    for (const id of ids.slice(0, 4)) expect(instancesOf(box, 'web')).not.toContain(id);
  });
});
