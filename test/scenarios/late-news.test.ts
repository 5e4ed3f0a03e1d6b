import { expect, it } from 'vitest';
import { minutes, openBox, seconds } from './box.ts';
import { bootGroup, groupInstance, instancesOf, LAUNCH_HOOK } from './fleet.ts';

it('a launch hook that holds an instance from the pool is completed though only the event of its way into the pool comes, late', async () => {
  // The first comes when the hook holds the instance anew; the second never does.
  const delaysMs = [minutes(6)];
  const box = await openBox({
    deliveryFault: ({ event }) => (/launch Lifecycle/.test(event['detail-type']) ? delaysMs.splice(0) : [0]),
  });
  const warmPool = { minSize: 1, poolState: 'Stopped', reuseOnScaleIn: false } as const;
  await bootGroup(box, { desired: 0, lifecycleHooks: [LAUNCH_HOOK], warmPool });
  await box.run(seconds(40));
  box.world.setDesiredCapacity('web', 1);
  await box.run(minutes(5));

  const [id = ''] = instancesOf(box, 'web').filter((one) => groupInstance(box, one).lifecycleState === 'InService');
  const ends = groupInstance(box, id).hooks.map(({ end }) => end?.by.kind);
  expect(ends).toEqual(['caller', 'caller']);
  expect(box.alerts()).toEqual([]);
});
