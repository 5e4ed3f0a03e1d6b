import { expect, test } from 'vitest';
import { parsePolicy } from '../../../shared/config/config.ts';
import { deadlineOfLaunch } from '../../../shared/domain/launch.ts';
import { type LaunchIncident, newLaunch } from '../../../shared/incidents/launch-incident.ts';
import { clusterArn, ec2InstanceId, heldAction, MINUTE_MS, T0 } from '../fleet.ts';

const BEFORE_MS = T0 + 12 * MINUTE_MS;
const waiting = newLaunch(
  { ec2InstanceId, groupName: 'shop-nodes', clusterArn, isCertain: true, actions: [], deadlineAtMs: BEFORE_MS },
  T0,
);
const held = { actions: [heldAction({ startedAtMs: T0 - MINUTE_MS }), heldAction({ startedAtMs: T0 + MINUTE_MS })] };

test.each<[string, Partial<LaunchIncident>, number]>([
  ['of an instance in service counts from when it was found', {}, T0 + 20 * MINUTE_MS],
  ['of one that hooks hold counts from the first of them', held, T0 + 29 * MINUTE_MS],
  ['comes before its hook ends by itself', { ...held, hookEndsAtMs: T0 + 14 * MINUTE_MS }, T0 + 14 * MINUTE_MS],
  ['stays once on-call was told', { phase: 'told' }, BEFORE_MS],
  ['stays once on-call was told what becomes of it', { endTold: { atMs: T0, isOpen: false } }, BEFORE_MS],
])('the deadline %s', (_, overrides, expected) => {
  const policy = parsePolicy({ unregisteredMinutes: '20', launchDeadlineMinutes: '30' });
  expect(deadlineOfLaunch({ ...waiting, ...overrides }, policy)).toBe(expected);
});

test('the deadline stays where instances in no cluster are nobody’s business any more', () => {
  expect(deadlineOfLaunch(waiting, parsePolicy({ unregisteredMinutes: 'off' }))).toBe(BEFORE_MS);
});
