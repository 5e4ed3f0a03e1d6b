import { describe, expect, it } from 'vitest';
import type { DrainObservation } from '../../../shared/domain/drain.ts';
import { decideInterrupted } from '../../../shared/domain/interruption.ts';
import type { DrainIncident, Interruption } from '../../../shared/incidents/incident.ts';
import { arn, clusterArn, drain, instance, MINUTE_MS, policy, T0 } from '../fleet.ts';

const SPARED_MS = T0 + 10 * MINUTE_MS;
const alerting = { ...policy, interruptionSpared: 'alert' as const };

function interrupted(interruption: Partial<Interruption> = {}, rest: Partial<DrainIncident> = {}): DrainIncident {
  return drain({
    actions: [],
    interruption: { cause: 'spot', atMs: T0, expectedAtMs: T0, wasDraining: false, ...interruption },
    ...rest,
  });
}

const running: DrainObservation = {
  instances: [instance()],
  autoScaling: { lifecycleState: 'InService' },
  ec2State: 'running',
  tasks: [],
};

function decide(
  incident: DrainIncident,
  seen: Partial<DrainObservation> = {},
  { nowMs = SPARED_MS, settings = policy } = {},
) {
  return decideInterrupted(incident, { ...running, ...seen }, { policy: settings, nowMs });
}

describe('an instance that was to be taken and runs on', () => {
  it.each([
    ['spot', 10],
    ['rebalance', 60],
    ['scheduled change', 120],
  ] as const)('for %s is spared %i minutes after its time, not before', (cause, afterMinutes) => {
    const incident = interrupted({ cause });
    const dueMs = T0 + afterMinutes * MINUTE_MS;
    expect(decide(incident, {}, { nowMs: dueMs - 1 }).kind).toBe('wait');
    const restore = { kind: 'spared', result: 'restore', registrations: incident.registrations };
    expect(decide(incident, {}, { nowMs: dueMs })).toEqual(restore);
  });

  it('counts from the announcement where that named no time', () => {
    const incident = interrupted({ atMs: T0 + MINUTE_MS, expectedAtMs: undefined });
    expect(decide(incident).kind).toBe('wait');
    expect(decide(incident, {}, { nowMs: SPARED_MS + MINUTE_MS }).kind).toBe('spared');
  });

  it.each(['InService', 'Standby', 'Terminating:Retained', 'gone'])('is spared in state %s', (lifecycleState) => {
    expect(decide(interrupted(), { autoScaling: { lifecycleState } }).kind).toBe('spared');
  });

  it.each([
    ['EC2 does not say that it runs', { ec2State: undefined }],
    ['it is on its way down', { ec2State: 'stopping' }],
    ['it is on its way up', { ec2State: 'pending' }],
    ['nobody asked its group', { autoScaling: undefined }],
    ['its group takes it out', { autoScaling: { lifecycleState: 'Terminating' } }],
    ['ECS was not asked', { instances: undefined }],
    ['its agent is away', { instances: [instance({ agentConnected: false })] }],
    ['only another registration has an agent', { instances: [instance({ arn: `${arn}-new` })] }],
  ] as const)('is not yet called so while %s', (_, seen) => {
    expect(decide(interrupted(), seen).kind).toBe('wait');
    expect(decide(interrupted(), seen, { settings: alerting }).kind).toBe('wait');
  });

  it('is put back by those of its registrations whose agent is connected', () => {
    const other = { arn: `${arn}-other`, clusterArn };
    const incident = interrupted({}, { registrations: [other, { arn, clusterArn }] });
    const instances = [instance({ arn: other.arn, agentConnected: false }), instance()];
    expect(decide(incident, { instances })).toMatchObject({ registrations: [{ arn, clusterArn }] });
  });
});

describe('a spared instance that is not put back by itself', () => {
  const told = interrupted({ sparedToldAtMs: T0 });

  it('is told of where the operator says so, or where it was DRAINING before', () => {
    const alert = { kind: 'spared', result: 'alert' };
    expect(decide(interrupted(), {}, { settings: alerting })).toEqual(alert);
    expect(decide(interrupted({ wasDraining: true }))).toEqual(alert);
    expect(decide(interrupted({ wasDraining: true }), {}, { settings: alerting })).toEqual(alert);
  });

  it('is told of once, and waited for until on-call has set all of it ACTIVE', () => {
    const active = instance({ status: 'ACTIVE' });
    const at = (...instances: ReturnType<typeof instance>[]) => decide(told, { instances }, { settings: alerting });
    expect(at(instance()).kind).toBe('wait');
    expect(at(active, instance({ arn: `${arn}-other` })).kind).toBe('wait');
    expect(at(active)).toEqual({ kind: 'close', outcome: 'back in service' });
  });
});

describe('a spared instance, while Ebbtide only observes,', () => {
  const observing = { ...policy, mode: 'observe' as const };
  const on = (status: string, settings: typeof policy, rest: Partial<Interruption> = {}) =>
    decide(interrupted(rest), { instances: [instance({ status })] }, { settings: { ...settings, mode: 'observe' } });

  it('is nobody’s to decide where nothing was drained for it', () => {
    for (const settings of [observing, alerting]) {
      expect(on('ACTIVE', settings)).toMatchObject({ kind: 'spared', result: 'restore' });
    }
  });

  it('is told of where it was left DRAINING', () => {
    for (const settings of [observing, alerting]) {
      expect(on('DRAINING', settings)).toEqual({ kind: 'spared', result: 'alert' });
      expect(on('DRAINING', settings, { sparedToldAtMs: T0 }).kind).toBe('wait');
      expect(on('ACTIVE', settings, { sparedToldAtMs: T0 }).kind).toBe('close');
    }
  });
});

describe('a change that AWS has called off', () => {
  it('spares the instance at that very moment, however far off it was', () => {
    const calledOffAtMs = T0 + 30 * MINUTE_MS;
    const incident = interrupted({ cause: 'scheduled change', expectedAtMs: T0 + 600 * MINUTE_MS, calledOffAtMs });
    expect(decide(incident, {}, { nowMs: calledOffAtMs - 1 })).toMatchObject({ kind: 'wait' });
    expect(decide(incident, {}, { nowMs: calledOffAtMs })).toMatchObject({ kind: 'spared' });
  });
});
