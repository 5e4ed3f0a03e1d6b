import { describe, expect, it } from 'vitest';
import type { CallAttempt } from '../../simulator/wire/wire.ts';
import { type Box, type BoxOptions, minutes, openBox, seconds } from './box.ts';
import {
  bootGroup,
  containerInstance,
  groupInstance,
  hookEnd,
  instancesOf,
  LAUNCH_HOOK,
  TERMINATE_HOOK,
  task,
} from './fleet.ts';
import { now } from './interruption-fleet.ts';
import { DENIED, outageOf } from './outage.ts';

/** A box with two clusters. While `refusal.isOn`, ECS tells Ebbtide nothing of `prod`, which it lists first; of `annex` it does. */
async function openRefusing({
  operations = /^(?!DescribeClusters$)/,
  ...options
}: BoxOptions & { operations?: RegExp } = {}) {
  const isRefused = ({ service, operation, input, caller }: CallAttempt) =>
    caller.kind === 'function' &&
    service === 'ecs' &&
    operations.test(operation) &&
    String(input.cluster).endsWith('/prod');
  const { outage: refusal, intercept } = outageOf(isRefused, DENIED);
  const box = await openBox({ ...options, settings: { drainStalledMinutes: 'off' }, intercept });
  box.world.createCluster({ name: 'annex' });
  return { box, refusal };
}

/** An instance with a task on it. */
async function withReport(box: Box, cluster: string) {
  const [id = ''] = await bootGroup(box, { desired: 1, cluster });
  const report = box.world.runTask({ cluster, family: 'report', cpu: 64, memory: 64, on: id });
  await box.run(minutes(1));
  return { id, report };
}

describe('while ECS refuses one cluster', () => {
  it('an instance of another one is drained', async () => {
    const { box, refusal } = await openRefusing();
    const { id, report } = await withReport(box, 'annex');

    refusal.isOn = true;
    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(3));
    expect(containerInstance(box, id).status).toBe('DRAINING');
    box.world.exitTask(report);
    await box.run(minutes(3));

    expect(hookEnd(box, id)).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
  });

  it('an instance that may be in it is not let go as one that is registered nowhere', async () => {
    const { box, refusal } = await openRefusing();
    const { id, report } = await withReport(box, 'prod');

    refusal.isOn = true;
    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(12));
    expect(hookEnd(box, id)).toBeUndefined();
    refusal.isOn = false;
    await box.run(minutes(3));
    expect(containerInstance(box, id).status).toBe('DRAINING');
    box.world.exitTask(report);
    await box.run(minutes(4));

    expect(hookEnd(box, id)).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
    expect(task(box, report).containersEnd).not.toBe('host-gone');
  });

  it('and only to set its instances DRAINING, those of another one are drained in the same look', async () => {
    const { box, refusal } = await openRefusing({
      operations: /^UpdateContainerInstancesState$/,
      deliveryFault: ({ event }) => (/terminate Lifecycle/.test(event['detail-type']) ? [] : [0]),
    });
    const refused = await bootGroup(box, { desired: 9 });
    const [id = ''] = await bootGroup(box, { name: 'other', desired: 1, cluster: 'annex' });

    await box.run(seconds(80) - (now(box) % minutes(1)));
    refusal.isOn = true;
    for (const each of [...refused, id]) box.world.terminateInstanceInGroup(each, 'shrink');
    await box.run(minutes(1));

    expect(containerInstance(box, id).status).toBe('DRAINING');
  });

  it('what changed in another one at the same moment is looked at, and is no dead letter', async () => {
    const { box, refusal } = await openRefusing({ deliveryFault: ({ rule }) => (/Sweep/.test(rule) ? [] : [0]) });
    const [refused = ''] = await bootGroup(box, { desired: 1 });
    const [id = ''] = await bootGroup(box, { name: 'other', desired: 1, cluster: 'annex' });
    refusal.isOn = true;

    for (const each of [refused, id]) box.world.disconnectAgent(each, { cause: 'unreachable' });
    await box.run(minutes(25));

    const suspected = box.logs('agent: suspect').map((line) => line.containerInstance);
    expect(new Set(suspected)).toEqual(new Set([containerInstance(box, id).arn]));
    const dead = box.deadLetters().map(({ body }) => String(body));
    expect(dead.filter((body) => body.includes('/prod/'))).not.toEqual([]);
    expect(dead.filter((body) => body.includes('/annex/'))).toEqual([]);
  });

  it('somebody else ending the hook of another one, whose agent is silent, is seen', async () => {
    const { box, refusal } = await openRefusing({
      deliveryFault: ({ event }) => (/EC2 Instance State/.test(event['detail-type']) ? [] : [0]),
    });
    const { id } = await withReport(box, 'annex');
    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(1));

    refusal.isOn = true;
    box.world.disconnectAgent(id, { cause: 'unreachable' });
    await box.run(minutes(4));
    await box.simulator.call('autoscaling', 'CompleteLifecycleAction', {
      AutoScalingGroupName: 'web',
      LifecycleHookName: TERMINATE_HOOK.name,
      InstanceId: id,
      LifecycleActionResult: 'CONTINUE',
    });
    await box.run(minutes(4));

    expect(box.alerts().map(({ subject }) => subject)).toEqual([expect.stringContaining('ended without Ebbtide')]);
  });

  it('a Spot Instance of another one is drained within its two minutes', async () => {
    const { box, refusal } = await openRefusing();
    const [id = ''] = await bootGroup(box, { desired: 1, cluster: 'annex', spot: true, lifecycleHooks: [] });

    refusal.isOn = true;
    box.world.interruptSpot(id);
    await box.run(seconds(60));

    expect(containerInstance(box, id).status).toBe('DRAINING');
  });

  it('an instance that a launch hook holds is let in to another one', async () => {
    const { box, refusal } = await openRefusing();
    refusal.isOn = true;
    const group = { name: 'new', cluster: 'annex', desired: 0, maxSize: 2, lifecycleHooks: [LAUNCH_HOOK] };
    box.world.createAutoScalingGroup(group);
    box.world.setDesiredCapacity('new', 1);
    await box.run(minutes(4));

    const [id = ''] = instancesOf(box, 'new');
    expect(groupInstance(box, id).hooks[0]?.end).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
  });
});
