import { describe, expect, it } from 'vitest';
import { type Box, minutes, openBox, redeploy, seconds } from './box.ts';
import { bootGroup, groupInstance, instancesOf, LAUNCH_HOOK, launchUnregistered, tagCluster } from './fleet.ts';

const REPLACING = { unregisteredAction: 'replace' } as const;
const told = (box: Box) => box.alerts().map(({ attributes: { kind, state } }) => `${kind} ${state}`);

it('an instance that never registered is not replaced by the very sweep that finds an outage of its cluster', async () => {
  const box = await openBox({ settings: REPLACING, agentConnectionsEnd: false });
  const ids = await bootGroup(box, { desired: 6 });
  const late = await launchUnregistered(box);

  await box.run(minutes(4) + seconds(50));
  for (const id of ids) box.world.disconnectAgent(id, { cause: 'unreachable' });
  await box.run(minutes(30));

  // One minute after the other: in between, the replacement was due.
  expect(told(box)).toEqual(['launch opened', 'outage opened']);
  const [first = 0, second = 0] = box.alerts().map(({ at }) => Date.parse(at));
  expect(second - first).toBeLessThan(minutes(1) + seconds(10));
  expect(box.calls('SetInstanceHealth')).toEqual([]);
  expect(groupInstance(box, late).lifecycleState).toBe('InService');
});

it('an instance that cannot register in an outage is told of only when it has had the time to do so afterwards', async () => {
  const box = await openBox({ agentConnectionsEnd: false });
  const ids = await bootGroup(box, { desired: 6 });
  for (const id of ids) box.world.disconnectAgent(id, { cause: 'unreachable' });
  await box.run(minutes(15));
  await launchUnregistered(box);

  await box.run(minutes(40));
  expect(told(box)).toEqual(['outage opened']);
  for (const id of ids) box.world.reconnectAgent(id);
  await box.run(minutes(12));
  expect(told(box)).toEqual(['outage opened', 'outage resolved']);
  await box.run(minutes(6));
  expect(told(box)).toEqual(['outage opened', 'outage resolved', 'launch opened']);
});

it.each([
  [{ repairs: 'off' }, 'nothing, as repairs are switched off.'],
  [{ mode: 'observe' }, 'nothing, as the mode is observe; its group would be told to replace it.'],
])('an instance that never registered is not promised a replacement with %o', async (settings, done) => {
  const box = await openBox({ settings: { ...REPLACING, ...settings } });
  await bootGroup(box, { desired: 6 });
  await launchUnregistered(box);

  await box.run(minutes(40));

  expect(box.calls('SetInstanceHealth')).toEqual([]);
  expect(/^Done: (.*)$/m.exec(box.alerts()[0]?.message ?? '')?.[1]).toBe(done);
});

it('an instance that is registered in another cluster than that of its group is told of, and not replaced', async () => {
  const box = await openBox({ settings: { ...REPLACING, clusters: 'prod' }, agentConnectionsEnd: false });
  box.world.createCluster({ name: 'dev' });
  const group = { name: 'late', desired: 1, lifecycleHooks: [], tags: { 'ebbtide:cluster': 'prod' } };
  box.world.createAutoScalingGroup({ ...group, cluster: 'dev' });
  await box.run(minutes(5));
  const [id = ''] = instancesOf(box, 'late');

  await box.run(minutes(40));

  expect(box.alerts()).toMatchObject([
    {
      subject: expect.stringContaining(`${id} in the wrong cluster`),
      message: expect.stringContaining('nothing, as it is registered'),
    },
  ]);
  expect(box.calls('SetInstanceHealth')).toEqual([]);
});

it('an instance that never registered uses up one of the repairs that are allowed, however often its group refuses', async () => {
  const box = await openBox({ settings: { ...REPLACING, unregisteredMinutes: '5', repairsPerHourMax: '2' } });
  const id = await launchUnregistered(box, { healthCheckGracePeriodSeconds: 3_000 });

  await box.run(minutes(44));
  expect(box.calls('SetInstanceHealth').length).toBeGreaterThanOrEqual(4);
  expect(told(box)).toEqual(['launch opened']);
  await box.run(minutes(16));

  expect(groupInstance(box, id).lifecycleState).toBe('Terminated');
});

describe('an instance that is waited for has as long as the settings say now', () => {
  it('where its group is watched, and the stack is deployed anew', async () => {
    const box = await openBox();
    await launchUnregistered(box);
    await box.run(minutes(8));

    redeploy(box, { unregisteredMinutes: '30' });
    await box.run(minutes(17));
    expect(told(box)).toEqual([]);
    redeploy(box, { unregisteredMinutes: '20' });
    await box.run(minutes(2));
    expect(told(box)).toEqual(['launch opened']);
  });

  it('where a launch hook holds it, and a tag of its cluster is changed', async () => {
    const box = await openBox();
    await launchUnregistered(box, { lifecycleHooks: [LAUNCH_HOOK] });
    await box.run(minutes(8));

    await tagCluster(box, { 'launch-deadline-minutes': '30' });
    await box.run(minutes(17));
    expect(box.calls('CompleteLifecycleAction')).toEqual([]);
    await tagCluster(box, { 'launch-deadline-minutes': '20' });
    await box.run(minutes(3));
    expect(box.calls('CompleteLifecycleAction')).toHaveLength(1);
    expect(told(box)).toEqual(['launch notice']);
  });

  it('and no longer than its hook lasts', async () => {
    const box = await openBox();
    await launchUnregistered(box, { lifecycleHooks: [{ ...LAUNCH_HOOK, heartbeatTimeoutSeconds: 30 }] });
    await box.run(minutes(8));

    redeploy(box, { launchDeadlineMinutes: '60' });
    await box.run(minutes(41));

    expect(box.calls('CompleteLifecycleAction')).toHaveLength(1);
    expect(told(box)).toContain('launch notice');
  });
});
