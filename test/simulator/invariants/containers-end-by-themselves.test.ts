import { expect, test } from 'vitest';
import { containersEndByThemselves } from '../../../simulator/invariants/containers-end-by-themselves.ts';
import type { Terms } from '../../../simulator/invariants/terms.ts';
import { HandMade, INSTANCE, TASK, TERMS, TWIN } from './hand-made.ts';

test('A container that goes down with a drained host is caught, though ECS believed its task STOPPED', () => {
  const story = new HandMade().registered().held().task('STOPPED').completes().after(1);
  const verdict = story.world(TASK, 'containers ended', { end: 'host-gone' }).judge(containersEndByThemselves(TERMS));
  expect(verdict.violation?.what).toContain('was still running');
});

test('A container that ends by itself, or goes down at the deadline, is as it ought to be', () => {
  const story = new HandMade().registered().held().task('STOPPING').world(TASK, 'containers ended', { end: 'exited' });
  const late = story.after(60).completes().world(TASK, 'containers ended', { end: 'host-gone' });
  expect(late.judge(containersEndByThemselves(TERMS))).toMatchObject({ checks: 2, violations: 0 });
});

test('A container whose registration was removed before any hook held the instance is known to nobody', () => {
  const orphaned = new HandMade().registered().task('RUNNING').registered(TWIN).world(INSTANCE, 'deregistered');
  const verdict = orphaned
    .after(1)
    .held()
    .task('STOPPED')
    .completes()
    .world(TASK, 'containers ended', { end: 'host-gone' });
  expect(verdict.judge(containersEndByThemselves(TERMS)).violations).toBe(0);
});

test('A container whose registration is removed while its instance drains is still waited for', () => {
  const drained = new HandMade().registered().task('RUNNING').held().registered(TWIN).world(INSTANCE, 'deregistered');
  const story = drained.task('STOPPED').after(1).completes();
  const verdict = story.world(TASK, 'containers ended', { end: 'host-gone' }).judge(containersEndByThemselves(TERMS));
  expect(verdict.violations).toBe(1);
});

test.each([
  ['an operator', 'by whose word it is an orphan', 'user', 0],
  ['a function', 'which had to wait for it', 'function', 1],
])('A container whose registration %s removed while its instance drains, %s', (_who, _why, kind, violations) => {
  const caller = { kind, functionName: 'ebbtide-prod-sweep', requestId: 'request-1' };
  const input = { cluster: 'shop', containerInstance: INSTANCE, force: true };
  const story = new HandMade()
    .registered()
    .task('RUNNING')
    .held()
    .world(INSTANCE, 'deregistered')
    .task('STOPPED')
    .add('call', { service: 'ecs', operation: 'DeregisterContainerInstance', caller, input })
    .completes()
    .world(TASK, 'containers ended', { end: 'host-gone' });
  expect(story.judge(containersEndByThemselves(TERMS)).violations).toBe(violations);
});

test('A container of a cluster that is not looked after is not waited for', () => {
  const staysOut: Terms = { ...TERMS, in: (name) => ({ ...TERMS, role: name === 'bank' ? 'stays out' : 'acts' }) };
  const left = TASK.replace('shop', 'bank');
  const story = new HandMade().registered().held().completes().world(left, 'containers ended', { end: 'host-gone' });
  expect(story.judge(containersEndByThemselves(staysOut)).checks).toBe(0);
  expect(story.judge(containersEndByThemselves(TERMS)).violations).toBe(1);
});

test('A container that ECS places on an instance which somebody sets ACTIVE right before its release is as it ought to be', () => {
  const terms: Terms = { ...TERMS, actsWithinMs: 60_000 };
  const openedFor = (minutes: number) =>
    new HandMade()
      .registered()
      .held()
      .world(INSTANCE, 'active again')
      .after(minutes)
      .completes()
      .task('RUNNING')
      .world(TASK, 'containers ended', { end: 'host-gone' })
      .judge(containersEndByThemselves(terms)).violations;
  expect(openedFor(0.5)).toBe(0);
  expect(openedFor(1.5)).toBe(1);
});
