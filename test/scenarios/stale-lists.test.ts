import { expect, it } from 'vitest';
import { minutes, openBox } from './box.ts';
import { bootGroup, hookEnd, TERMINATE_HOOK, task } from './fleet.ts';

it('an instance that ECS lists a moment too late is drained, not let go as one that is registered nowhere', async () => {
  const lists = { areOld: false, oldAnswers: 0 };
  const box = await openBox({
    settings: { drainStalledMinutes: 'off' },
    intercept: ({ operation, input, caller }) => {
      const isFinding = operation === 'ListContainerInstances' && /ec2InstanceId in/.test(String(input.filter));
      if (!lists.areOld || !isFinding || caller.kind !== 'function') return undefined;
      lists.oldAnswers += 1;
      return { effect: 'happens', staleOutput: { containerInstanceArns: [] } };
    },
  });
  const [id = ''] = await bootGroup(box, { desired: 1 });
  const report = box.world.runTask({ cluster: 'prod', family: 'report', cpu: 64, memory: 64, on: id });
  await box.run(minutes(1));

  lists.areOld = true;
  box.world.terminateInstanceInGroup(id, 'shrink');
  for (let second = 0; second < 70 && lists.oldAnswers === 0; second++) await box.run(1_000);
  await box.run(5_000);
  lists.areOld = false;
  await box.run(minutes(8));
  expect(hookEnd(box, id)).toBeUndefined();
  box.world.exitTask(report);
  await box.run(minutes(4));

  expect(task(box, report).containersEnd).toBe('exited');
  expect(hookEnd(box, id)).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
});

it.each([30, 300])(
  'an instance that is registered nowhere is let go within a minute, its hook of %i s kept until then',
  async (heartbeatTimeoutSeconds) => {
    const box = await openBox();
    const lifecycleHooks = [{ ...TERMINATE_HOOK, heartbeatTimeoutSeconds, defaultResult: 'ABANDON' as const }];
    box.world.createAutoScalingGroup({ name: 'web', cluster: 'prod', desired: 0, maxSize: 2, lifecycleHooks });
    box.world.breakNewAgents('web');
    box.world.setDesiredCapacity('web', 1);
    await box.run(minutes(3));
    const [{ ec2InstanceId: id } = { ec2InstanceId: '' }] = box.views.groupInstances();

    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(1));

    expect(hookEnd(box, id)).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
  },
);
