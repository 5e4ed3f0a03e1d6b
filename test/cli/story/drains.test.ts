import { expect, test } from 'vitest';
import { type Drain, type DrainStep, Drains, lagMsOf } from '../../../cli/story/drains.ts';
import type { Fact } from '../../../simulator/invariants/facts.ts';
import { Ledger } from '../../../simulator/invariants/ledger.ts';

const EC2 = 'i-00000000000000001';
const INSTANCE = 'container-instance/shop/a';
type Untimed = Fact extends infer One ? (One extends Fact ? Omit<One, 'atMs'> : never) : never;

const registration = (change: 'registered' | 'draining'): Untimed => ({
  kind: 'registration',
  containerInstanceArn: INSTANCE,
  ec2InstanceId: EC2,
  change,
});
const task = (taskArn: string, lastStatus: string, desiredStatus = 'STOPPED'): Untimed => ({
  kind: 'task',
  taskArn,
  containerInstanceArn: INSTANCE,
  group: 'service:checkout',
  lastStatus,
  desiredStatus,
});
const HOOK: Untimed = {
  kind: 'terminate action',
  token: 'token',
  hook: 'ebbtide-terminate',
  group: 'shop-web',
  ec2InstanceId: EC2,
};
const call = (operation: string, errorCode?: string): Untimed => ({
  kind: 'call',
  service: 'autoscaling',
  operation,
  functionName: 'ebbtide-prod-sweep',
  input: { LifecycleActionToken: 'token', LifecycleActionResult: 'CONTINUE' },
  errorCode,
});

/** Plays facts a second apart. */
function follow(...facts: Untimed[]): { drain: Drain | undefined; steps: DrainStep[] } {
  const ledger = new Ledger();
  const drains = new Drains(ledger, (hook) => hook.startsWith('ebbtide-'));
  const steps = facts.flatMap((untimed, second) => {
    const fact = { ...untimed, atMs: second * 1_000 } as Fact;
    ledger.record(fact);
    return drains.record(fact)?.step ?? [];
  });
  return { drain: drains.all[0], steps };
}

const TWO_TASKS = [registration('registered'), task('t1', 'RUNNING', 'RUNNING'), task('t2', 'RUNNING', 'RUNNING')];

test('A drain goes from its hook over the last STOPPED task to its completion, each step told once', () => {
  const { drain, steps } = follow(
    ...TWO_TASKS,
    HOOK,
    registration('draining'),
    task('t1', 'STOPPING'),
    task('t2', 'STOPPING'),
    call('RecordLifecycleActionHeartbeat'),
    task('t1', 'STOPPED'),
    call('RecordLifecycleActionHeartbeat'),
    task('t2', 'DEPROVISIONING'),
    task('t2', 'STOPPED'),
    call('CompleteLifecycleAction'),
  );
  expect(steps).toEqual(['hook', 'draining', 'counted out', 'first heartbeat', 'last task stopped', 'completed']);
  expect(drain).toMatchObject({
    hookAtMs: 3_000,
    countedOutAtMs: 6_000,
    lastStoppedAtMs: 11_000,
    heartbeats: 2,
    left: 0,
  });
  expect(drain && lagMsOf(drain)).toBe(1_000);
});

test('An instance that is let go with a task on it has no lag', () => {
  const { drain } = follow(...TWO_TASKS, HOOK, task('t1', 'STOPPED'), call('CompleteLifecycleAction'));
  expect(drain).toMatchObject({ left: 1, result: 'CONTINUE' });
  expect(drain && lagMsOf(drain)).toBeUndefined();
});

test('A completion that Auto Scaling refuses, or that comes again, changes nothing', () => {
  const facts = [...TWO_TASKS, HOOK, call('CompleteLifecycleAction', 'ValidationError')];
  expect(follow(...facts).steps).toEqual(['hook']);
  expect(follow(...facts, call('CompleteLifecycleAction'), call('CompleteLifecycleAction')).steps).toEqual([
    'hook',
    'completed',
  ]);
});

test('A hook of others is no drain', () => {
  expect(follow({ ...HOOK, hook: 'backup-logs' } as Untimed).drain).toBeUndefined();
});
