import { describe, expect, it } from 'vitest';
import { environmentName } from '../../shared/config/config.ts';
import { ConnectionLost } from '../../simulator/wire/http.ts';
import { minutes, openBox, seconds } from './box.ts';
import { bootGroup, containerInstance, groupInstance, hookEnd, TERMINATE_HOOK, task as taskOf } from './fleet.ts';
import { announce, endsOf, now, spotFleet, told } from './interruption-fleet.ts';

describe('drains, found by reading: ', () => {
  it('P8 spared alert is resolved when on-call terminates it in its group, which has a hook', async () => {
    const { box, id } = await spotFleet({ settings: { interruptionSpared: 'alert' } });
    box.world.interruptSpot(id, { comesTrue: false });
    await box.run(minutes(20));
    expect(told(box)).toEqual(['interruption warning opened']);
    box.world.terminateInstanceInGroup(id, 'replace');
    await box.run(minutes(10));
    expect(hookEnd(box, id)).toMatchObject({ by: { kind: 'caller' } });
    expect(told(box)).toEqual(['interruption warning opened', 'interruption info resolved']);
  });

  it('P1 a hook whose heartbeat timeout was lowered a quarter of an hour ago does not expire', async () => {
    const box = await openBox({ settings: { drainStalledMinutes: 'off' } });
    const ids = await bootGroup(box, {
      desired: 3,
      lifecycleHooks: [{ ...TERMINATE_HOOK, heartbeatTimeoutSeconds: 3_600 }],
    });
    box.world.terminateInstanceInGroup(ids[0] ?? '', 'shrink');
    await box.run(minutes(10));
    const [, id = ''] = ids;
    const arn = box.world.runTask({ cluster: 'prod', family: 'report', cpu: 64, memory: 64, on: id });
    await box.run(minutes(1));
    box.world.putLifecycleHook('web', { ...TERMINATE_HOOK, heartbeatTimeoutSeconds: 300 });
    await box.run(minutes(5));
    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(12));
    expect(hookEnd(box, id)).toBeUndefined();
    box.world.exitTask(arn);
    await box.run(minutes(6));
    expect(taskOf(box, arn).containersEnd).not.toBe('host-gone');
    expect(hookEnd(box, id)).toMatchObject({ by: { kind: 'caller' } });
  });

  it('P2 a Spot drain whose function is killed right before it sets the instance DRAINING', async () => {
    let opened: { simulator: { lambda: { kill(id: string): void } } } | undefined;
    let kills = 0;
    const { box, id, tasks } = await (async () => {
      const box = await openBox({
        intercept: ({ operation, caller }) => {
          if (operation === 'UpdateContainerInstancesState' && kills === 0 && caller.kind === 'function') {
            kills += 1;
            opened?.simulator.lambda.kill((caller as unknown as { requestId: string }).requestId);
            return { effect: 'none', answer: new ConnectionLost() };
          }
          return undefined;
        },
      });
      opened = box as never;
      const ids = await bootGroup(box, { desired: 2, spot: true, lifecycleHooks: [] });
      box.world.createService({ cluster: 'prod', name: 'web', desiredCount: 4, cpu: 256, memory: 256 });
      await box.run(minutes(2));
      const id = ids[0] ?? '';
      const tasks = box.views
        .tasks()
        .filter((t) => t.ec2InstanceId === id)
        .map((t) => t.arn);
      return { box, id, tasks };
    })();
    expect(tasks.length).toBeGreaterThan(0);
    box.world.interruptSpot(id);
    await box.run(minutes(8));
    expect(kills).toBe(1);
    expect(endsOf(box, tasks)).not.toContain('host-gone');
  });

  it('P3 an instance that somebody had set DRAINING stays so after a Spot stop', async () => {
    const { box, id } = await spotFleet({ lifecycleHooks: [] });
    box.world.suspendProcesses('web', ['HealthCheck', 'ReplaceUnhealthy']);
    const { arn } = containerInstance(box, id);
    await box.simulator.call('ecs', 'UpdateContainerInstancesState', {
      cluster: 'prod',
      containerInstances: [arn],
      status: 'DRAINING',
    });
    await box.run(minutes(2));
    box.world.interruptSpot(id, { action: 'stop' });
    await box.run(minutes(15));
    box.world.startInstance(id);
    await box.run(minutes(6));
    expect(containerInstance(box, id)).toMatchObject({ arn, status: 'DRAINING', agentConnected: true });
  });

  it('P4 the second hook of ours, whose event is lost, is kept alive as well', async () => {
    const other = { ...TERMINATE_HOOK, name: 'ebbtide-second', defaultResult: 'ABANDON' } as const;
    const box = await openBox({
      settings: { drainStalledMinutes: 'off', lifecycleHooks: 'ebbtide-*' },
      deliveryFault: ({ event }) => (JSON.stringify(event.detail).includes('ebbtide-second') ? [] : [0]),
    });
    const [id = ''] = await bootGroup(box, { desired: 1, lifecycleHooks: [TERMINATE_HOOK, other] });
    const arn = box.world.runTask({ cluster: 'prod', family: 'report', cpu: 64, memory: 64, on: id });
    await box.run(minutes(1));
    box.world.setDesiredCapacity('web', 0);
    await box.run(minutes(9));
    expect(groupInstance(box, id).hooks.map(({ end }) => end)).toEqual([undefined, undefined]);
    expect(taskOf(box, arn).containersEnd).not.toBe('host-gone');
  });

  it('P5 at the deadline an instance goes, though the event of an earlier wait had come late', async () => {
    const lateMs = minutes(8);
    const delaysMs = [lateMs];
    const box = await openBox({
      settings: { drainStalledMinutes: 'off', drainDeadlineMinutes: '15' },
      deliveryFault: ({ event }) => (/terminate Lifecycle/.test(event['detail-type']) ? delaysMs.splice(0) : [0]),
    });
    const warmPool = { minSize: 0, poolState: 'Stopped', reuseOnScaleIn: true } as const;
    const lifecycleHooks = [{ ...TERMINATE_HOOK, heartbeatTimeoutSeconds: 120 }];
    const [id = ''] = await bootGroup(box, { desired: 1, lifecycleHooks, warmPool });
    const waits = () => groupInstance(box, id).hooks;
    box.world.setDesiredCapacity('web', 0);
    await box.run(minutes(4));
    box.world.setDesiredCapacity('web', 1);
    await box.run(minutes(3));
    box.world.runTask({ cluster: 'prod', family: 'report', cpu: 64, memory: 64, on: id });
    const comesMs = (waits()[0]?.startedAtMs ?? 0) + lateMs;
    await box.run(comesMs - seconds(4) - box.simulator.kernel.clock.now());
    box.world.setDesiredCapacity('web', 0);
    await box.run(minutes(40));
    expect(box.alerts().length).toBe(1);
  });

  it('P6 a change that is put off after the drain has begun is drained for again', async () => {
    const { box, id } = await spotFleet({ spot: false, settings: { scheduledChangeLeadMinutes: '15' } });
    const detach = { InstanceIds: [id], AutoScalingGroupName: 'web', ShouldDecrementDesiredCapacity: true };
    await box.simulator.call('autoscaling', 'DetachInstances', detach);
    const at = (ms: number) => new Date(now(box) + ms).toUTCString();
    announce(box, id, { startTime: at(minutes(20)) });
    await box.run(minutes(12));
    expect(containerInstance(box, id).status).toBe('DRAINING');
    const startMs = now(box) + minutes(600);
    announce(box, id, { startTime: new Date(startMs).toUTCString() });
    await box.run(minutes(200));
    await box.run(startMs - minutes(5) - now(box));
    expect(containerInstance(box, id).status).toBe('DRAINING');
  });

  it('P6b a change that is called off after the drain has begun is undone', async () => {
    const { box, id } = await spotFleet({ spot: false, settings: { scheduledChangeLeadMinutes: '2880' } });
    const detach = { InstanceIds: [id], AutoScalingGroupName: 'web', ShouldDecrementDesiredCapacity: true };
    await box.simulator.call('autoscaling', 'DetachInstances', detach);
    const startTime = new Date(now(box) + minutes(2_000)).toUTCString();
    announce(box, id, { startTime });
    await box.run(minutes(12));
    expect(containerInstance(box, id).status).toBe('DRAINING');
    announce(box, id, { startTime, statusCode: 'closed' });
    await box.run(minutes(120));
    expect(containerInstance(box, id).status).toBe('ACTIVE');
  });

  it('P7 a Spot interruption of an instance whose agent registered anew while it drained is told once', async () => {
    const { box, id } = await spotFleet({ settings: { drainStalledMinutes: 'off' } });
    box.world.runTask({ cluster: 'prod', family: 'report', cpu: 64, memory: 64, on: id });
    await box.run(minutes(1));
    box.world.terminateInstanceInGroup(id, 'replace');
    await box.run(minutes(1));
    box.world.reRegisterAgent(id);
    await box.run(minutes(3));
    box.world.interruptSpot(id);
    await box.run(minutes(10));
    expect(box.alerts()).toHaveLength(1);
  });

  it('P2b a Spot drain of which ECS does not change the instance at first (failures)', async () => {
    let left = 2;
    const box = await openBox({
      intercept: ({ operation, caller, input }) => {
        if (operation !== 'UpdateContainerInstancesState' || caller.kind !== 'function' || left-- <= 0)
          return undefined;
        const arn = (input as { containerInstances: string[] }).containerInstances[0];
        return {
          effect: 'none',
          answer: { containerInstances: [], failures: [{ arn, reason: 'SERVICE_BUSY' }] },
        } as never;
      },
    });
    const ids = await bootGroup(box, { desired: 2, spot: true, lifecycleHooks: [] });
    box.world.createService({ cluster: 'prod', name: 'web', desiredCount: 4, cpu: 256, memory: 256 });
    await box.run(minutes(2));
    const id = ids[0] ?? '';
    const tasks = box.views
      .tasks()
      .filter((t) => t.ec2InstanceId === id)
      .map((t) => t.arn);
    box.world.interruptSpot(id);
    await box.run(minutes(8));
    expect(endsOf(box, tasks)).not.toContain('host-gone');
  });

  it('P8b what on-call was told of as spared is over when a Spot interruption takes the instance after all', async () => {
    const { box, id } = await spotFleet({
      settings: { interruptionSpared: 'alert', rebalance: 'drain' },
      lifecycleHooks: [],
    });
    box.world.rebalanceRecommendation(id);
    await box.run(minutes(70));
    expect(told(box)).toEqual(['interruption warning opened']);
    box.world.interruptSpot(id);
    await box.run(minutes(10));
    expect(told(box).filter((one) => one.endsWith('resolved'))).toHaveLength(1);
  });

  it('P3b a second Spot stop before it is back does not make it somebody else who set it DRAINING', async () => {
    const { box, id } = await spotFleet({ lifecycleHooks: [] });
    box.world.suspendProcesses('web', ['HealthCheck', 'ReplaceUnhealthy']);
    box.world.interruptSpot(id, { action: 'stop' });
    await box.run(minutes(15));
    box.world.startInstance(id);
    await box.run(seconds(5));
    expect(containerInstance(box, id).status).toBe('DRAINING');
    box.world.interruptSpot(id, { comesTrue: false });
    await box.run(minutes(20));
    expect(containerInstance(box, id).status).toBe('ACTIVE');
  });

  it('P11 a scheduled change that comes while the instance is on its way back leaves nothing DRAINING', async () => {
    const box = await openBox({ settings: { scheduledChangeLeadMinutes: '15' } });
    const ids = await bootGroup(box, {
      desired: 2,
      warmPool: { minSize: 0, poolState: 'Stopped', reuseOnScaleIn: true },
    });
    box.world.setDesiredCapacity('web', 1);
    await box.run(minutes(8));
    const id = ids.find((one) => groupInstance(box, one).lifecycleState === 'Warmed:Stopped') ?? '';
    expect(containerInstance(box, id).status).toBe('DRAINING');
    announce(box, id, { startTime: new Date(now(box) + minutes(20)).toUTCString() });
    await box.run(minutes(30));
    box.world.setDesiredCapacity('web', 2);
    await box.run(minutes(160));
    expect(containerInstance(box, id).status).toBe('ACTIVE');
  });

  it.each([30, 60, 120])(
    'P10 a hook of %i s outlives one old answer of DescribeAutoScalingGroups',
    async (heartbeatTimeoutSeconds) => {
      let old: unknown;
      let isOld = false;
      let struck = 0;
      const box = await openBox({
        settings: { drainStalledMinutes: 'off' },
        onCall: ({ operation, output, input }) => {
          if (operation === 'DescribeAutoScalingGroups' && !isOld && !JSON.stringify(input).includes('Names'))
            old = structuredClone(output);
        },
        intercept: ({ operation, input }) => {
          if (operation !== 'DescribeAutoScalingGroups' || !isOld || old === undefined || struck > 0) return undefined;
          if (JSON.stringify(input).includes('Names')) return undefined;
          struck += 1;
          return { effect: 'happens', staleOutput: old } as never;
        },
      });
      const [id = ''] = await bootGroup(box, {
        desired: 1,
        lifecycleHooks: [{ ...TERMINATE_HOOK, heartbeatTimeoutSeconds }],
      });
      const arn = box.world.runTask({ cluster: 'prod', family: 'report', cpu: 64, memory: 64, on: id });
      await box.run(minutes(1));
      const sweepAt = box.calls('DescribeAutoScalingGroups').at(-1)?.at ?? '';
      // 15 s before the next sweep
      let next = Date.parse(sweepAt) + minutes(1);
      while (next - seconds(15) < now(box)) next += minutes(1);
      await box.run(next - seconds(15) - now(box));
      isOld = true;
      box.world.terminateInstanceInGroup(id, 'shrink');
      await box.run(minutes(6));
      expect(struck).toBe(1);
      expect(hookEnd(box, id)).toBeUndefined();
      expect(taskOf(box, arn).containersEnd).not.toBe('host-gone');
    },
  );

  it.each(['later first', 'sooner first'])(
    'P13 a later change is drained for after the sooner one was called off (%s)',
    async (order) => {
      const { box, id } = await spotFleet({ spot: false, settings: { scheduledChangeLeadMinutes: '15' } });
      const detach = { InstanceIds: [id], AutoScalingGroupName: 'web', ShouldDecrementDesiredCapacity: true };
      await box.simulator.call('autoscaling', 'DetachInstances', detach);
      const startMs = now(box) + minutes(200);
      const later = { startTime: new Date(startMs).toUTCString() };
      const sooner = {
        startTime: new Date(now(box) + minutes(100)).toUTCString(),
        eventArn: 'arn:aws:health:eu-west-1::event/EC2/sooner',
      };
      for (const change of order === 'later first' ? [later, sooner] : [sooner, later]) {
        announce(box, id, change);
        await box.run(minutes(2));
      }
      announce(box, id, { ...sooner, statusCode: 'closed' });
      await box.run(startMs - minutes(5) - now(box));
      expect(containerInstance(box, id).status).toBe('DRAINING');
    },
  );

  it('P9 a hook that becomes ours while ECS drains the instance is kept alive and completed', async () => {
    const box = await openBox({ settings: { drainStalledMinutes: 'off', drainDeadlineMinutes: '240' } });
    const managed = {
      ...TERMINATE_HOOK,
      name: 'ecs-managed-draining-termination-hook',
      heartbeatTimeoutSeconds: 3_600,
    } as const;
    const team = { ...TERMINATE_HOOK, name: 'team-drain', heartbeatTimeoutSeconds: 1_200 } as const;
    const [id = ''] = await bootGroup(box, { desired: 1, lifecycleHooks: [managed, team] });
    box.world.runTask({ cluster: 'prod', family: 'report', cpu: 64, memory: 64, on: id });
    await box.run(minutes(1));
    box.world.setDesiredCapacity('web', 0);
    await box.run(minutes(3));
    for (const { arn: fn, environment } of box.simulator.lambda.functions()) {
      box.simulator.lambda.configure(fn, { ...environment, [environmentName('lifecycleHooks')]: 'team-drain' });
    }
    await box.run(minutes(30));
    expect(groupInstance(box, id).hooks.find(({ hook }) => hook === 'team-drain')?.end).toBeUndefined();
  });
});
