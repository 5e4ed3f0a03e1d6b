import { describe, expect, it } from 'vitest';
import { minutes, openBox } from './box.ts';
import { bootGroup, containerInstance, TERMINATE_HOOK } from './fleet.ts';

/** An instance with a task, which a hook that lasts an hour holds by now. */
async function held() {
  const box = await openBox({ settings: { mode: 'observe', drainStalledMinutes: '5' } });
  const [id = ''] = await bootGroup(box, { lifecycleHooks: [{ ...TERMINATE_HOOK, heartbeatTimeoutSeconds: 3_600 }] });
  box.world.runTask({ cluster: 'prod', family: 'report', on: id });
  await box.run(minutes(2));
  box.world.terminateInstanceInGroup(id, 'shrink');
  return { box, id };
}

describe('where Ebbtide only observes, a drain', () => {
  it('that nobody has begun is not called stuck', async () => {
    const { box } = await held();

    await box.run(minutes(30));

    expect(box.alerts()).toEqual([]);
  });

  it('that somebody else has begun is, when it is', async () => {
    const { box, id } = await held();
    const { arn } = containerInstance(box, id);
    const input = { cluster: 'prod', containerInstances: [arn], status: 'DRAINING' };
    await box.simulator.call('ecs', 'UpdateContainerInstancesState', input);

    await box.run(minutes(30));

    expect(box.alerts().map(({ subject }) => subject)).toEqual([
      expect.stringMatching(/^\[observe\] .* is stuck, 1 task left$/),
    ]);
  });
});
