import { describe, expect, it } from 'vitest';
import { type Box, type BoxOptions, minutes, openBox, redeploy } from './box.ts';
import { bootGroup, hookEnd, TERMINATE_HOOK, tagCluster } from './fleet.ts';
import { isEcs, outageOf } from './outage.ts';

/** A drain that a standalone task keeps from ending, of an instance that its group lets go now. */
async function longDrain(options: BoxOptions = {}, heartbeatTimeoutSeconds = 300): Promise<{ box: Box; id: string }> {
  const box = await openBox(options);
  const [id = ''] = await bootGroup(box, { lifecycleHooks: [{ ...TERMINATE_HOOK, heartbeatTimeoutSeconds }] });
  box.world.runTask({ cluster: 'prod', family: 'report', cpu: 64, memory: 64, on: id });
  await box.run(minutes(1));
  box.world.terminateInstanceInGroup(id, 'shrink');
  return { box, id };
}

const said = (box: Box): unknown[] => box.alerts().map(({ attributes }) => attributes.severity);

describe('a drain has as long as the settings say now', () => {
  it('when a tag of its cluster gives it more time, and then less', async () => {
    const { box, id } = await longDrain({ settings: { drainDeadlineMinutes: '20', drainStalledMinutes: 'off' } });
    await box.run(minutes(10));

    await tagCluster(box, { 'drain-deadline-minutes': '60' });
    await box.run(minutes(30));
    expect(hookEnd(box, id)).toBeUndefined();
    expect(said(box)).toEqual([]);
    await tagCluster(box, { 'drain-deadline-minutes': '30' });
    await box.run(minutes(7));
    expect(hookEnd(box, id)).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
    expect(said(box)).toEqual(['critical']);
  });

  it('when the stack is deployed anew', async () => {
    const { box, id } = await longDrain();
    await box.run(minutes(20));

    redeploy(box, { drainDeadlineMinutes: '15' });
    await box.run(minutes(2));

    expect(hookEnd(box, id)).toMatchObject({ by: { kind: 'caller' } });
  });

  it('and no longer than its hook lasts', async () => {
    const { box, id } = await longDrain({ settings: { drainDeadlineMinutes: '20' } }, 30);
    await box.run(minutes(10));

    redeploy(box, { drainDeadlineMinutes: '90' });
    await box.run(minutes(35));
    expect(hookEnd(box, id)).toBeUndefined();
    await box.run(minutes(5));

    expect(hookEnd(box, id)).toMatchObject({ by: { kind: 'caller' } });
    expect(said(box)).toContain('critical');
  });

  it('as they were at the last look that could read them', async () => {
    const { outage, intercept } = outageOf(isEcs);
    // No heartbeat, with which it would be written down anyway, is due for half an hour.
    const { box, id } = await longDrain({ settings: { drainDeadlineMinutes: '20' }, intercept }, 3_600);
    await box.run(minutes(2));
    await tagCluster(box, { 'drain-deadline-minutes': '40' });
    await box.run(minutes(10));

    outage.isOn = true;
    box.simulator.lambda.recycle();
    await box.run(minutes(25));
    expect(hookEnd(box, id)).toBeUndefined();
    await box.run(minutes(10));
    expect(hookEnd(box, id)).toMatchObject({ by: { kind: 'caller' } });
  });
});
