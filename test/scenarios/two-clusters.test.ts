import { describe, expect, it } from 'vitest';
import { minutes, openBox } from './box.ts';
import { bootGroup, hookEnd, instancesOf, task } from './fleet.ts';

/** A group of two whose home is remembered as `annex`, with a task on the first instance, in cluster `prod`. */
async function settled() {
  const box = await openBox({ settings: { lostContactMinutes: '10', drainStalledMinutes: 'off', repairs: 'off' } });
  box.world.createCluster({ name: 'annex' });
  const [id = '', other = ''] = await bootGroup(box, { desired: 2 });
  const arn = box.world.runTask({ cluster: 'prod', family: 'report', cpu: 64, memory: 64, on: id });
  box.world.moveAgent(other, 'annex');
  await box.run(minutes(3));
  box.world.terminateInstanceInGroup(other, 'shrink');
  await box.run(minutes(4));
  expect(instancesOf(box, 'web')).toEqual([id]);
  return { box, id, arn };
}

describe('an instance that is moved to another cluster', () => {
  it('before it is drained waits for what still runs on it from the old one', async () => {
    const { box, id, arn } = await settled();

    box.world.moveAgent(id, 'annex');
    await box.run(minutes(3));
    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(4));

    expect(hookEnd(box, id)).toBeUndefined();
    expect(task(box, arn).containersEnd).toBeUndefined();
    await box.run(minutes(10));
    expect(hookEnd(box, id)).toMatchObject({ by: { kind: 'caller' } });
    expect(box.alerts().at(-1)?.subject).toContain('Lost contact');
  });

  it('a moment ago, of which nobody has heard yet, waits for what still runs on it where its group is at home', async () => {
    const deaf = { isOn: false };
    const box = await openBox({
      settings: { lostContactMinutes: '10', drainStalledMinutes: 'off' },
      deliveryFault: ({ rule }) => (deaf.isOn && !rule.includes('Terminate') ? [] : [0]),
    });
    box.world.createCluster({ name: 'annex' });
    const [id = ''] = await bootGroup(box, { desired: 2, cluster: 'annex' });
    const arn = box.world.runTask({ cluster: 'annex', family: 'report', cpu: 64, memory: 64, on: id });
    await box.run(minutes(0.5));

    deaf.isOn = true;
    box.world.moveAgent(id, 'prod');
    await box.run(minutes(6));
    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(2));

    expect(box.logs('terminate action: drain')).toHaveLength(1);
    expect(hookEnd(box, id)).toBeUndefined();
    expect(task(box, arn).containersEnd).toBeUndefined();
    deaf.isOn = false;
    await box.run(minutes(13));
    expect(hookEnd(box, id)).toMatchObject({ by: { kind: 'caller' } });
    const subjects = box.alerts().map(({ subject }) => subject);
    expect(subjects).toContainEqual(expect.stringContaining('Lost contact'));
  });

  it('while it drains is drained in the new one too, and waits for what has been placed there', async () => {
    const { box, id } = await settled();

    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(1));
    box.world.moveAgent(id, 'annex');
    const inAnnex = () => box.views.containerInstances().find((one) => one.ec2InstanceId === id && one.agentConnected);
    for (let second = 0; second < 120 && inAnnex() === undefined; second++) await box.run(1_000);
    const late = box.world.runTask({ cluster: 'annex', family: 'late', cpu: 64, memory: 64, on: id });
    await box.run(minutes(4));

    expect(inAnnex()).toMatchObject({ status: 'DRAINING' });
    await box.run(minutes(12));
    expect(hookEnd(box, id)).toBeUndefined();
    box.world.exitTask(late);
    // From then on nobody can tell of what is left.
    await box.run(minutes(20));
    expect(task(box, late).containersEnd).toBe('exited');
    expect(hookEnd(box, id)).toMatchObject({ by: { kind: 'caller' } });
  });

  it('while it drains waits for what runs in the new one, although somebody deregisters it in the old one', async () => {
    const { box, id, arn } = await settled();
    box.world.exitTask(arn);
    await box.run(minutes(1));
    const of = (cluster: string) =>
      box.views.containerInstances().find((one) => one.ec2InstanceId === id && one.arn.includes(`/${cluster}/`));
    const old = of('prod')?.arn ?? '';

    box.world.moveAgent(id, 'annex');
    box.world.terminateInstanceInGroup(id, 'shrink');
    for (let second = 0; second < 120 && of('annex')?.agentConnected !== true; second++) await box.run(1_000);
    const late = box.world.runTask({ cluster: 'annex', family: 'late', cpu: 64, memory: 64, on: id });
    await box.simulator.call('ecs', 'DeregisterContainerInstance', {
      cluster: 'prod',
      containerInstance: old,
      force: true,
    });
    await box.run(minutes(6));

    expect(hookEnd(box, id)).toBeUndefined();
    expect(of('annex')).toMatchObject({ status: 'DRAINING' });
    box.world.exitTask(late);
    await box.run(minutes(4));
    expect(task(box, late).containersEnd).toBe('exited');
    expect(hookEnd(box, id)).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
  });

  it('from one that is only observed changes nothing there, and is let go once it is drained where it is now', async () => {
    const box = await openBox();
    box.world.createCluster({ name: 'annex', tags: { 'ebbtide:mode': 'observe' } });
    const [id = ''] = await bootGroup(box, { desired: 2 });
    box.world.moveAgent(id, 'annex');
    await box.run(minutes(2));
    box.world.moveAgent(id, 'prod');
    await box.run(minutes(2));
    const arn = box.world.runTask({ cluster: 'prod', family: 'report', cpu: 64, memory: 64, on: id });
    await box.run(minutes(1));

    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(1));
    box.world.exitTask(arn);
    await box.run(minutes(4));

    const changed = box.calls('UpdateContainerInstancesState', 'StopTask').map(({ input }) => String(input.cluster));
    expect(changed).not.toEqual([]);
    expect(changed.filter((cluster) => cluster.includes('annex'))).toEqual([]);
    expect(hookEnd(box, id)).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
  });
});
