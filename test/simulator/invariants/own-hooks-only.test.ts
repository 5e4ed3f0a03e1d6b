import { expect, test } from 'vitest';
import { ownHooksOnly } from '../../../simulator/invariants/own-hooks-only.ts';
import { HandMade, TERMS } from './hand-made.ts';

test('A completed hook of somebody else is caught', () => {
  const verdict = new HandMade().held('backup').completes('backup').judge(ownHooksOnly(TERMS));
  expect(verdict.violation?.what).toBe('ebbtide-prod-sweep called CompleteLifecycleAction for backup');
});

test('A heartbeat for a hook of somebody else is caught', () => {
  const story = new HandMade().call('RecordLifecycleActionHeartbeat', { LifecycleHookName: 'backup' });
  expect(story.judge(ownHooksOnly(TERMS)).violations).toBe(1);
});

test('A completed hook of its own is as it ought to be', () => {
  expect(new HandMade().held().completes().judge(ownHooksOnly(TERMS))).toMatchObject({ checks: 1, violations: 0 });
});
