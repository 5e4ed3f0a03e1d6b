import { describe, expect, test } from 'vitest';
import { decideArrival, decideReturn } from '../../../shared/domain/arrival.ts';
import { isAnotherWait, isKnownWait } from '../../../shared/domain/lifecycle.ts';
import { arn, clusterArn, drain, ec2InstanceId, heldAction, lifecycleAction, MINUTE_MS, T0 } from '../fleet.ts';

const registrations = [{ arn, clusterArn }];

function arrive(lifecycleState: string | undefined, overrides: Partial<Parameters<typeof decideArrival>[0]> = {}) {
  const autoScalingInstance =
    lifecycleState === undefined ? undefined : { ec2InstanceId, groupName: 'shop-nodes', lifecycleState };
  return decideArrival({ autoScalingInstance, registrations, registeredElsewhere: false, ...overrides }, T0);
}

describe('an instance that a terminate hook is said to hold', () => {
  test.each([
    ['Terminating:Wait', 'termination'],
    ['Warmed:Terminating:Wait', 'termination'],
    ['Warmed:Pending:Wait', 'warm-pool'],
    ['ReplacingRootVolume:Wait', 'root-volume'],
  ])('in state %s is drained on its way to %s', (state, destination) => {
    expect(arrive(state)).toEqual({ kind: 'drain', destination });
  });

  test.each([undefined, 'InService', 'Terminating', 'Terminating:Proceed', 'Terminated', 'Pending:Wait', 'News:Wait'])(
    'in state %s is left alone: no terminate hook holds it',
    (state) => {
      const ignored = { kind: 'ignore', reason: `no hook holds it: ${state ?? 'not in a group'}` };
      expect(arrive(state)).toEqual(ignored);
      expect(arrive(state, { registrations: [] })).toEqual(ignored);
    },
  );

  test.each([
    [undefined, 'look again'],
    [T0 - 19_999, 'look again'],
    [T0 - 20_000, 'release'],
  ])('in no cluster since %s, as two looks twenty seconds apart have to say: %s', (missingSinceMs, kind) => {
    const decision = arrive('Terminating:Wait', { registrations: [], missingSinceMs });
    expect(decision).toEqual({ kind, reason: 'not registered' });
  });

  test('is not released when it is in a cluster that is not looked after', () => {
    const decision = arrive('Terminating:Wait', { registrations: [], registeredElsewhere: true, missingSinceMs: 0 });
    expect(decision).toEqual({ kind: 'ignore', reason: 'registered in a cluster that is not looked after' });
  });
});

