import { expect, test } from 'vitest';
import { observersChangeNothing } from '../../../simulator/invariants/observers-change-nothing.ts';
import { HandMade } from './hand-made.ts';

test('Who observes may read as much as they like', () => {
  const story = new HandMade().call('DescribeAutoScalingGroups', {});
  expect(story.judge(observersChangeNothing()).violations).toBe(0);
});

test('A heartbeat by who only observes is caught', () => {
  const story = new HandMade().call('RecordLifecycleActionHeartbeat', { LifecycleHookName: 'ebbtide-terminate' });
  expect(story.judge(observersChangeNothing()).violation?.what).toContain('RecordLifecycleActionHeartbeat');
});
