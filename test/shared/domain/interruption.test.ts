import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../../shared/config/config.ts';
import type { DrainObservation } from '../../../shared/domain/drain.ts';
import {
  type Announcement,
  type AnnouncementObservation,
  decideAnnouncement,
  decideInterrupted,
  isNews,
} from '../../../shared/domain/interruption.ts';
import { decideScheduledChange, endsTasks } from '../../../shared/domain/scheduled-change.ts';
import type { DrainIncident, Interruption } from '../../../shared/incidents/incident.ts';
import type { ScheduledChangeIncident } from '../../../shared/incidents/scheduled-change-incident.ts';

const NOW = Date.parse('2026-01-05T08:00:00Z');
const MINUTE = 60_000;
const cluster = 'arn:aws:ecs:eu-west-1:111122223333:cluster/prod';
const arn = 'arn:aws:ecs:eu-west-1:111122223333:container-instance/prod/0f9d';
const id = 'i-0123456789abcdef0';

function drain(interruption: Partial<Interruption>, rest: Partial<DrainIncident> = {}): DrainIncident {
  return {
    kind: 'drain',
    id: `drain#${arn}`,
    version: 1,
    phase: 'draining',
    destination: 'termination',
    openedAtMs: NOW,
    outbox: [],
    ec2InstanceId: id,
    registrations: [{ arn, clusterArn: cluster }],
    actions: [],
    interruption: { cause: 'spot', atMs: NOW, wasDraining: false, ...interruption },
    deadlineAtMs: NOW + 60 * MINUTE,
    ...rest,
  };
}

const instance = {
  arn,
  clusterArn: cluster,
  ec2InstanceId: id,
  status: 'DRAINING',
  agentConnected: true,
  version: 7,
  runningTasksCount: 0,
  pendingTasksCount: 0,
  external: false,
};
const running: DrainObservation = {
  instances: [instance],
  autoScaling: { lifecycleState: 'InService' },
  ec2State: 'running',
  tasks: [],
};

describe('an announcement', () => {
  const ec2 = { ec2InstanceId: id, state: 'running' };
  const autoScaling = { ec2InstanceId: id, groupName: 'web', lifecycleState: 'InService' };
  const usual: AnnouncementObservation = { isRegistered: true, ec2, autoScaling, hasOwnHook: true };
  const said = (cause: Announcement['cause'], seen: Partial<AnnouncementObservation> = {}, rebalance = 'replace') =>
    decideAnnouncement({ ec2InstanceId: id, cause, atMs: NOW }, { ...usual, ...seen }, parsePolicy({ rebalance }));

  it.each([
    ['in no cluster', { isRegistered: false }],
    ['forgotten by EC2', { ec2: undefined }],
    ['terminated', { ec2: { ...ec2, state: 'terminated' } }],
    ['looked after by ECS', { ec2: { ...ec2, operator: 'ecs.amazonaws.com' } }],
  ])('about an instance that is %s is ignored', (_, seen) => {
    for (const cause of ['spot', 'rebalance', 'scheduled change'] as const) {
      expect(said(cause, seen).kind).toBe('ignore');
    }
  });

  it('of a rebalance does what the operator wants', () => {
    expect(said('rebalance', {}, 'off').kind).toBe('ignore');
    expect(said('rebalance', {}, 'drain')).toEqual({ kind: 'drain', replacement: undefined });
    expect(said('rebalance', {}, 'replace')).toEqual({ kind: 'drain', replacement: { when: 'at once' } });
  });

  it('leads to a replacement before the drain only where a hook keeps the instance meanwhile', () => {
    expect(said('scheduled change')).toMatchObject({ replacement: { when: 'at once' } });
    expect(said('scheduled change', { hasOwnHook: false })).toMatchObject({ replacement: { when: 'drained' } });
  });

  it('leads to none for a Spot interruption, outside of a group, or out of service', () => {
    expect(said('spot')).toMatchObject({ replacement: undefined });
    expect(said('scheduled change', { autoScaling: undefined })).toMatchObject({ replacement: undefined });
    const standby = { ...autoScaling, lifecycleState: 'Standby' };
    expect(said('scheduled change', { autoScaling: standby })).toMatchObject({ replacement: undefined });
  });

  it('is news when it is more certain than what is known, never when it is the same or less', () => {
    const of = (cause: Announcement['cause'], atMs = NOW): Announcement => ({ ec2InstanceId: id, cause, atMs });
    expect(isNews(undefined, of('rebalance'))).toBe(true);
    expect(isNews(of('rebalance'), of('spot'))).toBe(true);
    expect(isNews(of('spot'), of('rebalance', NOW + 1))).toBe(false);
    expect(isNews(of('spot'), of('spot'))).toBe(false);
  });
});