describe('a lifecycle action of an instance', () => {
  const untold = lifecycleAction({ token: undefined });
  const anew = lifecycleAction({ token: 'another' });
  const released = drain({ phase: 'closed', outcome: 'drained' });

  test('begins a drain where there is none', () => {
    expect(decideReturn(undefined, lifecycleAction(), 'termination')).toEqual({ kind: 'begin' });
  });

  test('joins the drain that is under way, known or not', () => {
    for (const action of [lifecycleAction(), untold, anew]) {
      expect(decideReturn(drain(), action, 'termination')).toEqual({ kind: 'join' });
    }
  });

  test('joins the drain for an interruption that no hook had asked for', () => {
    const interrupted = drain({ actions: [] });
    expect(decideReturn(interrupted, lifecycleAction(), 'termination')).toEqual({ kind: 'join' });
    expect(decideReturn(interrupted, untold, 'root-volume')).toEqual({ kind: 'join' });
  });

  test('of a second hook joins the drain that the first has begun', () => {
    const second = lifecycleAction({ hookName: 'ebbtide-second', token: 'another', startedAtMs: T0 + 1_000 });
    expect(decideReturn(drain(), second, 'termination')).toEqual({ kind: 'join' });
  });

  test.each([
    ['under another token', drain(), 'another'],
    ['bound for somewhere else', drain({ destination: 'root-volume' }), 'another'],
    ['bound for somewhere else, found by the sweep', drain({ destination: 'root-volume' }), undefined],
  ] as const)(
    'that began later, %s, begins a drain of its own while the last one is under way',
    (_, earlier, token) => {
      const later = lifecycleAction({ token, startedAtMs: T0 + MINUTE_MS });
      expect(decideReturn(earlier, later, 'termination')).toEqual({ kind: 'begin' });
    },
  );

  test('that ended before, and whose event comes late, is not taken for what holds the instance now', () => {
    const anewDrained = drain({ actions: [heldAction({ token: 'another', startedAtMs: T0 + MINUTE_MS })] });
    expect(decideReturn(anewDrained, lifecycleAction(), 'termination')).toEqual({ kind: 'join' });
    const bound = drain({ destination: 'root-volume' });
    const late = { kind: 'ignore', reason: 'of a wait that is over' };
    expect(decideReturn(bound, lifecycleAction(), 'termination')).toEqual(late);
  });

  test('is ignored when it was released before and other hooks still hold the instance', () => {
    const ignored = { kind: 'ignore', reason: 'released before' };
    expect(decideReturn(released, lifecycleAction(), 'termination')).toEqual(ignored);
    const both = drain({
      ...released,
      actions: [heldAction({ hookName: 'ebbtide-second', token: 'x' }), heldAction()],
    });
    expect(decideReturn(both, lifecycleAction(), 'termination')).toEqual(ignored);
  });

  test('that the sweep found, of a hook that was released before, is asked about: it may hold the instance anew', () => {
    expect(decideReturn(released, untold, 'termination')).toEqual({ kind: 'ask' });
    const returning = drain({ phase: 'returning', destination: 'root-volume', outcome: 'drained' });
    expect(decideReturn(returning, untold, 'root-volume')).toEqual({ kind: 'ask' });
  });

  test('of a hook that was not released before begins a drain, found by the sweep or told by its event', () => {
    for (const token of [undefined, lifecycleAction().token]) {
      const another = lifecycleAction({ hookName: 'ebbtide-another', token });
      expect(decideReturn(released, another, 'termination')).toEqual({ kind: 'begin' });
    }
  });

  test('of a hook that the drain is not for begins another when it is bound for somewhere else', () => {
    const another = lifecycleAction({ hookName: 'ebbtide-another', token: 'another' });
    expect(decideReturn(drain({ destination: 'root-volume' }), another, 'termination')).toEqual({ kind: 'begin' });
  });

  test('begins anew with another token, or bound for somewhere else', () => {
    expect(decideReturn(released, anew, 'termination')).toEqual({ kind: 'begin' });
    const pooled = drain({ phase: 'returning', destination: 'warm-pool' });
    expect(decideReturn(pooled, untold, 'termination')).toEqual({ kind: 'begin' });
  });

  test('that the sweep found begins anew when the instance has been in service since', () => {
    const back = drain({ phase: 'closed', destination: 'warm-pool', outcome: 'back in service' });
    expect(decideReturn(back, untold, 'warm-pool')).toEqual({ kind: 'begin' });
  });

  test('that is an old event is ignored even when the instance has been in service since', () => {
    const back = drain({ phase: 'closed', destination: 'warm-pool', outcome: 'back in service' });
    expect(decideReturn(back, lifecycleAction(), 'warm-pool')).toMatchObject({ kind: 'ignore' });
  });
});

describe('a hook holds an instance another time', () => {
  const held = lifecycleAction({ token: 'known' });
  const later = T0 + MINUTE_MS;

  test.each([
    ['the action has another token and began later', held, { token: 'another', startedAtMs: later }, true],
    ['it began at the same time: the events crossed', held, { token: 'another', startedAtMs: T0 }, false],
    ['it began before: its event is late', held, { token: 'another', startedAtMs: T0 - 1 }, false],
    ['it has the same token', held, { token: 'known', startedAtMs: later }, false],
    ['the sweep found it, which knows no token', held, { token: undefined, startedAtMs: later }, false],
    ['the sweep found the earlier one', { ...held, token: undefined }, { token: 'another', startedAtMs: later }, false],
    ['the sweep found both', { ...held, token: undefined }, { token: undefined, startedAtMs: later }, false],
  ])('when %s', (_, known, action, isAnother) => {
    expect(isAnotherWait(known, action)).toBe(isAnother);
  });
});

describe('a wait that the sweep found', () => {
  const found = { ...lifecycleAction({ token: undefined }), startedAtMs: T0 };

  test.each([
    ['of an event from before, which comes late', { startedAtMs: T0 }, true],
    ['of an event from afterwards', { startedAtMs: T0 + 1 }, false],
    ['of the event of another hook', { startedAtMs: T0, hookName: 'ebbtide-another' }, false],
  ])('that an event may be about: %s', (_, event, isKnown) => {
    expect(isKnownWait(found, lifecycleAction(event))).toBe(isKnown);
  });
});
