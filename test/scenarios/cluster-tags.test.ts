import { describe, expect, it } from 'vitest';
import { type Box, minutes, openBox } from './box.ts';
import { bootGroup, containerInstance, hookEnd } from './fleet.ts';

/** A second cluster `dev` beside `prod`, with a group `dev` in it. */
async function twoClusters(settings: Parameters<typeof openBox>[0] = {}) {
  const box = await openBox(settings);
  box.world.createCluster({ name: 'dev' });
  const [prod = ''] = await bootGroup(box, { desired: 1 });
  const [dev = ''] = await bootGroup(box, { name: 'dev', cluster: 'dev', desired: 1 });
  return { box, prod, dev };
}

async function tag(box: Box, cluster: string, tags: Readonly<Record<string, string>>): Promise<void> {
  await box.simulator.call('ecs', 'TagResource', {
    resourceArn: clusterArn(box, cluster),
    tags: Object.entries(tags).map(([key, value]) => ({ key: `ebbtide:${key}`, value })),
  });
}

function clusterArn(box: Box, cluster: string): string {
  const { region, accountId } = box.simulator.kernel.place;
  return `arn:aws:ecs:${region}:${accountId}:cluster/${cluster}`;
}

const CHANGING =
  /^(Update|Complete|Record|Deregister|Stop|Set|Terminate|Start|Run|Put(?!Item|Events)|Delete|Send(?!Message))/;

describe('the tags of a cluster', () => {
  it('set the deadline of its drains, and of no other cluster’s', async () => {
    const { box, prod, dev } = await twoClusters();
    await tag(box, 'dev', { 'drain-deadline-minutes': '10' });
    await box.run(minutes(6));
    for (const cluster of ['prod', 'dev']) box.world.runTask({ cluster, family: 'report', cpu: 256, memory: 256 });
    await box.run(minutes(1));

    for (const id of [prod, dev]) box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(13));

    expect(hookEnd(box, dev)).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
    expect(hookEnd(box, prod)).toBeUndefined();
  });

  it('set how long its agents may be away, and no other cluster’s', async () => {
    const { box, prod, dev } = await twoClusters();
    await tag(box, 'dev', { 'disconnected-alert-minutes': '30' });
    await box.run(minutes(6));

    for (const id of [prod, dev]) box.world.disconnectAgent(id);
    await box.run(minutes(20));
    expect(box.alerts().map(({ attributes }) => attributes.cluster)).toEqual(['prod']);

    await box.run(minutes(15));
    expect(box.alerts().map(({ attributes }) => attributes.cluster)).toContain('dev');
  });

  it('name groups that its drains do not wait for, in the characters that a tag may have', async () => {
    const { box, dev } = await twoClusters();
    await tag(box, 'dev', { 'non-blocking-groups': 'family:cache-@ -family:cache-store' });
    await box.run(minutes(6));
    box.world.runTask({ cluster: 'dev', family: 'cache-warmer', cpu: 64, memory: 64 });
    await box.run(minutes(1));

    box.world.terminateInstanceInGroup(dev, 'shrink');
    await box.run(minutes(8));
    expect(hookEnd(box, dev)).toMatchObject({ result: 'CONTINUE' });
    expect(box.alerts()).toEqual([]);
  });

  it('that contradict a setting are told, and the values of the stack hold', async () => {
    const { box, dev } = await twoClusters({ settings: { disconnectedReplaceMinutes: '20', outageCountMin: '5' } });
    await tag(box, 'dev', { 'disconnected-restart-minutes': '25' });
    await box.run(minutes(6));

    box.world.disconnectAgent(dev);
    await box.run(minutes(25));

    const [wrong] = box.alerts().filter(({ attributes }) => attributes.kind === 'configuration');
    expect(wrong?.message).toContain(
      'tag ebbtide:disconnected-restart-minutes is "25" and disconnectedReplaceMinutes is 20',
    );
    expect(box.calls('SendCommand')).toEqual([]);
    expect(box.calls('SetInstanceHealth')).not.toEqual([]);
  });

  it('that are wrong are told once, with what would be right, and once when they are put right', async () => {
    const { box, dev } = await twoClusters();
    await tag(box, 'dev', { 'drain-deadline-minutes': 'soon', mode: 'act' });
    await box.run(minutes(30));

    const [alert, ...others] = box.alerts();
    expect(others).toEqual([]);
    expect(alert?.attributes).toMatchObject({ kind: 'configuration', state: 'opened', cluster: 'dev' });
    expect(alert?.message).toContain('tag ebbtide:drain-deadline-minutes is "soon"; allowed: a whole number');

    // The stack's own deadline is in force meanwhile.
    box.world.runTask({ cluster: 'dev', family: 'report', cpu: 256, memory: 256 });
    await box.run(minutes(1));
    box.world.terminateInstanceInGroup(dev, 'shrink');
    await box.run(minutes(10));
    expect(hookEnd(box, dev)).toBeUndefined();

    await tag(box, 'dev', { 'drain-deadline-minutes': '90' });
    await box.run(minutes(30));
    const ofTags = box.alerts().filter(({ attributes }) => attributes.kind === 'configuration');
    expect(ofTags.map(({ attributes }) => attributes.state)).toEqual(['opened', 'resolved']);
  });

  it('that are wrong in another way are not told again, those that are wrong beside them are', async () => {
    const { box } = await twoClusters();
    const states = () => box.alerts().map(({ attributes }) => attributes.state);
    await tag(box, 'dev', { mode: 'dance' });
    await box.run(minutes(5));
    await tag(box, 'dev', { mode: 'sing' });
    await box.run(minutes(5));
    expect(states()).toEqual(['opened']);

    await tag(box, 'dev', { 'drain-deadlin': '5' });
    await box.run(minutes(5));
    expect(states()).toEqual(['opened', 'escalated']);
    expect(box.alerts()[1]?.message).toContain('"sing"');

    await box.simulator.call('ecs', 'UntagResource', {
      resourceArn: clusterArn(box, 'dev'),
      tagKeys: ['ebbtide:mode', 'ebbtide:drain-deadlin'],
    });
    await box.run(minutes(5));
    expect(states()).toEqual(['opened', 'escalated', 'resolved']);
  });

  it('let one cluster be watched only: nothing is changed there, and its neighbour is acted on', async () => {
    const { box, prod, dev } = await twoClusters();
    await tag(box, 'dev', { mode: 'observe' });
    await box.run(minutes(6));
    box.world.runTask({ cluster: 'dev', family: 'report', cpu: 256, memory: 256 });
    const from = box.calls().length;

    for (const id of [prod, dev]) box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(4));

    expect(hookEnd(box, prod)).toMatchObject({ by: { kind: 'caller' } });
    expect(containerInstance(box, dev).status).toBe('ACTIVE');
    const changing = box
      .calls()
      .slice(from)
      .filter(({ operation }) => CHANGING.test(operation));
    expect(changing.length).toBeGreaterThan(0);
    expect(JSON.stringify(changing)).not.toContain(dev);
    expect(JSON.stringify(changing)).not.toContain(containerInstance(box, dev).arn);
    expect(JSON.stringify(box.logs('would act'))).toContain(containerInstance(box, dev).arn);
  });
});
