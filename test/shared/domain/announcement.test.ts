import { describe, expect, it, test } from 'vitest';
import { parsePolicy } from '../../../shared/config/config.ts';
import {
  type Announcement,
  type AnnouncementObservation,
  decideAnnouncement,
  isNews,
} from '../../../shared/domain/interruption.ts';
import { ec2InstanceId, MINUTE_MS, T0 } from '../fleet.ts';

const causes = ['spot', 'rebalance', 'scheduled change'] as const;
const ec2 = { ec2InstanceId, state: 'running' };
const autoScaling = { ec2InstanceId, groupName: 'web', lifecycleState: 'InService' };
const usual: AnnouncementObservation = { isRegistered: true, ec2, autoScaling, hasOwnHook: true };

function said(cause: Announcement['cause'], seen: Partial<AnnouncementObservation> = {}, rebalance = 'replace') {
  return decideAnnouncement({ ec2InstanceId, cause, atMs: T0 }, { ...usual, ...seen }, parsePolicy({ rebalance }));
}

describe('an announcement', () => {
  it.each([
    ['in no cluster', { isRegistered: false }, 'not registered in a cluster that is looked after'],
    ['forgotten by EC2', { ec2: 'gone' as const }, 'gone already'],
    ['gone', { ec2: { ...ec2, state: 'gone' } }, 'gone already'],
    ['terminated', { ec2: { ...ec2, state: 'terminated' } }, 'gone already'],
    ['shutting down', { ec2: { ...ec2, state: 'shutting-down' } }, 'gone already'],
    ['looked after by ECS', { ec2: { ...ec2, operator: 'ecs.amazonaws.com' } }, 'ecs.amazonaws.com looks after it'],
  ])('about an instance that is %s is ignored', (_, seen, reason) => {
    for (const cause of causes) expect(said(cause, seen)).toEqual({ kind: 'ignore', reason });
  });

  it.each(['pending', 'running', 'stopping', 'stopped'])('about an instance that is %s drains it', (state) => {
    for (const cause of causes) expect(said(cause, { ec2: { ...ec2, state } }).kind).toBe('drain');
  });

  it('of a Spot interruption drains the instance although EC2 did not say what it is', () => {
    expect(said('spot', { ec2: undefined, autoScaling: undefined }).kind).toBe('drain');
  });

  it('of a rebalance does what the operator wants', () => {
    expect(said('rebalance', {}, 'off')).toEqual({ kind: 'ignore', reason: 'rebalance is off' });
    expect(said('rebalance', {}, 'drain')).toEqual({ kind: 'drain', replacement: undefined });
    expect(said('rebalance', {}, 'replace')).toEqual({ kind: 'drain', replacement: { when: 'at once' } });
  });

  it('that the instance will go is heard also where rebalance recommendations are not', () => {
    expect(said('spot', {}, 'off')).toEqual({ kind: 'drain', replacement: undefined });
    expect(said('scheduled change', {}, 'off')).toEqual({ kind: 'drain', replacement: { when: 'at once' } });
  });

  it('leads to a replacement before the drain only where a hook keeps the instance meanwhile', () => {
    expect(said('scheduled change')).toMatchObject({ replacement: { when: 'at once' } });
    expect(said('scheduled change', { hasOwnHook: false })).toMatchObject({ replacement: { when: 'drained' } });
  });

  it('leads to none for a Spot interruption, outside of a group, or out of service', () => {
    expect(said('spot')).toEqual({ kind: 'drain', replacement: undefined });
    expect(said('scheduled change', { autoScaling: undefined })).toEqual({ kind: 'drain', replacement: undefined });
    const standby = { ...autoScaling, lifecycleState: 'Standby' };
    expect(said('scheduled change', { autoScaling: standby })).toEqual({ kind: 'drain', replacement: undefined });
  });
});

describe('what is announced of an instance that is being drained for an announcement', () => {
  const of = (cause: Announcement['cause'], atMs = T0, expectedAtMs?: number): Announcement => ({
    ec2InstanceId,
    cause,
    atMs,
    expectedAtMs,
  });

  test('is news where nothing was announced yet', () => {
    for (const cause of causes) expect(isNews(undefined, of(cause))).toBe(true);
  });

  test.each([
    ['rebalance', 'scheduled change'],
    ['rebalance', 'spot'],
    ['scheduled change', 'spot'],
  ] as const)('is news when %s becomes %s, which is more certain, and never the other way round', (less, more) => {
    expect(isNews(of(less, T0, T0), of(more, T0 - 1, T0))).toBe(true);
    expect(isNews(of(more, T0, T0), of(less, T0 + MINUTE_MS, T0 + MINUTE_MS))).toBe(false);
  });

  test.each(causes)('%s is news again when a later word names another time', (cause) => {
    const known = of(cause, T0, T0 + 10 * MINUTE_MS);
    expect(isNews(known, of(cause, T0 + 1, T0 + 20 * MINUTE_MS))).toBe(true);
    expect(isNews(known, of(cause, T0 + 1, T0 + 10 * MINUTE_MS))).toBe(false);
    expect(isNews(known, of(cause, T0, T0 + 20 * MINUTE_MS))).toBe(false);
    expect(isNews(known, of(cause, T0 - 1, T0 + 20 * MINUTE_MS))).toBe(false);
  });
});
