import { expect, it } from 'vitest';
import type { CallAttempt } from '../../simulator/wire/wire.ts';
import { type BoxOptions, minutes, openBox, seconds } from './box.ts';
import {
  bootGroup,
  groupInstance,
  hookEnd,
  instancesOf,
  LAUNCH_HOOK,
  TERMINATE_HOOK,
  task as taskOf,
} from './fleet.ts';
import { now } from './interruption-fleet.ts';

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

/**
 * The terminate hook holds an instance that has been in the warm pool, and a task is on it. The event of this wait never
 * comes; that of the one before comes seconds after this one has begun.
 */
async function heldAnew(settings: BoxOptions['settings']) {
  const lateMs = minutes(8);
  const delaysMs = [lateMs];
  const box = await openBox({
    settings: { drainStalledMinutes: 'off', ...settings },
    deliveryFault: ({ event }) => (/terminate Lifecycle/.test(event['detail-type']) ? delaysMs.splice(0) : [0]),
  });
  const warmPool = { minSize: 0, poolState: 'Stopped', reuseOnScaleIn: true } as const;
  const lifecycleHooks = [{ ...TERMINATE_HOOK, heartbeatTimeoutSeconds: 120 }];
  const [id = ''] = await bootGroup(box, { desired: 1, lifecycleHooks, warmPool });
  const waits = () => groupInstance(box, id).hooks;

  box.world.setDesiredCapacity('web', 0);
  await box.run(minutes(4));
  expect(groupInstance(box, id).lifecycleState).toBe('Warmed:Stopped');
  box.world.setDesiredCapacity('web', 1);
  await box.run(minutes(3));
  const task = box.world.runTask({ cluster: 'prod', family: 'report', cpu: 64, memory: 64, on: id });
  const comesMs = (waits()[0]?.startedAtMs ?? 0) + lateMs;
  await box.run(comesMs - seconds(4) - now(box));
  box.world.setDesiredCapacity('web', 0);
  return { box, task, waits };
}

it('a terminate hook is kept alive, and its instance drained, though only the event of an earlier wait comes, late', async () => {
  const { box, task, waits } = await heldAnew({});
  await box.run(minutes(10));

  expect(waits().map(({ end }) => end?.by.kind)).toEqual(['caller', undefined]);
  box.world.exitTask(task);
  await box.run(minutes(4));
  expect(waits().map(({ end }) => end?.by.kind)).toEqual(['caller', 'caller']);
  expect(taskOf(box, task).containersEnd).not.toBe('host-gone');
});

it('a deadline that is reached is told of once, although the event of an earlier wait has come, late', async () => {
  const { box, waits } = await heldAnew({ drainDeadlineMinutes: '15' });
  await box.run(minutes(40));

  expect(box.alerts()).toHaveLength(1);
  expect(waits().map(({ end }) => end?.by.kind)).toEqual(['caller', 'caller']);
});

it('a terminate hook of half a minute is kept alive, although Auto Scaling once answers as it did before the hook began', async () => {
  const groups = { old: undefined as unknown, areOld: false, oldAnswers: 0 };
  /** Of all groups, as the sweep asks. */
  const isSweep = ({ operation, input }: Pick<CallAttempt, 'operation' | 'input'>) =>
    operation === 'DescribeAutoScalingGroups' && input.AutoScalingGroupNames === undefined;
  const box = await openBox({
    settings: { drainStalledMinutes: 'off' },
    onCall: (served) => {
      if (isSweep(served) && !groups.areOld) groups.old = structuredClone(served.output);
    },
    intercept: (attempt) => {
      if (!isSweep(attempt) || !groups.areOld || groups.oldAnswers > 0) return undefined;
      groups.oldAnswers += 1;
      return { effect: 'happens', staleOutput: groups.old };
    },
  });
  const lifecycleHooks = [{ ...TERMINATE_HOOK, heartbeatTimeoutSeconds: 30 }];
  const [id = ''] = await bootGroup(box, { desired: 1, lifecycleHooks });
  const task = box.world.runTask({ cluster: 'prod', family: 'report', cpu: 64, memory: 64, on: id });
  await box.run(minutes(1));

  // A quarter of a minute before the next sweep.
  const sweepMs = Date.parse(box.calls('DescribeAutoScalingGroups').at(-1)?.at ?? '');
  const sinceMs = now(box) - sweepMs;
  await box.run(sinceMs > seconds(45) ? seconds(105) - sinceMs : seconds(45) - sinceMs);
  groups.areOld = true;
  box.world.terminateInstanceInGroup(id, 'shrink');
  await box.run(minutes(6));

  expect(groups.oldAnswers).toBe(1);
  expect(hookEnd(box, id)).toBeUndefined();
  expect(taskOf(box, task).containersEnd).not.toBe('host-gone');
});

