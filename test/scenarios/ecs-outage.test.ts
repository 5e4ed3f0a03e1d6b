import { describe, expect, it } from 'vitest';
import type { CallAttempt } from '../../simulator/wire/wire.ts';
import { type BoxOptions, minutes, openBox } from './box.ts';
import {
  bootGroup,
  containerInstance,
  groupInstance,
  hookEnd,
  instancesOf,
  LAUNCH_HOOK,
  launchUnregistered,
  task,
} from './fleet.ts';
import { DENIED, isEcs, outageOf, WITHOUT_ANSWER } from './outage.ts';

/** A box in which ECS has no answer to anybody's calls while `outage.isOn`; the fleet itself lives on. */
async function openFragileBox(outageOfEcs: (typeof WITHOUT_ANSWER)[number][1], settings: BoxOptions['settings'] = {}) {
  const { outage, intercept } = outageOfEcs(isEcs);
  const box = await openBox({ settings, intercept });
  return { box, outage };
}

describe.each(WITHOUT_ANSWER)('while ECS %s, for longer than the hooks wait', (_, outageOfEcs) => {
  it('a drain is held, and goes on afterwards: no task is cut off', async () => {
    const { box, outage } = await openFragileBox(outageOfEcs);
    const [id = ''] = await bootGroup(box, { desired: 1 });
    const arn = box.world.runTask({ cluster: 'prod', family: 'report', cpu: 64, memory: 64, on: id });
    await box.run(minutes(1));
    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(1));

    outage.isOn = true;
    await box.run(minutes(20));
    expect(hookEnd(box, id)).toBeUndefined();
    outage.isOn = false;
    box.world.exitTask(arn);
    await box.run(minutes(6));

    expect(hookEnd(box, id)).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
    expect(task(box, arn).containersEnd).not.toBe('host-gone');
  });

  it('a drain still ends at its deadline, told with the word that nobody knows what is left', async () => {
    const { box, outage } = await openFragileBox(outageOfEcs, { drainDeadlineMinutes: '10' });
    const [id = ''] = await bootGroup(box, { desired: 1 });
    box.world.runTask({ cluster: 'prod', family: 'report', cpu: 64, memory: 64, on: id });
    await box.run(minutes(1));
    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(1));

    outage.isOn = true;
    await box.run(minutes(14));

    expect(hookEnd(box, id)).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
    const told = box.alerts().filter(({ subject }) => subject.includes('deadline'));
    expect(told).toHaveLength(1);
    expect(told[0]?.subject).toContain('nobody knows how many tasks left');
  });

  it('an instance that its group lets go meanwhile is held too, and drained afterwards', async () => {
    const { box, outage } = await openFragileBox(outageOfEcs);
    const [id = ''] = await bootGroup(box, { desired: 1 });
    const arn = box.world.runTask({ cluster: 'prod', family: 'report', cpu: 64, memory: 64, on: id });
    await box.run(minutes(1));

    outage.isOn = true;
    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(20));
    expect(hookEnd(box, id)).toBeUndefined();
    outage.isOn = false;
    await box.run(minutes(2));
    expect(containerInstance(box, id).status).toBe('DRAINING');
    box.world.exitTask(arn);
    await box.run(minutes(6));

    expect(hookEnd(box, id)).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
    expect(task(box, arn).containersEnd).not.toBe('host-gone');
  });

  it.each([
    ['that has just begun', false],
    ['that begins meanwhile', true],
  ])('a launch %s is held, and let in afterwards', async (_, isOutBefore) => {
    const { box, outage } = await openFragileBox(outageOfEcs);
    const group = { name: 'web', cluster: 'prod', desired: 0, maxSize: 2, tags: { 'ebbtide:cluster': 'prod' } };
    box.world.createAutoScalingGroup({ ...group, lifecycleHooks: [LAUNCH_HOOK] });
    await box.run(minutes(2));

    box.world.setDesiredCapacity('web', 1);
    outage.isOn = isOutBefore;
    await box.run(20_000);
    const [id = ''] = instancesOf(box, 'web');
    outage.isOn = true;
    await box.run(minutes(12));
    expect(groupInstance(box, id).hooks[0]?.end).toBeUndefined();
    outage.isOn = false;
    await box.run(minutes(3));

    expect(groupInstance(box, id).hooks[0]?.end).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
  });
});

describe('while ECS answers for all clusters but one', () => {
  it('agents of the others are told of all the same, and what changes the fleet waits: the instance may be in that one', async () => {
    const isRefused = (attempt: CallAttempt) =>
      attempt.caller.kind === 'function' &&
      isEcs(attempt) &&
      attempt.operation !== 'DescribeClusters' &&
      String(attempt.input.cluster).endsWith('/other');
    const { outage, intercept } = outageOf(isRefused, DENIED);
    outage.isOn = true;
    const box = await openBox({ settings: { disconnectedReplaceMinutes: '15' }, intercept });
    box.world.createCluster({ name: 'other' });
    const [id = ''] = await bootGroup(box, { desired: 3 });

    box.world.disconnectAgent(id);
    await box.run(minutes(20));
    expect(box.alerts().map(({ attributes: { kind, state } }) => `${kind} ${state}`)).toEqual(['disconnection opened']);
    expect(box.calls('SetInstanceHealth')).toEqual([]);

    outage.isOn = false;
    await box.run(minutes(3));
    expect(box.calls('SetInstanceHealth')).toHaveLength(1);
  });

  it('an instance of a group that is tagged with another, and never registered, is told of all the same', async () => {
    const isRefused = (attempt: CallAttempt) => isEcs(attempt) && JSON.stringify(attempt).includes('cluster/other');
    const { outage, intercept } = outageOf(isRefused, DENIED);
    const box = await openBox({ intercept });
    box.world.createCluster({ name: 'other' });

    outage.isOn = true;
    await launchUnregistered(box);
    await box.run(minutes(25));

    const launches = box.alerts().filter(({ attributes }) => attributes.kind === 'launch');
    expect(launches.map(({ attributes }) => attributes.state)).toEqual(['opened']);
  });
});
