import { expect, test } from 'vitest';
import { measureCalls } from '../../../cli/measures/calls.ts';
import type { Drain } from '../../../cli/story/drains.ts';
import { Trace } from '../../../simulator/kernel/trace.ts';

const START_MS = Date.UTC(2026, 0, 5, 8);

function drainOf(ec2InstanceId: string, hookAtMs = START_MS): Drain {
  return {
    ec2InstanceId,
    group: 'shop-web',
    token: `token-${ec2InstanceId}`,
    hookAtMs,
    drainingAtMs: undefined,
    countedOutAtMs: undefined,
    lastStoppedAtMs: undefined,
    completedAtMs: undefined,
    result: undefined,
    left: 0,
    heartbeats: 0,
    taskArns: new Set([`task-of-${ec2InstanceId}`]),
    registrationArns: new Set([`registration-of-${ec2InstanceId}`]),
  };
}

const DRAINS = [drainOf('i-a'), drainOf('i-b')];

/** Invocations of functions, each with the inputs of its calls. */
function traceOf(...invocations: [functionName: string, ...inputs: object[]][]) {
  const trace = new Trace(() => START_MS);
  for (const [index, [name, ...inputs]] of invocations.entries()) {
    const functionName = `ebbtide-prod-${name}`;
    const requestId = `request-${index}`;
    trace.add('invocation', { function: functionName, requestId, phase: 'start' });
    for (const input of inputs) {
      const caller = { kind: 'function', functionName, requestId };
      trace.add('call', { service: 'ecs', operation: 'ListTasks', caller, input });
    }
  }
  return trace.entries;
}

test.each([
  ['the instance', { ids: ['i-a'] }],
  ['its registration', { containerInstance: 'registration-of-i-a' }],
  ['its tasks', { tasks: ['task-of-i-a'] }],
  ['its lifecycle action', { LifecycleActionToken: 'token-i-a' }],
  ['its incident', { Item: { id: { S: 'drain#registration-of-i-a' } } }],
])('A call that names %s concerns the drain', (_what, input) => {
  expect(measureCalls(traceOf(['taskStopped', input]), DRAINS).perDrain).toEqual([1, 0]);
});

test('A call for two drained instances counts half to each', () => {
  expect(measureCalls(traceOf(['lifecycleAction', { ids: ['i-a', 'i-b'] }]), DRAINS).perDrain).toEqual([0.5, 0.5]);
});

test('A call that names none is shared by those that the same invocation names', () => {
  const { perDrain } = measureCalls(traceOf(['lifecycleAction', { ids: ['i-a', 'i-b'] }, { group: 'shop' }]), DRAINS);
  expect(perDrain).toEqual([1, 1]);
});

test('In a sweep, what names no drain is part of what sweeps cost anyway', () => {
  const measured = measureCalls(traceOf(['sweep', { all: true }, { ids: ['i-b'] }], ['sweep', { all: true }]), DRAINS);
  expect(measured.perDrain).toEqual([0, 1]);
  expect(measured.sweep).toEqual({ sweeps: 2, standingCalls: 1, quiet: [{ operation: 'ecs:ListTasks', calls: 1 }] });
});

test('A call before the hook concerns no drain yet', () => {
  const later = [drainOf('i-a', START_MS + 1)];
  const measured = measureCalls(traceOf(['containerInstanceChange', { id: 'i-a' }]), later);
  expect([measured.perDrain, measured.otherEvents]).toEqual([[0], 1]);
});

test('No call is lost: drains, sweeps and other events add up to all of them', () => {
  const trace = traceOf(
    ['taskStopped', { id: 'i-a' }, {}],
    ['sweep', {}, {}],
    ['containerInstanceChange', { id: 'i-z' }],
  );
  const { total, perDrain, sweep, otherEvents } = measureCalls(trace, DRAINS);
  expect(total).toBe(5);
  expect((perDrain[0] ?? 0) + sweep.standingCalls * sweep.sweeps + otherEvents).toBe(5);
});

test('Calls of operators and of AWS itself are not counted', () => {
  const trace = new Trace(() => START_MS);
  trace.add('call', { service: 'ecs', operation: 'RunTask', caller: { kind: 'operator', name: 'alice' }, input: {} });
  expect(measureCalls(trace.entries, DRAINS).total).toBe(0);
});