describe('a drain without a hook', () => {
  const policy = parsePolicy({});

  it('never releases anything, whatever is seen and however late it is', () => {
    for (const ec2State of ['pending', 'running', 'stopping', 'shutting-down', undefined]) {
      for (const lateMs of [0, 2 * MINUTE, 600 * MINUTE]) {
        const seen = { ...running, ec2State, instances: [{ ...instance, agentConnected: false }] };
        const decision = decideInterrupted(drain({ expectedAtMs: NOW }), seen, { policy, nowMs: NOW + lateMs });
        expect(decision.kind).toBe('wait');
      }
    }
  });

  it.each([
    ['spot', 10],
    ['rebalance', 60],
    ['scheduled change', 120],
  ] as const)('for %s is undone %i minutes after its time, not before', (cause, afterMinutes) => {
    const incident = drain({ cause, expectedAtMs: NOW });
    const at = (nowMs: number) => decideInterrupted(incident, running, { policy, nowMs });
    expect(at(NOW + afterMinutes * MINUTE - 1).kind).toBe('wait');
    expect(at(NOW + afterMinutes * MINUTE)).toMatchObject({ kind: 'spared', result: 'restore' });
  });

  it('tells the group once within five minutes, and not where repairs are off', () => {
    const told = (claimedAtMs: number | undefined, repairs = 'on') =>
      decideInterrupted(drain({ cause: 'rebalance' }, { replacement: { when: 'at once', claimedAtMs } }), running, {
        policy: parsePolicy({ repairs }),
        nowMs: NOW + 5 * MINUTE,
      }).kind;
    expect(told(undefined)).toBe('replace');
    expect(told(NOW + 1)).toBe('wait');
    expect(told(NOW)).toBe('replace');
    expect(told(undefined, 'off')).toBe('wait');
  });

  it('stops what does not block only where the instance is certain to go', () => {
    const proxy = {
      arn: 'arn:aws:ecs:eu-west-1:111122223333:task/prod/1',
      clusterArn: cluster,
      containerInstanceArn: arn,
      group: 'family:proxy',
      startedBy: arn,
      lastStatus: 'RUNNING',
      desiredStatus: 'RUNNING',
    };
    const stopped = (cause: Interruption['cause']) =>
      decideInterrupted(drain({ cause }), { ...running, tasks: [proxy] }, { policy, nowMs: NOW });
    expect(stopped('spot')).toMatchObject({ toStop: [proxy] });
    expect(stopped('rebalance')).toMatchObject({ toStop: [] });
  });
});

describe('a scheduled change', () => {
  const change: ScheduledChangeIncident = {
    kind: 'scheduled-change',
    id: `scheduled-change#${id}`,
    version: 1,
    phase: 'announced',
    ec2InstanceId: id,
    containerInstanceArn: arn,
    clusterArn: cluster,
    openedAtMs: NOW,
    outbox: [],
    eventArn: 'arn:aws:health:eu-west-1::event/EC2/X/1',
    typeCode: 'AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED',
    startsAtMs: NOW + 120 * MINUTE,
  };
  const at = (nowMs: number, lead = '60', ec2State = 'running') =>
    decideScheduledChange(change, ec2State, { policy: parsePolicy({ scheduledChangeLeadMinutes: lead }), nowMs });

  it('is acted on from its lead on, once, and never where the lead is off', () => {
    expect(at(NOW + 60 * MINUTE - 1).kind).toBe('wait');
    expect(at(NOW + 60 * MINUTE).kind).toBe('leave');
    expect(at(NOW + 119 * MINUTE, 'off').kind).toBe('wait');
  });

  it('is over when the instance is gone, or two hours after its time', () => {
    expect(at(NOW, '60', 'terminated')).toEqual({ kind: 'resolve', outcome: 'gone' });
    expect(at(NOW + 240 * MINUTE)).toEqual({ kind: 'resolve', outcome: 'over' });
  });

  it.each([
    ['AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED', true],
    ['AWS_EC2_PERSISTENT_INSTANCE_RETIREMENT_SCHEDULED', true],
    ['AWS_EC2_INSTANCE_STOP_SCHEDULED', true],
    ['AWS_EC2_INSTANCE_REBOOT_MAINTENANCE_SCHEDULED', true],
    ['AWS_EC2_INSTANCE_POWER_MAINTENANCE_SCHEDULED', true],
    ['AWS_EC2_INSTANCE_NETWORK_MAINTENANCE_SCHEDULED', false],
  ])('of kind %s ends tasks: %s', (typeCode, ends) => {
    expect(endsTasks(typeCode)).toBe(ends);
  });
});
