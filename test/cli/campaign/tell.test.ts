import { expect, test } from 'vitest';
import { drawPlan } from '../../../cli/campaign/plan.ts';
import { Tally } from '../../../cli/campaign/tally.ts';
import { tellEntry } from '../../../cli/campaign/tell/entry-text.ts';
import { tellPlan } from '../../../cli/campaign/tell/plan-text.ts';
import { tellTally } from '../../../cli/campaign/tell/tally-text.ts';
import { answerOf } from './answers.ts';

const at = '2026-01-05T08:15:03.250Z';

test('a call is told with its caller, its answer and the fault that struck it', () => {
  const line = tellEntry({
    at,
    kind: 'call',
    service: 'ecs',
    operation: 'ListTasks',
    caller: { kind: 'function', functionName: 'ebbtide-prod-sweep' },
    input: { cluster: 'arn:aws:ecs:eu-central-1:111122223333:cluster/prod' },
    fault: { effect: 'none', answer: 'ThrottlingException' },
  });
  expect(line).toBe(
    '08:15:03.250  sweep calls ecs:ListTasks cluster prod ->  [fault: ThrottlingException, effect none]',
  );
});

test('a decision is told without what every log line has', () => {
  const line = { level: 'INFO', message: 'drain: wait', timestamp: at, decision: 'wait', xray_trace_id: '1-2' };
  const told = tellEntry({ at, kind: 'log', function: 'ebbtide-prod-sweep', line });
  expect(told).toBe('08:15:03.250  sweep logs "drain: wait" decision wait');
});

test('a change in the fleet is told with the instance that it happened on', () => {
  const subject = 'arn:aws:ecs:eu-central-1:111122223333:task/prod/4c59';
  const told = tellEntry({ at, kind: 'world', subject, change: 'containers ended', ec2InstanceId: 'i-1', end: 'exit' });
  expect(told).toBe('08:15:03.250  4c59 on i-1: containers ended end exit');
});

test('a plan without anything says so', () => {
  const plan = { ...drawPlan(1), clusters: [], settings: {}, redeployed: {}, undocumented: {}, pushes: [] };
  expect(tellPlan({ ...plan, faults: { rates: { killed: 0 } }, troubleMinutes: 3 })).toEqual([
    'settings: the defaults',
    'all heals after 3 minutes',
    'faults: none',
  ]);
});

test('the report adds up faults, pushes and instance-hours, and names the seeds that failed in the same way', () => {
  const tally = new Tally();
  const push = { atMs: 0, push: 'lose a zone', seed: 1 };
  for (const seed of [7, 8]) {
    const plan = { ...drawPlan(seed), pushes: [push, push] };
    tally.add(plan, answerOf(plan, { isPending: 'a hook is not released' }));
  }
  const told = tellTally(tally, { playingMs: 4_000, inAllMs: 90_000 }).join('\n');
  expect(told).toContain('2 seeds in 4.0 s, 0.50 a second');
  expect(told).toContain('With making failures smaller: 90 s in all.');
  expect(told).toContain('10 instance-hours');
  expect(told).toContain('Pushes: lose a zone 4.');
  expect(told).toContain('liveness: a hook is not released (seeds 7, 8)');
});
