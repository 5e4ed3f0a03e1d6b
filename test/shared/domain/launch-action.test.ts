import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../../shared/config/config.ts';
import { decideLaunchArrival, decideLaunchReturn, type Home } from '../../../shared/domain/launch.ts';
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

  const ask = { kind: 'ask' };
  const begin = { kind: 'begin' };
  const dealtWith = ignored('dealt with before');

  it.each([
    { what: 'that was completed', action: lifecycleAction(), decision: dealtWith },
    { what: 'that is new', action: lifecycleAction({ token: 'new' }), decision: begin },
    { what: 'that the sweep found', action: untold, decision: ask },
    {
      what: 'that the sweep found, of another hook',
      action: { ...untold, hookName: 'ebbtide-second' },
      decision: begin,
    },
  ])('$what: $decision.kind', ({ action, decision }) => {
    expect(decideLaunchReturn(done, action)).toEqual(decision);
  });

  it('is dealt with before as long as on-call waits to be told that it has arrived', () => {
    expect(decideLaunchReturn({ ...done, phase: 'told', closedAtMs: undefined }, untold)).toEqual(dealtWith);
  });

  it('is left to others where the instance was found to be theirs', () => {
    expect(decideLaunchReturn({ ...done, outcome: 'not looked after' }, untold)).toEqual(dealtWith);
  });

  it('joins others of it that are waited for, and begins where there are none', () => {
    expect(decideLaunchReturn(waiting, lifecycleAction())).toEqual({ kind: 'join' });
    expect(decideLaunchReturn(waiting, untold)).toEqual({ kind: 'join' });
    expect(decideLaunchReturn(undefined, untold)).toEqual(begin);
  });
});
