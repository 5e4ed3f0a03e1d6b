import { expect, test } from 'vitest';
import { FAULT_KINDS, type FaultKind } from '../../../cli/campaign/fault-mix.ts';
import { createFaults, strikeByBoth } from '../../../cli/campaign/faults.ts';
import { drawPlan } from '../../../cli/campaign/plan.ts';
import { STALE_MS_MAX, StaleReads } from '../../../cli/campaign/stale-reads.ts';
import type { EventEnvelope } from '../../../simulator/services/event-bridge/bus.ts';
import type { CallAttempt } from '../../../simulator/wire/wire.ts';

const attempt = (operation: string, requestId = 'request', service = 'ecs'): CallAttempt => ({
  service,
  operation,
  requestId: 'call',
  input: { cluster: 'shop' },
  caller: { kind: 'function', functionName: 'sweep', roleArn: 'arn', requestId },
});

const always = (kind: FaultKind) =>
  createFaults({ rates: { [kind]: 1 } }, { seed: 1, now: () => 0, kill: () => undefined, tables: () => new Map() });

test('Each kind of fault is off in about half of the seeds', () => {
  const plans = Array.from({ length: 300 }, (_, seed) => drawPlan(seed));
  for (const kind of FAULT_KINDS) {
    const off = plans.filter(({ faults }) => faults.rates[kind] === 0).length;
    expect(off, kind).toBeGreaterThan(110);
    expect(off, kind).toBeLessThan(190);
  }
});

test('In some seeds no event comes at all, or no page of a list is full, and most of what is on strikes now and then', () => {
  const plans = Array.from({ length: 300 }, (_, seed) => drawPlan(seed));
  const withAlways = FAULT_KINDS.filter((kind) => plans.some(({ faults }) => faults.rates[kind] === 1));
  expect(withAlways).toEqual(['shortPage', 'eventLost']);
  const lost = plans.flatMap(({ faults: { rates } }) => (rates.eventLost ? [rates.eventLost] : []));
  expect(lost.filter((rate) => rate < 1).length).toBeGreaterThan(lost.length / 2);
});

test('A function that hangs hears nothing from then on, whatever it calls, and others do', () => {
  const faults = createFaults(
    { rates: {}, only: ['hung sweep ecs:ListTasks #1'] },
    { seed: 1, now: () => 0, kill: () => undefined, tables: () => new Map() },
  );
  expect(faults.intercept(attempt('ListTasks'))?.extraLatencyMs).toBeGreaterThan(900_000);
  expect(faults.intercept(attempt('DescribeTasks'))?.extraLatencyMs).toBeGreaterThan(900_000);
  expect(faults.intercept(attempt('DescribeTasks', 'another'))).toBeUndefined();
});

test('A stale read answers what the same read answered some seconds ago, and nothing older', () => {
  let nowMs = 0;
  const reads = new StaleReads(() => nowMs);
  const answered = (output: object) => reads.remember({ ...attempt('ListTasks'), output, error: undefined });
  answered({ taskArns: ['old'] });
  nowMs = 5_000;
  answered({ taskArns: ['new'] });
  expect(reads.answer(attempt('ListTasks'))).toEqual({ effect: 'happens', staleOutput: { taskArns: ['old'] } });
  expect(reads.answer(attempt('ListServices'))).toBeUndefined();
  nowMs = STALE_MS_MAX + 1;
  expect(reads.answer(attempt('ListTasks'))).toBeUndefined();
});

test('Only reads of ECS and Auto Scaling are stale, and only conditional writes meet a twin', () => {
  const stale = always('stale');
  stale.intercept(attempt('StopTask'));
  stale.intercept(attempt('GetItem', 'request', 'dynamodb'));
  expect(stale.counts().stale).toBe(0);
  const conflict = always('conflict');
  conflict.intercept(attempt('PutItem', 'request', 'dynamodb'));
  expect(conflict.counts().conflict).toBe(0);
});

test('A short page is asked of what pages, and nothing else of the request is changed', () => {
  const faults = always('shortPage');
  expect(faults.intercept(attempt('ListTasks'))).toEqual({
    effect: 'happens',
    input: { cluster: 'shop', maxResults: 1 },
  });
  expect(faults.intercept(attempt('DescribeTasks'))).toBeUndefined();
  expect(faults.counts().shortPage).toBe(1);
});

const event = (fields: object): EventEnvelope => ({
  version: '0',
  id: 'id',
  account: '111122223333',
  region: 'eu-central-1',
  time: '2026-01-05T08:00:00Z',
  source: 'aws.ecs',
  'detail-type': 'ECS Task State Change',
  resources: [],
  detail: {},
  ...fields,
});
const delivery = (fields: object) => ({ event: event(fields), rule: 'rule', target: 'queue' });

test('Sweeps are lost by a kind of their own, and what nobody can read always arrives', () => {
  expect(always('eventLost').deliveryFault(delivery({}))).toEqual([]);
  expect(always('eventLost').deliveryFault(delivery({ source: 'aws.events' }))).toEqual([0]);
  expect(always('sweepLost').deliveryFault(delivery({ source: 'aws.events' }))).toEqual([]);
  expect(always('eventLost').deliveryFault(delivery({ detail: { unreadable: 'mark' } }))).toEqual([0]);
});

test('Where two strike the same delivery, what one loses is lost, delays add up, and each copy meets the other', () => {
  const strike = (one: readonly number[], other: readonly number[]) =>
    strikeByBoth(
      () => one,
      () => other,
    )(delivery({}));
  expect(strike([0], [0])).toEqual([0]);
  expect(strike([], [0, 60])).toEqual([]);
  expect(strike([5], [])).toEqual([]);
  expect(strike([5], [0, 60])).toEqual([5, 65]);
  expect(strike([0, 7], [60])).toEqual([60, 67]);
});
