import { expect, test } from 'vitest';
import { releasedWhenStopped } from '../../../simulator/invariants/released-when-stopped.ts';
import type { Terms } from '../../../simulator/invariants/terms.ts';
import { HandMade, INSTANCE, MINUTE, TERMS, TWIN } from './hand-made.ts';

const draining = () => new HandMade().registered().task('RUNNING').held();

test('A hook that is completed once the last task is STOPPED is as it ought to be', () => {
  const verdict = draining()
    .after(2)
    .task('STOPPING')
    .after(1)
    .task('STOPPED')
    .completes()
    .judge(releasedWhenStopped(TERMS));
  expect(verdict).toMatchObject({ checks: 1, violations: 0, violation: undefined });
});

test.each(['PENDING', 'RUNNING', 'DEACTIVATING', 'STOPPING', 'DEPROVISIONING'])(
  'A hook that is completed under a task that is %s is caught, with the task and the trace',
  (status) => {
    const { violation } = draining().after(2).task(status).completes().judge(releasedWhenStopped(TERMS));
    expect(violation?.what).toBe(`i-00000000000000001 was let go with service:checkout ${status}`);
    expect(violation?.excerpt.at(-1)).toMatchObject({ kind: 'event' });
  },
);

test('The deadline lets an instance go with tasks, and not a minute before', () => {
  expect(draining().after(60).completes().judge(releasedWhenStopped(TERMS)).violations).toBe(0);
  expect(draining().after(59).completes().judge(releasedWhenStopped(TERMS)).violations).toBe(1);
});

test('Lost contact lets an instance go with tasks, but not an agent that came back in between', () => {
  const lost = (story: HandMade) => story.world(INSTANCE, 'agent disconnected');
  expect(lost(draining()).after(15).completes().judge(releasedWhenStopped(TERMS)).violations).toBe(0);
  const back = lost(draining()).after(8).world(INSTANCE, 'agent connected').world(INSTANCE, 'agent disconnected');
  expect(back.after(8).completes().judge(releasedWhenStopped(TERMS)).violations).toBe(1);
});

test('A call that was answered with an error has completed nothing', () => {
  const refused = draining().completes('ebbtide-terminate', { code: 'ValidationError', message: 'No active action' });
  expect(refused.judge(releasedWhenStopped(TERMS)).checks).toBe(0);
});

test('A task that an agent left in a cluster which is not looked after, when it moved, is not waited for', () => {
  const left = INSTANCE.replace('shop', 'bank');
  const moved = () => new HandMade().registered(left).task('RUNNING', left).registered().held().completes();
  const staysOut: Terms = { ...TERMS, in: (name) => ({ ...TERMS, role: name === 'bank' ? 'stays out' : 'acts' }) };
  expect(moved().judge(releasedWhenStopped(staysOut)).violations).toBe(0);
  const mayStayOut: Terms = { ...TERMS, in: (name) => ({ ...TERMS, mayStayOut: name === 'bank' }) };
  expect(moved().judge(releasedWhenStopped(mayStayOut)).violations).toBe(0);
  expect(moved().judge(releasedWhenStopped(TERMS)).violations).toBe(1);
});

test('Contact is lost with the registration that has the tasks: another one on the same instance does not count', () => {
  const twice = () => new HandMade().registered().registered(TWIN);
  const silent = (arn: string) => twice().world(arn, 'agent disconnected');
  expect(
    silent(INSTANCE).task('RUNNING').held().after(20).completes().judge(releasedWhenStopped(TERMS)).violations,
  ).toBe(0);
  expect(silent(TWIN).task('RUNNING').held().after(20).completes().judge(releasedWhenStopped(TERMS)).violations).toBe(
    1,
  );
});

test('One that was in no cluster when somebody last looked may be let go with what was placed on it since', () => {
  const late = { ...TERMS, actsWithinMs: 1.5 * MINUTE };
  const letGo = (minutes: number) =>
    new HandMade().held().registered().task('PENDING').after(minutes).completes().judge(releasedWhenStopped(late))
      .violations;
  expect(letGo(1)).toBe(0);
  expect(letGo(2)).toBe(1);
  const again = new HandMade().registered().after(5).held().registered(TWIN).task('PENDING', TWIN).completes();
  expect(again.judge(releasedWhenStopped(late)).violations).toBe(1);
});
