import { describe, expect, it } from 'vitest';
import { AwsError } from '../../simulator/wire/aws-error.ts';
import { type Box, type BoxOptions, type CallEntry, minutes, openBox } from './box.ts';
import { bootGroup, containerInstance, groupInstance, hookEnd } from './fleet.ts';

/** A group of twice as many instances as leave, with a service whose tasks are on all of them. */
async function fleet(leaving: number, options: BoxOptions = {}): Promise<{ box: Box; ids: string[] }> {
  const box = await openBox(options);
  const all = await bootGroup(box, { desired: leaving * 2, maxSize: leaving * 2 });
  box.world.createService({ cluster: 'prod', name: 'web', desiredCount: leaving * 5, cpu: 128, memory: 128 });
  await box.run(minutes(8));
  return { box, ids: all.slice(0, leaving) };
}

/** What must hold of every instance of a storm, however hard it blew. */
function expectAllDrained(box: Box, ids: readonly string[]): void {
  const ends = ids.map((id) => hookEnd(box, id));
  expect(ends.filter((end) => end?.result !== 'CONTINUE' || end.by.kind !== 'caller')).toEqual([]);
  const left = new Set(ids);
  const killed = box.views.tasks().filter((task) => left.has(task.ec2InstanceId) && task.containersEnd === 'host-gone');
  expect(killed).toEqual([]);
  expect(box.alerts()).toEqual([]);
  expect(box.deadLetters()).toEqual([]);
}

/** The container instances that calls to set DRAINING name: of those that were answered, or of all. */
function named(calls: readonly CallEntry[]): string[] {
  return calls.flatMap(({ input }) => input.containerInstances as string[]);
}

describe('a storm of terminations', () => {
  it('of 120 instances at once is drained in batches of ten, within the request budgets, in minutes', async () => {
    const { box, ids } = await fleet(120);
    const before = box.calls().length;

    const startedMs = box.simulator.kernel.clock.now();
    for (const id of ids) box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(6));

    expectAllDrained(box, ids);
    const lastMs = Math.max(...ids.map((id) => hookEnd(box, id)?.atMs ?? Number.POSITIVE_INFINITY));
    expect(lastMs - startedMs).toBeLessThan(minutes(3));

    const calls = box.calls().slice(before);
    const of = (...operations: string[]) => calls.filter(({ operation }) => operations.includes(operation));
    const updates = of('UpdateContainerInstancesState');
    expect(Math.max(...updates.map(({ input }) => (input.containerInstances as string[]).length))).toBe(10);
    expect(updates.length).toBeLessThan(30);
    // Hardly any is set DRAINING twice: an event and the sweep may meet.
    expect(named(updates).length).toBeLessThan(150);
    expect(of('ListContainerInstances').length).toBeLessThan(40);
    expect(of('DescribeAutoScalingInstances').length).toBeLessThan(40);
    // A last look is three reads, and two kinds of event may ask for it.
    expect(of('ListTasks', 'DescribeTasks').length).toBeLessThan(120 * 9);
    expect(of('CompleteLifecycleAction').length).toBeLessThan(120 * 2);
    const throttled = calls.filter(({ error }) => error?.code === 'ThrottlingException');
    expect(throttled.length).toBeLessThan(of('ListTasks', 'DescribeTasks', 'DescribeContainerInstances').length / 8);
  });

  it('whose calls are throttled for two minutes is late, and complete', async () => {
    let isThrottled = false;
    const refused: string[] = [];
    const { box, ids } = await fleet(30, {
      intercept: ({ service, operation, caller }) => {
        if (caller.kind !== 'function' || !isThrottled) return undefined;
        if (service !== 'ecs' && service !== 'autoscaling') return undefined;
        refused.push(operation);
        const code = service === 'ecs' ? 'ThrottlingException' : 'Throttling';
        return { effect: 'none', answer: new AwsError(code, 'Rate exceeded') };
      },
    });

    isThrottled = true;
    for (const id of ids) box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(2));
    isThrottled = false;
    await box.run(minutes(18));

    expect(refused.length).toBeGreaterThan(0);
    expectAllDrained(box, ids);
    expect(ids.map((id) => groupInstance(box, id).lifecycleState)).toEqual(ids.map(() => 'Terminated'));
  });

  it('of which every event comes twice sets no instance DRAINING twice for it, and ends each hook once', async () => {
    const { box, ids } = await fleet(30, { deliveryFault: () => [0, 15_000] });
    const before = box.calls().length;

    for (const id of ids) box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(8));

    expectAllDrained(box, ids);
    const updates = box
      .calls('UpdateContainerInstancesState')
      .filter((call) => box.calls().indexOf(call) >= before && call.error === undefined);
    const arns = ids.map((id) => containerInstance(box, id).arn);
    expect(named(updates).filter((arn) => arns.includes(arn)).length).toBeLessThan(ids.length * 1.3);
    const completed = box.calls('CompleteLifecycleAction').filter(({ error }) => error === undefined);
    expect(completed.length).toBe(ids.length);
  });
});
