import { describe, expect, test } from 'vitest';
import { decideNotice } from '../../../shared/domain/scheduled-change.ts';
import { MINUTE_MS, T0 } from '../fleet.ts';

const HOUR_MS = 60 * MINUTE_MS;
const eventArn = 'arn:aws:health:eu-west-1::event/EC2/retirement/1';
const announced = { eventArn, phase: 'announced', startsAtMs: T0 + HOUR_MS } as const;
const over = { ...announced, phase: 'closed' } as const;
const at = (startsAtMs: number | undefined, overrides = {}) => ({
  eventArn,
  startsAtMs,
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
    ['that it is closed', announced, at(announced.startsAtMs, { statusCode: 'closed' }), { kind: 'call off' }],
    ['that it is closed, when it is over', over, at(T0, { statusCode: 'closed' }), { kind: 'ignore' }],
    ['that another one is closed', announced, at(T0, { ...another, statusCode: 'closed' }), { kind: 'ignore' }],
    ['once more, when it is over', over, at(over.startsAtMs), { kind: 'ignore' }],
    ['with an earlier time, when it is over: the event is late', over, at(T0), { kind: 'ignore' }],
    ['with a later time, when it is over', over, at(T0 + 3 * HOUR_MS), { kind: 'open' }],
    ['about a later one beside it', announced, at(T0 + 2 * HOUR_MS, another), { kind: 'ignore' }],
    ['about a sooner one beside it', announced, at(T0, another), { kind: 'open' }],
    ['about one at any moment beside it', announced, at(undefined, another), { kind: 'open' }],
    ['about another one, when it is over', over, at(T0 + 2 * HOUR_MS, another), { kind: 'open' }],
  ] as const)('%s', (_, earlier, notice, decision) => {
    expect(decideNotice(earlier, notice)).toEqual(decision);
  });
});
