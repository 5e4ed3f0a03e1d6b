import { describe, expect, test } from 'vitest';
import type { Policy } from '../../../shared/config/settings.ts';
import {
  isTypeChanged,
  type LadderSituation,
  nextStep,
  planOf,
  type StepName,
  type TakenStep,
} from '../../../shared/domain/ladder.ts';
import { policy as defaults, instance, MINUTE_MS, T0 } from '../fleet.ts';

const policy: Policy = {
  ...defaults,
  disconnectedAlertMinutes: 10,
  disconnectedRestartMinutes: 15,
  disconnectedReplaceMinutes: 30,
  disconnectedDeregisterMinutes: 60,
  disconnectedDeregisterRunning: true,
};

const away = { status: 'ACTIVE', agentConnected: false };
const silent: LadderSituation = { instance: instance(away), ec2State: 'running', lifecycleState: 'InService' };

function refusals(situation: Partial<LadderSituation>, settings: Partial<Policy> = {}) {
  const plan = planOf([], { ...silent, ...situation }, { ...policy, ...settings });
  return Object.fromEntries(plan.map(({ name, refusal }) => [name, refusal]));
}

const check = (type: string) => ({ type, status: 'IMPAIRED', sinceMs: T0 });

describe('what stands against a step', () => {
  test('is nothing on an instance in service that nobody hears of', () => {
    expect(refusals({})).toEqual({
      alert: undefined,
      restart: undefined,
      replace: undefined,
      deregister: undefined,
    });
  });

  test.each<[string, Partial<LadderSituation>, Partial<Record<StepName, string>>]>([
    [
      'is external',
      { instance: instance({ ...away, external: true }), ec2State: undefined, lifecycleState: undefined },
      { restart: 'an external instance', replace: 'an external instance' },
    ],
    ['runs Windows', { instance: instance({ ...away, os: 'windows' }) }, { restart: 'it runs Windows' }],
    ['runs Bottlerocket', { instance: instance({ ...away, os: 'bottlerocket' }) }, { restart: 'it runs Bottlerocket' }],
    [
      'is impaired with its agent connected',
      { instance: instance({ health: [check('CONTAINER_RUNTIME')] }) },
      { restart: 'the agent itself is connected', deregister: 'the agent is connected' },
    ],
    [
      'is connected, but badly',
      { instance: instance({ health: [check('DAEMON'), check('AGENT_CONNECTIVITY')] }) },
      { deregister: 'the agent is connected' },
    ],
    [
      'was given another instance type',
      { instance: instance({ ...away, instanceType: 'm5.large' }), ec2InstanceType: 'm5.xlarge' },
      { restart: 'the agent refuses to start on another instance type' },
    ],
    ['is in no group', { lifecycleState: undefined }, { replace: 'it is in no Auto Scaling group' }],
    ['is in Standby', { lifecycleState: 'Standby' }, { replace: 'it is Standby in its group' }],
    [
      'is on its way out',
      { lifecycleState: 'Terminating:Wait' },
      {
        restart: 'it is Terminating:Wait',
        replace: 'it is Terminating:Wait in its group',
        deregister: 'it is Terminating:Wait',
      },
    ],
    [
      'is connected elsewhere',
      { connectedIn: 'cluster/other' },
      {
        restart: 'its agent is connected, in cluster/other',
        replace: 'its agent is connected, in cluster/other',
        deregister: 'its agent is connected, in cluster/other',
      },
    ],
  ])('is said in words, where the instance %s', (_, situation, expected) => {
    const nothing = { alert: undefined, restart: undefined, replace: undefined, deregister: undefined };
    expect(refusals(situation)).toEqual({ ...nothing, ...expected });
  });

  test('is said of all but the alert where repairs are off', () => {
    const off = 'repairs are switched off';
    expect(refusals({}, { repairs: 'off' })).toEqual({
      alert: undefined,
      restart: off,
      replace: off,
      deregister: off,
    });
    const due = { policy: { ...policy, repairs: 'off' as const }, awayMinutes: 600, nowMs: T0 };
    expect(nextStep([], silent, due)).toBe('alert');
    expect(nextStep([{ name: 'alert', atMs: T0 }], silent, due)).toBeUndefined();
  });

  test('keeps the registration of an instance that runs, unless the operator wants it gone', () => {
    const kept = { disconnectedDeregisterRunning: false };
    const words = 'its EC2 instance runs, and its containers would run on with nobody to manage them';
    expect(refusals({}, kept)).toMatchObject({ deregister: words });
    expect(refusals({ ec2State: 'stopped' }, kept)).toMatchObject({ deregister: undefined });
    expect(refusals({ ec2State: undefined }, kept)).toMatchObject({ deregister: undefined });
  });
});

test('a step that a record calls observed is still to come once Ebbtide may act', () => {
  const observed = [
    { name: 'alert' as const, atMs: T0 },
    { name: 'restart' as const, atMs: T0, outcome: 'observed' },
  ];
  const circumstances = { awayMinutes: 15, nowMs: T0 + 15 * MINUTE_MS };
  expect(nextStep(observed, silent, { ...circumstances, policy })).toBe('restart');
  const watching = { ...policy, mode: 'observe' as const };
  expect(nextStep(observed, silent, { ...circumstances, policy: watching })).toBeUndefined();
});

describe('the plan', () => {
  const names = (taken: readonly TakenStep[], settings: Partial<Policy> = {}) =>
    planOf(taken, silent, { ...policy, ...settings }).map(({ name }) => name);

  test('names the steps to come, without those that were taken or are off', () => {
    const taken = [
      { name: 'alert' as const, atMs: T0 },
      { name: 'replace' as const, atMs: T0 },
    ];
    expect(names(taken)).toEqual(['restart', 'deregister']);
    expect(names([], { disconnectedAlertMinutes: 'off', disconnectedReplaceMinutes: 'off' })).toEqual([
      'restart',
      'deregister',
    ]);
  });
});

test.each([
  ['m5.large', 'm5.large', false],
  ['m5.large', 'm5.xlarge', true],
  ['m5.large', undefined, false],
  [undefined, 'm5.large', false],
  [undefined, undefined, false],
])('the type was changed from %s to %s: %s', (instanceType, ec2InstanceType, isChanged) => {
  const registered = instance({ ...away, ...(instanceType !== undefined && { instanceType }) });
  expect(isTypeChanged({ ...silent, instance: registered, ec2InstanceType })).toBe(isChanged);
});
