import { describe, expect, test } from 'vitest';
import { decideArrival, decideReturn } from '../../../shared/domain/drain.ts';
import { arn, clusterArn, drain, ec2InstanceId, lifecycleAction } from '../fleet.ts';

const registrations = [{ arn, clusterArn }];

function arrive(lifecycleState: string | undefined, overrides: Partial<Parameters<typeof decideArrival>[0]> = {}) {
  const autoScalingInstance =
    lifecycleState === undefined ? undefined : { ec2InstanceId, groupName: 'shop-nodes', lifecycleState };
  return decideArrival({ autoScalingInstance, registrations, registeredElsewhere: false, ...overrides });
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
      expect(arrive(state)).toMatchObject({ kind: 'ignore' });
      expect(arrive(state, { registrations: [] })).toMatchObject({ kind: 'ignore' });
    },
  );

  test('is released at once when it is in no cluster', () => {
    expect(arrive('Terminating:Wait', { registrations: [] })).toEqual({ kind: 'release', reason: 'not registered' });
  });

  test('is not released when it is in a cluster that is not looked after', () => {
    const decision = arrive('Terminating:Wait', { registrations: [], registeredElsewhere: true });
    expect(decision).toMatchObject({ kind: 'ignore' });
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

  test('is ignored when it was released before and other hooks still hold the instance', () => {
    for (const action of [lifecycleAction(), untold]) {
      expect(decideReturn(released, action, 'termination')).toMatchObject({ kind: 'ignore' });
    }
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
