import { describe, expect, it } from 'vitest';
import { AwsError } from '../../simulator/wire/aws-error.ts';
import { type Box, minutes, openBox, seconds } from './box.ts';
import { bootGroup, containerInstance, groupInstance, hookEnd, LAUNCH_HOOK, TERMINATE_HOOK, task } from './fleet.ts';
import { outageOf } from './outage.ts';

/** A lone instance, whose standalone task blocks its drain for as long as it runs. */
async function blocked(options: Parameters<typeof openBox>[0] = {}, group: Parameters<typeof bootGroup>[1] = {}) {
  const box = await openBox(options);
  const [id = ''] = await bootGroup(box, { desired: 1, ...group });
  const arn = box.world.runTask({ cluster: 'prod', family: 'report', cpu: 64, memory: 64, on: id });
  await box.run(minutes(1));
  return { box, id, arn };
}

function registrationsOf(box: Box, ec2InstanceId: string) {
  return box.views.containerInstances().filter((instance) => instance.ec2InstanceId === ec2InstanceId);
}

function completeHook(box: Box, InstanceId: string, LifecycleActionResult: 'CONTINUE' | 'ABANDON') {
  const action = { AutoScalingGroupName: 'web', LifecycleHookName: TERMINATE_HOOK.name, InstanceId };
  return box.simulator.call('autoscaling', 'CompleteLifecycleAction', { ...action, LifecycleActionResult });
}

function told(box: Box): string[] {
  return box.alerts().map(({ attributes: { kind, severity, state } }) => `${kind} ${severity} ${state}`);
}

describe('an instance that lives on after its terminate hook', () => {
  it.each(['Stopped', 'Running'] as const)(
    'in a warm pool, %s, is ACTIVE again once it is back in service',
    async (poolState) => {
      const box = await openBox();
      const ids = await bootGroup(box, { desired: 2, warmPool: { minSize: 0, poolState, reuseOnScaleIn: true } });
      box.world.createService({ cluster: 'prod', name: 'web', desiredCount: 2, cpu: 256, memory: 256 });
      await box.run(minutes(2));

      box.world.setDesiredCapacity('web', 1);
      await box.run(minutes(12));
      const pooled = ids.find((id) => groupInstance(box, id).lifecycleState === `Warmed:${poolState}`) ?? '';
      expect(hookEnd(box, pooled)).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
      expect(containerInstance(box, pooled).status).toBe('DRAINING');

      box.world.setDesiredCapacity('web', 2);
      await box.run(minutes(8));

      expect(groupInstance(box, pooled).lifecycleState).toBe('InService');
      expect(containerInstance(box, pooled)).toMatchObject({ status: 'ACTIVE', agentConnected: true });
      expect(box.views.tasks().map(({ containersEnd }) => containersEnd)).not.toContain('host-gone');
      expect(box.alerts()).toEqual([]);
    },
  );

  it('on its way into a warm pool is drained, and its hook completed, when its event is lost', async () => {
    const box = await openBox({
      deliveryFault: ({ event }) => (event['detail-type'].includes('Lifecycle Action') ? [] : [0]),
    });
    const ids = await bootGroup(box, {
      desired: 2,
      warmPool: { minSize: 0, poolState: 'Stopped', reuseOnScaleIn: true },
    });
    box.world.createService({ cluster: 'prod', name: 'web', desiredCount: 4, cpu: 256, memory: 256 });
    await box.run(minutes(2));
    // The state does not tell whether this one holds the instance.
    box.world.putLifecycleHook('web', LAUNCH_HOOK);
    box.world.setDesiredCapacity('web', 1);
    await box.run(minutes(12));

    const pooled = ids.find((id) => groupInstance(box, id).lifecycleState === 'Warmed:Stopped') ?? '';
    expect(hookEnd(box, pooled)).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
    expect(box.views.tasks().map(({ containersEnd }) => containersEnd)).not.toContain('host-gone');
    expect(box.alerts()).toEqual([]);
    expect(box.deadLetters()).toEqual([]);
  });

  it('with a new root volume is registered anew, and its old registration is removed', async () => {
    const box = await openBox();
    const [id = ''] = await bootGroup(box, { desired: 2 });
    const { arn: old } = containerInstance(box, id);

    box.world.replaceRootVolume(id);
    await box.run(minutes(30));

    const [first, second] = registrationsOf(box, id);
    expect(first).toMatchObject({ arn: old, status: 'INACTIVE' });
    expect(second).toMatchObject({ status: 'ACTIVE', agentConnected: true });
    expect(hookEnd(box, id)).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
    expect(box.alerts()).toEqual([]);
  });

  it('with a new root volume, and its agent with its data on another, is ACTIVE again under the registration that it had', async () => {
    const box = await openBox();
    const [id = ''] = await bootGroup(box, { desired: 2, agentDataVolume: 'own' });

    box.world.replaceRootVolume(id);
    await box.run(minutes(10));

    expect(registrationsOf(box, id)).toMatchObject([{ status: 'ACTIVE', agentConnected: true }]);
    expect(hookEnd(box, id)).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
    expect(box.alerts()).toEqual([]);
  });

  it('is drained again when its root volume is replaced once more, whose events are lost, and not while others hold it', async () => {
    const box = await openBox({
      deliveryFault: ({ event }) => (event['detail-type'].includes('Lifecycle Action') ? [] : [0]),
    });
    const backup = { ...TERMINATE_HOOK, name: 'backup-logs' };
    const [id = ''] = await bootGroup(box, { desired: 2, lifecycleHooks: [TERMINATE_HOOK, backup] });
    const drains = () => box.logs('terminate action: drain').length;
    const ownHooks = () => groupInstance(box, id).hooks.filter(({ hook }) => hook === TERMINATE_HOOK.name);

    box.world.replaceRootVolume(id);
    await box.run(minutes(4));
    expect(groupInstance(box, id).lifecycleState).toBe('ReplacingRootVolume:Wait');
    expect(box.logs('drain: release')).toHaveLength(1);
    await box.run(minutes(4));
    expect(groupInstance(box, id).lifecycleState).toBe('InService');
    const before = drains();
    box.world.replaceRootVolume(id);
    await box.run(minutes(4));

    expect(drains()).toBeGreaterThan(before);
    expect(ownHooks().map(({ end }) => end?.by.kind)).toEqual(['caller', 'caller']);
  });

  it('and is terminated while its root volume is being replaced is drained anew, with a deadline of its own', async () => {
    const settings = { drainDeadlineMinutes: '10', drainStalledMinutes: '5' };
    const { outage, intercept } = outageOf(
      ({ caller }) => caller.kind === 'function' && caller.functionName.endsWith('-sweep'),
    );
    const { box, id } = await blocked({ settings, intercept });

    box.world.replaceRootVolume(id);
    await box.run(minutes(9));
    outage.isOn = true;
    await box.run(minutes(2));
    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(1));
    outage.isOn = false;
    await box.run(minutes(6));

    expect(groupInstance(box, id).lifecycleState).toBe('Terminating:Wait');
    expect(told(box)).toEqual(['drain warning opened', 'drain info resolved', 'drain warning opened']);
    await box.run(minutes(5));
    expect(box.logs('drain: release').map(({ reason }) => reason)).toEqual(['deadline']);
    expect(told(box).slice(3)).toEqual(['drain critical escalated']);
  });

  it.each(['RESTORE', 'ABANDON'])(
    'kept by its group after %s at the deadline is ACTIVE again, and on-call told that it is billed',
    async (drainDeadlineResult) => {
      const settings = { drainDeadlineResult, drainDeadlineMinutes: '10', drainStalledMinutes: 'off' };
      const { box, id, arn } = await blocked({ settings }, { retention: 'retain' });

      box.world.terminateInstanceInGroup(id, 'shrink');
      await box.run(minutes(15));

      expect(groupInstance(box, id).lifecycleState).toBe('Terminating:Retained');
      expect(containerInstance(box, id).status).toBe('ACTIVE');
      expect(task(box, arn).lastStatus).toBe('RUNNING');
      expect(told(box)).toEqual(['drain critical opened']);
      expect(box.alerts()[0]?.message).toContain('billed');
    },
  );

  it('not kept by its group goes after RESTORE as after CONTINUE', async () => {
    const settings = { drainDeadlineResult: 'RESTORE', drainDeadlineMinutes: '10', drainStalledMinutes: 'off' };
    const { box, id } = await blocked({ settings });

    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(15));

    expect(hookEnd(box, id)).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
    expect(groupInstance(box, id).lifecycleState).toBe('Terminated');
  });

  it('kept by its group because somebody else abandoned the hook is ACTIVE again', async () => {
    const { box, id } = await blocked({}, { retention: 'retain' });

    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(3));
    expect(containerInstance(box, id).status).toBe('DRAINING');
    await completeHook(box, id, 'ABANDON');
    await box.run(minutes(3));

    expect(groupInstance(box, id).lifecycleState).toBe('Terminating:Retained');
    expect(containerInstance(box, id).status).toBe('ACTIVE');
  });
});