it('an instance that on-call was told of is not told of again as the event of its launch comes, late, and once as gone', async () => {
  const box = await openBox({
    settings: { launchDeadlineMinutes: '5', launchDeadlineResult: 'CONTINUE' },
    deliveryFault: ({ event }) => [/launch Lifecycle/.test(event['detail-type']) ? minutes(10) : 0],
  });
  // Another one holds the instance for longer.
  const other = { ...LAUNCH_HOOK, name: 'install-tools', heartbeatTimeoutSeconds: 3_600 };
  box.world.createAutoScalingGroup({
    name: 'web',
    cluster: 'prod',
    desired: 0,
    maxSize: 2,
    lifecycleHooks: [LAUNCH_HOOK, other],
  });
  box.world.breakNewAgents('web');
  box.world.setDesiredCapacity('web', 1);
  await box.run(minutes(20));
  const states = () => box.alerts().map(({ attributes }) => attributes.state);
  expect(states()).toEqual(['opened']);

  const [id = ''] = instancesOf(box, 'web');
  box.world.terminateInstanceInGroup(id, 'shrink');
  await box.run(minutes(5));
  expect(states()).toEqual(['opened', 'resolved']);
});

it('a drain that its deadline ended, and that the sweep alone had heard of, is not told of again as its event comes, late', async () => {
  const box = await openBox({
    settings: { drainDeadlineMinutes: '5', drainStalledMinutes: 'off' },
    deliveryFault: ({ event }) => [/terminate Lifecycle/.test(event['detail-type']) ? minutes(10) : 0],
  });
  const other = { ...TERMINATE_HOOK, name: 'backup-logs', heartbeatTimeoutSeconds: 3_600 };
  const [id = ''] = await bootGroup(box, { desired: 1, lifecycleHooks: [TERMINATE_HOOK, other] });
  box.world.runTask({ cluster: 'prod', family: 'report', cpu: 64, memory: 64, on: id });
  await box.run(minutes(1));

  box.world.setDesiredCapacity('web', 0);
  await box.run(minutes(20));

  expect(groupInstance(box, id).lifecycleState).toBe('Terminating:Wait');
  expect(box.alerts().map(({ subject }) => subject)).toEqual([expect.stringContaining('deadline')]);
});

it('what on-call was told of is told of as over when the instance is launched anew before any sweep has seen it leave', async () => {
  const sweeps = { areLost: false };
  const box = await openBox({
    settings: { launchDeadlineMinutes: '3', launchDeadlineResult: 'CONTINUE' },
    deliveryFault: ({ rule }) => (sweeps.areLost && rule.includes('Sweep') ? [] : [0]),
  });
  const warmPool = { minSize: 0, poolState: 'Stopped', reuseOnScaleIn: true } as const;
  const group = { name: 'web', cluster: 'prod', desired: 0, maxSize: 2, lifecycleHooks: [LAUNCH_HOOK], warmPool };
  box.world.createAutoScalingGroup(group);
  box.world.breakNewAgents('web');
  box.world.setDesiredCapacity('web', 1);
  await box.run(minutes(6));
  const [id = ''] = instancesOf(box, 'web');
  const states = () => box.alerts().map(({ attributes }) => attributes.state);
  expect(groupInstance(box, id).lifecycleState).toBe('InService');
  expect(states()).toEqual(['opened']);

  sweeps.areLost = true;
  box.world.setDesiredCapacity('web', 0);
  await box.run(minutes(6));
  box.world.setDesiredCapacity('web', 1);
  await box.run(minutes(3));
  sweeps.areLost = false;
  expect(groupInstance(box, id).hooks.length).toBeGreaterThan(1);
  await box.run(minutes(5));
  expect(states()).toEqual(['opened', 'resolved', 'opened']);
});
