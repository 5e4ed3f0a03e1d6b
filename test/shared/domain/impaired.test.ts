import { describe, expect, test } from 'vitest';
import { type DisconnectionObservation, decideDisconnection, isMissed } from '../../../shared/domain/disconnection.ts';
import type { ContainerInstance } from '../../../shared/domain/model.ts';
import { disconnection, instance, MINUTE_MS, policy, T0 } from '../fleet.ts';

const THRESHOLD_MS = Number(policy.disconnectedAlertMinutes) * MINUTE_MS;

const check = (type: string, sinceMs?: number, status = 'IMPAIRED') => ({
  type,
  status,
  ...(sinceMs !== undefined && { sinceMs }),
});

function seen(overrides: Partial<ContainerInstance>, rest: Partial<DisconnectionObservation> = {}) {
  const usual = { ec2State: 'running', lifecycleState: 'InService', isDraining: false, connectedTwin: undefined };
  return { ...usual, instance: instance({ status: 'ACTIVE', ...overrides }), ...rest };
}

function decide(observation: DisconnectionObservation, nowMs: number, incident = disconnection()) {
  return decideDisconnection(incident, observation, { policy, nowMs });
}

describe('a connected agent on an instance that ECS calls impaired', () => {
  const impaired = seen({ health: [check('CONTAINER_RUNTIME', T0)] });

  test('is an incident like an absence, counted from when the check began to fail', () => {
    expect(decide(impaired, T0 + THRESHOLD_MS - 1)).toEqual({
      kind: 'suspect',
      sinceMs: T0,
      instanceVersion: undefined,
    });
    expect(decide(impaired, T0 + THRESHOLD_MS)).toEqual({ kind: 'alert' });
  });

  test('is counted from the first look where ECS does not say since when', () => {
    const untold = seen({ health: [check('DAEMON')] });
    const first = decideDisconnection(undefined, untold, { policy, nowMs: T0 + 5 });
    expect(first).toMatchObject({ kind: 'suspect', sinceMs: T0 + 5 });
    expect(decide(untold, T0 + THRESHOLD_MS)).toEqual({ kind: 'alert' });
  });

  test('moves its version with every task, which says nothing', () => {
    const moved = seen({ health: [check('DAEMON')], version: 99 });
    expect(decide(moved, T0 + THRESHOLD_MS)).toEqual({ kind: 'alert' });
  });

  test('is no incident once the check is OK again', () => {
    expect(decide(seen({ health: [check('DAEMON', T0, 'OK')] }), T0 + THRESHOLD_MS)).toEqual({
      kind: 'forget',
      reason: 'reconnected',
    });
  });

  test('keeps its registration although another is connected too', () => {
    const doubled = { ...impaired, connectedTwin: instance({ arn: 'twin' }) };
    expect(decide(doubled, T0 + 600 * MINUTE_MS)).toEqual({ kind: 'alert' });
  });
});

describe('an agent whose connection ECS itself calls impaired', () => {
  const health = [check('AGENT_CONNECTIVITY', T0 - THRESHOLD_MS)];
  const away = seen({ agentConnected: false, health });

  test('has been away since then, which is noted before anything is said', () => {
    expect(decide(away, T0 + 1)).toMatchObject({ kind: 'suspect', sinceMs: T0 - THRESHOLD_MS });
    expect(decide(away, T0 + 1, disconnection({ sinceMs: T0 - THRESHOLD_MS }))).toEqual({ kind: 'alert' });
  });

  test('has been away without a break, though its version has moved since it was noted', () => {
    const moved = seen({ agentConnected: false, health, version: 8 });
    expect(decide(moved, T0 + 1, disconnection({ sinceMs: T0 - THRESHOLD_MS }))).toEqual({ kind: 'alert' });
  });

  test('has been away for as long as is known otherwise, if that is longer', () => {
    const incident = disconnection({ sinceMs: T0 - 2 * THRESHOLD_MS });
    expect(decide(away, T0 - THRESHOLD_MS, incident)).toEqual({ kind: 'alert' });
  });
});

describe('an outage that is over', () => {
  test('starts the clock of the instances that it concerned anew', () => {
    const away = seen({ agentConnected: false }, { clockStartsMs: T0 + 60 * MINUTE_MS });
    expect(decide(away, T0 + 60 * MINUTE_MS + THRESHOLD_MS - 1)).toMatchObject({ kind: 'suspect', sinceMs: T0 });
    expect(decide(away, T0 + 60 * MINUTE_MS + THRESHOLD_MS)).toEqual({ kind: 'alert' });
  });

  test('does not make an absence older than it is', () => {
    const away = seen({ agentConnected: false }, { clockStartsMs: T0 - 60 * MINUTE_MS });
    expect(decide(away, T0 + THRESHOLD_MS - 1)).toMatchObject({ kind: 'suspect' });
  });
});

describe('an instance counts as missed, which may make an outage,', () => {
  const away = seen({ agentConnected: false });

  test.each([
    ['when its agent is away', away],
    ['when it is impaired', seen({ health: [check('DAEMON', T0)] })],
    ['when it is external and away', seen({ agentConnected: false, external: true }, { ec2State: undefined })],
    ['when nobody asked EC2', { ...away, ec2State: undefined, lifecycleState: undefined }],
  ])('%s', (_, observation) => {
    expect(isMissed(observation)).toBe(true);
  });

  test.each([
    ['when ECS no longer lists it', { ...away, instance: undefined }],
    ['when its agent is connected', seen({})],
    ['when another service looks after it', { ...away, operator: 'ecs.amazonaws.com' }],
    ['when it drains', { ...away, isDraining: true }],
    ['when it is connected under another registration', { ...away, connectedTwin: instance() }],
    ['when it is connected in another cluster', { ...away, connectedIn: 'arn:aws:ecs:eu-west-1:1:cluster/other' }],
    ['when it has registered in another cluster since', { ...away, isLeftBehind: true }],
    ['when it is stopped', { ...away, ec2State: 'stopped' }],
    ['when it is in a warm pool', { ...away, lifecycleState: 'Warmed:Stopped' }],
    ['when it is terminated', { ...away, ec2State: 'terminated' }],
    ['when EC2 has forgotten it', { ...away, ec2State: 'gone' }],
  ])('not %s', (_, observation) => {
    expect(isMissed(observation)).toBe(false);
  });
});

describe('an agent that was away, and is back on an instance that is impaired', () => {
  const replacing = { ...policy, disconnectedReplaceMinutes: 60 };
  const incident = disconnection({ phase: 'alerted', sinceMs: T0, awayAgainAtMs: T0 + 50 * MINUTE_MS });
  const at = (minutes: number, health: ReturnType<typeof check>[]) =>
    decideDisconnection(incident, seen({ health }), { policy: replacing, nowMs: T0 + minutes * MINUTE_MS });

  test('is judged by the clock of the impairment', () => {
    expect(at(59, [check('DAEMON', T0)])).toEqual({ kind: 'wait' });
    expect(at(60, [check('DAEMON', T0)])).toEqual({ kind: 'replace' });
    expect(at(69, [check('DAEMON', T0 + 10 * MINUTE_MS)])).toEqual({ kind: 'wait' });
    expect(at(70, [check('DAEMON', T0 + 10 * MINUTE_MS)])).toEqual({ kind: 'replace' });
  });
});