describe('a drain that others end', () => {
  it('by completing its hook is over, and whoever was told that it is stuck is told so', async () => {
    const { box, id } = await blocked({ settings: { drainStalledMinutes: '5' } });

    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(7));
    expect(told(box)).toEqual(['drain warning opened']);
    await completeHook(box, id, 'CONTINUE');
    await box.run(minutes(5));

    expect(told(box).at(-1)).toMatch(/^drain \w+ resolved$/);
    expect(box.alerts()).toHaveLength(2);
    expect(box.calls('CompleteLifecycleAction').filter(({ error }) => error === undefined)).toEqual([]);
    expect(box.deadLetters()).toEqual([]);
  });

  it('by letting its hook expire, as no heartbeat gets through, is told with the tasks that went along', async () => {
    const { box, id, arn } = await blocked({
      intercept: ({ operation }) =>
        operation === 'RecordLifecycleActionHeartbeat'
          ? { effect: 'none', answer: new AwsError('ServiceUnavailable', 'try later', { status: 503 }) }
          : undefined,
    });

    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(12));

    expect(hookEnd(box, id)?.by).toMatchObject({ kind: 'heartbeat-timeout' });
    expect(told(box)).toEqual(['drain critical opened']);
    expect(box.alerts()[0]?.message).toContain(arn.slice(arn.lastIndexOf('/') + 1));
  });

  it('by terminating its EC2 instance is over at once, and the tasks that it took along are named', async () => {
    const { box, id, arn } = await blocked();

    box.world.terminateInstanceInGroup(id, 'replace');
    await box.run(minutes(3));
    box.world.terminateInstance(id);
    const gone = () => box.views.ec2Instances().find((each) => each.ec2InstanceId === id)?.state === 'terminated';
    for (let second = 0; second < 300 && !gone(); second++) await box.run(seconds(1));
    const goneAtMs = box.simulator.kernel.clock.now();
    await box.run(minutes(5));

    expect(box.alerts()).toHaveLength(1);
    expect(box.alerts()[0]?.message).toContain(arn.slice(-32));
    expect(Date.parse(box.alerts()[0]?.at ?? '') - goneAtMs).toBeLessThan(seconds(10));
    expect(told(box)).toEqual(['drain warning notice']);
    expect(box.logs('drain: release').map(({ reason }) => reason)).toEqual(['terminated']);
  });
});
