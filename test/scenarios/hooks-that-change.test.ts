import { expect, it } from 'vitest';
import { minutes, openBox, redeploy } from './box.ts';
import { bootGroup, groupInstance, hookEnd, LAUNCH_HOOK, TERMINATE_HOOK, task } from './fleet.ts';

it('a hook whose heartbeat timeout was lowered minutes before is kept alive by the new one', async () => {
  const box = await openBox({ settings: { drainStalledMinutes: 'off' } });
  const [first = '', id = ''] = await bootGroup(box, {
    desired: 3,
    lifecycleHooks: [{ ...TERMINATE_HOOK, heartbeatTimeoutSeconds: 3_600 }],
  });
  box.world.terminateInstanceInGroup(first, 'shrink');
  await box.run(minutes(10));
  const report = box.world.runTask({ cluster: 'prod', family: 'report', cpu: 64, memory: 64, on: id });
  await box.run(minutes(1));

  box.world.putLifecycleHook('web', { ...TERMINATE_HOOK, heartbeatTimeoutSeconds: 300 });
  await box.run(minutes(5));
  box.world.terminateInstanceInGroup(id, 'shrink');
  await box.run(minutes(12));
  expect(hookEnd(box, id)).toBeUndefined();

  box.world.exitTask(report);
  await box.run(minutes(6));
  expect(task(box, report).containersEnd).not.toBe('host-gone');
  expect(hookEnd(box, id)).toMatchObject({ by: { kind: 'caller' } });
});

it('a hook that a new setting makes Ebbtide’s while ECS drains the instance is kept alive', async () => {
  const box = await openBox({ settings: { drainStalledMinutes: 'off', drainDeadlineMinutes: '240' } });
  const managed = { ...TERMINATE_HOOK, name: 'ecs-managed-draining-termination-hook', heartbeatTimeoutSeconds: 3_600 };
  const team = { ...TERMINATE_HOOK, name: 'team-drain', heartbeatTimeoutSeconds: 1_200 };
  const [id = ''] = await bootGroup(box, { desired: 1, lifecycleHooks: [managed, team] });
  box.world.runTask({ cluster: 'prod', family: 'report', cpu: 64, memory: 64, on: id });
  await box.run(minutes(1));

  box.world.setDesiredCapacity('web', 0);
  await box.run(minutes(3));
  redeploy(box, { lifecycleHooks: team.name });
  await box.run(minutes(30));

  const held = groupInstance(box, id).hooks.find(({ hook }) => hook === team.name);
  expect(held).toMatchObject({ hook: team.name });
  expect(held?.end).toBeUndefined();
});

it('the hooks of a group are read once for launches that follow one another, however old what is remembered of it', async () => {
  const box = await openBox();
  const [id = ''] = await bootGroup(box, { lifecycleHooks: [TERMINATE_HOOK, LAUNCH_HOOK] });
  box.world.terminateInstanceInGroup(id, 'shrink');
  await box.run(minutes(6));
  const reads = () =>
    box.calls('DescribeLifecycleHooks').filter(({ functionName }) => functionName.endsWith('lifecycleAction')).length;
  const before = reads();

  for (const desired of [2, 3, 4, 5]) {
    box.world.setDesiredCapacity('web', desired);
    await box.run(10_000);
  }

  expect(box.logs('launch action: wait').length).toBeGreaterThanOrEqual(4);
  expect(reads() - before).toBe(1);
});
