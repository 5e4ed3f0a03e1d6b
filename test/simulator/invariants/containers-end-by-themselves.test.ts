import { expect, test } from 'vitest';
import { containersEndByThemselves } from '../../../simulator/invariants/containers-end-by-themselves.ts';
import { HandMade, TASK, TERMS } from './hand-made.ts';

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
