import { describe, expect, test } from 'vitest';
import { type DisconnectionObservation, decideDisconnection } from '../../../shared/domain/disconnection.ts';
import type { DisconnectionIncident } from '../../../shared/incidents/incident.ts';
import { disconnection, instance, MINUTE_MS, policy, T0 } from '../fleet.ts';
import { away } from './observations.ts';

const settings = { ...policy, disconnectedReplaceMinutes: 20 };
const told = disconnection({ phase: 'alerted' });

function decide(observation: Partial<DisconnectionObservation>, nowMs: number, incident: DisconnectionIncident = told) {
  return decideDisconnection(incident, { ...away, ...observation }, { policy: settings, nowMs });
}

describe('an absence that on-call knows of', () => {
  test('that may have had an end starts the clock of what comes next anew', () => {
    const moved = { instance: instance({ agentConnected: false, version: 8 }) };
    const laterMs = T0 + 60 * MINUTE_MS;
    const again = { kind: 'away again', atMs: laterMs, instanceVersion: 8 };
    expect(decide(moved, laterMs)).toEqual(again);
    const event = { atMs: laterMs - 90_000, version: 8 };
    expect(decide({ ...moved, event }, laterMs)).toEqual({ ...again, atMs: event.atMs });
    const incident = disconnection({ phase: 'alerted', awayAgainAtMs: laterMs, instanceVersion: 8 });
    const dueMs = laterMs + 20 * MINUTE_MS;
    expect(decide(moved, dueMs - 1, incident)).toEqual({ kind: 'wait' });
    expect(decide(moved, dueMs, incident)).toEqual({ kind: 'replace' });
  });

  test('goes on as an impairment whose clock is the same: of a connected agent the version says nothing', () => {
    const impaired = { instance: instance({ version: 8, health: [{ type: 'DAEMON', status: 'IMPAIRED' }] }) };
    expect(decide(impaired, T0 + 20 * MINUTE_MS - 1)).toEqual({ kind: 'wait' });
    expect(decide(impaired, T0 + 20 * MINUTE_MS)).toEqual({ kind: 'replace' });
  });

  test('starts the clock anew where it began as an impairment: until now the agent was there', () => {
    const incident = disconnection({ phase: 'alerted', instanceVersion: undefined });
    const laterMs = T0 + 60 * MINUTE_MS;
    expect(decide({}, laterMs, incident)).toEqual({
      kind: 'away again',
      atMs: laterMs,
      instanceVersion: away.instance?.version,
    });
  });

  test('leaves a duplicate where it is until its second absence has lasted as long as the first had to', () => {
    const againMs = T0 + 60 * MINUTE_MS;
    const incident = disconnection({
      phase: 'alerted',
      awayAgainAtMs: againMs,
      instanceVersion: away.instance?.version,
    });
    const duplicate = { connectedTwin: instance({ arn: 'arn:of-the-new-registration' }) };
    const dueMs = againMs + Number(policy.disconnectedAlertMinutes) * MINUTE_MS;
    expect(decide(duplicate, dueMs - 1, incident)).toEqual({ kind: 'wait' });
    expect(decide(duplicate, dueMs, incident)).toEqual({ kind: 'deregister', reason: 'duplicate' });
  });

  test('leaves a ghost all the same, whose version moved as it went', () => {
    const ghost = { instance: instance({ agentConnected: false, version: 8 }), ec2State: 'terminated' };
    expect(decide(ghost, T0 + 60 * MINUTE_MS)).toEqual({ kind: 'deregister', reason: 'ghost' });
  });
});
