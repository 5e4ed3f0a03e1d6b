import { expect, test } from 'vitest';
import { nothingIsHeldForNothing } from '../../../simulator/invariants/nothing-is-held-for-nothing.ts';
import { EC2, HandMade, INSTANCE, TERMS } from './hand-made.ts';

const judge = (story: HandMade, blocks = true) =>
  story.judge(nothingIsHeldForNothing({ ...TERMS, blocks: () => blocks }));
const draining = () => new HandMade().registered().task('RUNNING').held().after(1).world(INSTANCE, 'draining');
const ended = (story: HandMade, by = 'caller') =>
  story.world(EC2, 'lifecycle action ended', { hook: 'ebbtide-terminate', by: { kind: by } });

test('A hook that ends soon after its last task is as it ought to be, however long the task took', () => {
  expect(judge(ended(draining().after(50).task('STOPPED').after(2)))).toMatchObject({ checks: 1, violations: 0 });
});

test('One that is held long after its last task is caught', () => {
  const late = ended(draining().after(5).task('STOPPED').after(10));
  expect(judge(late).violation?.what).toContain(`${EC2} was held for 10 min with nothing left that blocks`);
});

test('Tasks that do not block hold nothing for long', () => {
  expect(judge(ended(draining().after(10)), false).violations).toBe(1);
  expect(judge(ended(draining().after(3)), false).violations).toBe(0);
});

test('Tasks that block only by the settings before, or after, are waited for as long as that may be right', () => {
  const either = { ...TERMS, blocks: () => false, mayBlock: () => true };
  expect(ended(draining().after(10)).judge(nothingIsHeldForNothing(either)).checks).toBe(0);
});

test('What nobody can know to be over is not judged: the agent was away, another task came, the hook expired', () => {
  const silent = draining().task('STOPPED').world(INSTANCE, 'agent disconnected');
  expect(judge(ended(silent.after(10))).checks).toBe(0);
  const again = draining().task('STOPPED').after(8).task('RUNNING').after(8).task('STOPPED').after(1);
  expect(judge(ended(again)).violations).toBe(0);
  expect(judge(ended(draining().task('STOPPED').after(60), 'heartbeat-timeout')).checks).toBe(0);
});
