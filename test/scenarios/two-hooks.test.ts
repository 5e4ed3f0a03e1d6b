import { expect, it } from 'vitest';
import { minutes, openBox } from './box.ts';
import { bootGroup, groupInstance, TERMINATE_HOOK, task } from './fleet.ts';

it('a second terminate hook of Ebbtide’s, whose event is lost, is kept alive with the first', async () => {
  const second = { ...TERMINATE_HOOK, name: 'ebbtide-second', defaultResult: 'ABANDON' } as const;
  const box = await openBox({
    settings: { drainStalledMinutes: 'off', lifecycleHooks: 'ebbtide-*' },
    deliveryFault: ({ event }) => (JSON.stringify(event.detail).includes(second.name) ? [] : [0]),
  });
  const [id = ''] = await bootGroup(box, { desired: 1, lifecycleHooks: [TERMINATE_HOOK, second] });
  const report = box.world.runTask({ cluster: 'prod', family: 'report', cpu: 64, memory: 64, on: id });
  await box.run(minutes(1));

  box.world.setDesiredCapacity('web', 0);
  await box.run(minutes(9));

  expect(groupInstance(box, id).hooks.map(({ end }) => end)).toEqual([undefined, undefined]);
  expect(task(box, report).containersEnd).not.toBe('host-gone');
});
