import { describe, expect, it } from 'vitest';
import { minutes, openBox } from './box.ts';
import { bootGroup, hookEnd, instancesOf } from './fleet.ts';

const CHANGES = ['CompleteLifecycleAction', 'RecordLifecycleActionHeartbeat'];

describe('an instance that never registered, of a group of which nothing is remembered', () => {
  it.each([
    ['others of it are in an observed cluster', {}, 1],
    ['its tag names an observed cluster', { 'ebbtide:cluster': 'stage' }, 0],
  ])('is let go by nobody where %s', async (_, tags, settled) => {
    const box = await openBox({ settings: { unregisteredMinutes: 'off' } });
    box.world.createCluster({ name: 'stage', tags: { 'ebbtide:mode': 'observe' } });
    await bootGroup(box, { cluster: 'stage', desired: settled, tags });
    box.world.breakNewAgents('web');
    box.world.setDesiredCapacity('web', settled + 1);
    await box.run(minutes(3));
    const isRegistered = (id: string) => box.views.containerInstances().some((one) => one.ec2InstanceId === id);
    const id = instancesOf(box, 'web').find((one) => !isRegistered(one)) ?? '';

    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(4));

    expect(hookEnd(box, id)).toBeUndefined();
    expect(box.logs('would act').map(({ effect }) => effect)).toContainEqual(
      expect.objectContaining({ operation: 'CompleteLifecycleAction', subject: id }),
    );
    expect(box.calls(...CHANGES)).toEqual([]);
  });
});
