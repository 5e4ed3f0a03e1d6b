import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../../shared/config/config.ts';
import { decideLaunchArrival, type Home, isDealtWith } from '../../../shared/domain/launch.ts';
import type { LaunchIncident } from '../../../shared/incidents/incident.ts';
import { clusterArn, ec2InstanceId, heldAction, lifecycleAction, MINUTE_MS, T0 } from '../fleet.ts';

const elsewhere = clusterArn.replace('/shop', '/dev');
const tagged = { clusterArn, isCertain: true };
const somewhere = { isCertain: false };
const foreign = 'its group belongs to a cluster that is not looked after';
const wait = { kind: 'wait' };
const ignored = (reason: string) => ({ kind: 'ignore', reason });

describe('a launch action', () => {
  it.each<[string | undefined, Home, object]>([
    ['Pending:Wait', somewhere, wait],
    ['Pending:Wait', tagged, wait],
    ['Pending:Wait', { isCertain: true }, wait],
    ['Pending:Wait', { clusterArn: elsewhere, isCertain: true }, ignored(foreign)],
    ['Pending:Wait', { clusterArn: elsewhere, isCertain: false }, wait],
    ['Warmed:Pending:Wait', somewhere, { kind: 'let into the pool' }],
    ['Pending:Proceed', somewhere, ignored('no hook holds it: Pending:Proceed')],
    ['InService', somewhere, ignored('no hook holds it: InService')],
    [undefined, somewhere, ignored('no hook holds it: not in a group')],
  ])('in state %s, at home in %j, is met with: %j', (state, home, decision) => {
    expect(decideLaunchArrival(state, home, parsePolicy({ clusters: 'shop' }))).toEqual(decision);
  });
});

describe('a launch action of an instance that was let in', () => {
  const done: LaunchIncident = {
    kind: 'launch',
    id: `launch#${ec2InstanceId}`,
    version: 1,
    phase: 'closed',
    openedAtMs: T0,
    outbox: [],
    ec2InstanceId,
    groupName: 'shop-nodes',
    isCertain: false,
    actions: [],
    completed: [heldAction({ hookName: 'ebbtide-first', token: 'first' }), heldAction()],
    deadlineAtMs: T0 + 15 * MINUTE_MS,
    closedAtMs: T0,
  };
  const waiting: LaunchIncident = { ...done, phase: 'waiting', closedAtMs: undefined };
  const untold = lifecycleAction({ token: undefined });

  it.each([
    { what: 'that was completed', action: lifecycleAction(), minutes: 60, isDone: true },
    { what: 'that is new', action: lifecycleAction({ token: 'new' }), minutes: 1, isDone: false },
    { what: 'that the sweep found soon after', action: untold, minutes: 9, isDone: true },
    { what: 'that the sweep found much later', action: untold, minutes: 10, isDone: false },
    {
      what: 'that the sweep found, of another hook',
      action: { ...untold, hookName: 'ebbtide-second' },
      minutes: 1,
      isDone: false,
    },
  ])('$what: dealt with before? $isDone', ({ action, minutes, isDone }) => {
    expect(isDealtWith(done, action, T0 + minutes * MINUTE_MS)).toBe(isDone);
  });

  it('is dealt with before where the record does not say when it ended', () => {
    expect(isDealtWith({ ...done, closedAtMs: undefined }, untold, T0 + 600 * MINUTE_MS)).toBe(true);
  });

  it('is not dealt with yet while others of it are waited for', () => {
    expect(isDealtWith(waiting, lifecycleAction(), T0 + MINUTE_MS)).toBe(false);
    expect(isDealtWith(waiting, untold, T0 + MINUTE_MS)).toBe(false);
  });
});
