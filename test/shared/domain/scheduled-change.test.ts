import { describe, expect, test } from 'vitest';
import { parsePolicy } from '../../../shared/config/config.ts';
import {
  decideNotice,
  decideScheduledChange,
  endsTasks,
  isOver,
  leaveAtMs,
} from '../../../shared/domain/scheduled-change.ts';
import type { ScheduledChangeIncident } from '../../../shared/incidents/scheduled-change-incident.ts';
import { arn, clusterArn, ec2InstanceId, MINUTE_MS, T0 } from '../fleet.ts';

const HOUR_MS = 60 * MINUTE_MS;
const eventArn = 'arn:aws:health:eu-west-1::event/EC2/retirement/1';
const announced = { eventArn, phase: 'announced', startsAtMs: T0 + HOUR_MS } as const;
const over = { ...announced, phase: 'closed' } as const;
const at = (startsAtMs: number | undefined, overrides = {}) => ({
  eventArn,
  startsAtMs,
  updatedAtMs: T0,
  statusCode: 'open',
  ...overrides,
});
const another = { eventArn: 'arn:aws:health:eu-west-1::event/EC2/reboot/2' };

describe('what AWS Health says of a change', () => {
  test.each([
    ['the first time', undefined, at(T0), { kind: 'open' }],
    ['once more', announced, at(announced.startsAtMs), { kind: 'ignore' }],
    ['without its time', announced, at(undefined), { kind: 'ignore' }],
    ['with another time', announced, at(T0 + 2 * HOUR_MS), { kind: 'move', startsAtMs: T0 + 2 * HOUR_MS }],
    ['with another time, older than what is known', { ...announced, updatedAtMs: T0 + 1 }, at(T0), { kind: 'ignore' }],
    ['that it is closed', announced, at(announced.startsAtMs, { statusCode: 'closed' }), { kind: 'call off' }],
    ['that it is closed, when it is over', over, at(T0, { statusCode: 'closed' }), { kind: 'ignore' }],
    ['that another one is closed', announced, at(T0, { ...another, statusCode: 'closed' }), { kind: 'ignore' }],
    ['once more, when it is over', over, at(over.startsAtMs), { kind: 'ignore' }],
    ['with an earlier time, when it is over: the event is late', over, at(T0), { kind: 'ignore' }],
    ['with a later time, when it is over', over, at(T0 + 3 * HOUR_MS), { kind: 'open' }],
    ['about a later one beside it', announced, at(T0 + 2 * HOUR_MS, another), { kind: 'ignore' }],
    ['about a sooner one beside it', announced, at(T0, another), { kind: 'open' }],
    ['about one at the same time beside it', announced, at(announced.startsAtMs, another), { kind: 'ignore' }],
    ['about one at any moment beside it', announced, at(undefined, another), { kind: 'open' }],
    ['about another one, when it is over', over, at(T0 + 2 * HOUR_MS, another), { kind: 'open' }],
  ] as const)('%s', (_, earlier, notice, decision) => {
    expect(decideNotice(earlier, notice)).toEqual(decision);
  });
});

describe('a change that is scheduled', () => {
  const change: ScheduledChangeIncident = {
    ...announced,
    kind: 'scheduled-change',
    id: `scheduled-change#${ec2InstanceId}`,
    version: 1,
    ec2InstanceId,
    containerInstanceArn: arn,
    clusterArn,
    openedAtMs: T0,
    outbox: [],
    typeCode: 'AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED',
    startsAtMs: T0 + 2 * HOUR_MS,
  };
  const decide = (nowMs: number, lead = '60', { ec2State = 'running', incident = change } = {}) =>
    decideScheduledChange(incident, ec2State, { policy: parsePolicy({ scheduledChangeLeadMinutes: lead }), nowMs });

  test('is acted on from its lead on, and never where the lead is off', () => {
    expect(decide(T0 + HOUR_MS - 1)).toEqual({ kind: 'wait' });
    expect(decide(T0 + HOUR_MS)).toEqual({ kind: 'leave' });
    expect(decide(T0 + 2 * HOUR_MS - 1, 'off')).toEqual({ kind: 'wait' });
  });

  test('is acted on once', () => {
    expect(decide(T0 + HOUR_MS, '60', { incident: { ...change, phase: 'leaving' } })).toEqual({ kind: 'wait' });
  });

  test('without a time may come any moment, so it is acted on at once, and is never over', () => {
    const incident = { ...change, startsAtMs: undefined };
    expect(decide(T0, '60', { incident })).toEqual({ kind: 'leave' });
    expect(decide(T0 + 1_000 * HOUR_MS, '60', { incident })).toEqual({ kind: 'leave' });
    expect(decide(T0, 'off', { incident })).toEqual({ kind: 'wait' });
  });

  test.each(['terminated', 'gone'])('is over when the instance is %s, whatever its time', (ec2State) => {
    expect(decide(T0, '60', { ec2State })).toEqual({ kind: 'resolve', outcome: 'gone' });
    expect(decide(T0 + 100 * HOUR_MS, '60', { ec2State })).toEqual({ kind: 'resolve', outcome: 'gone' });
  });

  test('is over two hours after its time, and not a millisecond before', () => {
    expect(decide(T0 + 4 * HOUR_MS - 1)).toEqual({ kind: 'leave' });
    expect(decide(T0 + 4 * HOUR_MS)).toEqual({ kind: 'resolve', outcome: 'over' });
    expect(isOver(T0, T0 + 2 * HOUR_MS - 1)).toBe(false);
    expect(isOver(T0, T0 + 2 * HOUR_MS)).toBe(true);
    expect(isOver(undefined, T0)).toBe(false);
  });

  test('is left for as long before as the operator says', () => {
    expect(leaveAtMs(T0, { scheduledChangeLeadMinutes: 90 })).toBe(T0 - 90 * MINUTE_MS);
    expect(leaveAtMs(undefined, { scheduledChangeLeadMinutes: 90 })).toBe(0);
    expect(leaveAtMs(T0, { scheduledChangeLeadMinutes: 'off' })).toBeUndefined();
  });

  test.each([
    ['AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED', true],
    ['AWS_EC2_PERSISTENT_INSTANCE_RETIREMENT_SCHEDULED', true],
    ['AWS_EC2_INSTANCE_STOP_SCHEDULED', true],
    ['AWS_EC2_INSTANCE_REBOOT_MAINTENANCE_SCHEDULED', true],
    ['AWS_EC2_INSTANCE_POWER_MAINTENANCE_SCHEDULED', true],
    ['AWS_EC2_INSTANCE_TERMINATION_SCHEDULED', true],
    ['AWS_EC2_INSTANCE_NETWORK_MAINTENANCE_SCHEDULED', false],
  ])('of kind %s ends tasks: %s', (typeCode, ends) => {
    expect(endsTasks(typeCode)).toBe(ends);
  });
});
