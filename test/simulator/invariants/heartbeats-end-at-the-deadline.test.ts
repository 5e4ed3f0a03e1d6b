import { expect, test } from 'vitest';
import { heartbeatsEndAtTheDeadline } from '../../../simulator/invariants/heartbeats-end-at-the-deadline.ts';
import { HandMade, TERMS } from './hand-made.ts';

const beat = (minutes: number, error?: { code: string; message: string }) =>
  new HandMade()
    .registered()
    .held()
    .after(minutes)
    .call('RecordLifecycleActionHeartbeat', { LifecycleActionToken: 'token-of-ebbtide-terminate' }, error)
    .judge(heartbeatsEndAtTheDeadline(TERMS));

test('A heartbeat until the deadline, counted from the sweep that may have found the hook, is as it ought to be; one beyond it is caught', () => {
  expect(beat(60)).toMatchObject({ checks: 1, violations: 0 });
  expect(beat(61)).toMatchObject({ violations: 0 });
  expect(beat(62).violation?.what).toContain('beyond its deadline');
});

test('A heartbeat that was refused has kept nothing alive', () => {
  expect(beat(62, { code: 'ValidationError', message: 'No active Lifecycle Action found' }).checks).toBe(0);
});
