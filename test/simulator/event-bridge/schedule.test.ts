import { describe, expect, it } from 'vitest';
import { compileSchedule } from '../../../simulator/services/event-bridge/schedule.ts';

const AFTER = '2026-01-05T08:00:00.000Z'; // a Monday

describe('A schedule', () => {
  it.each([
    ['rate(1 minute)', '2026-01-05T08:01:00.000Z'],
    ['rate(12 hours)', '2026-01-05T20:00:00.000Z'],
    ['cron(0 10 * * ? *)', '2026-01-05T10:00:00.000Z'],
    ['cron(0 8 * * ? *)', '2026-01-06T08:00:00.000Z'],
    ['cron(0/15 * * * ? *)', '2026-01-05T08:15:00.000Z'],
    ['cron(15 12 ? * SUN *)', '2026-01-11T12:15:00.000Z'],
    ['cron(0 18 ? * MON-FRI *)', '2026-01-05T18:00:00.000Z'],
    ['cron(0 0 29 FEB ? *)', '2028-02-29T00:00:00.000Z'],
    ['cron(5,10 9 1 3,6 ? 2027)', '2027-03-01T09:05:00.000Z'],
  ])('%s fires next at %s', (expression, expected) => {
    expect(new Date(compileSchedule(expression)(Date.parse(AFTER)) ?? 0).toISOString()).toBe(expected);
  });

  it('fires no more after its last year', () => {
    expect(compileSchedule('cron(0 0 * * ? 2025)')(Date.parse(AFTER))).toBeUndefined();
  });

  it.each([
    'rate(0 minutes)',
    'rate(1 minutes)',
    'rate(5 minute)',
    'rate(1 week)',
    'cron(0 10 * * * *)',
    'cron(60 * * * ? *)',
    'cron(0 0 L * ? *)',
    'every minute',
  ])('is refused as %s', (expression) => {
    expect(() => compileSchedule(expression)).toThrow('Parameter ScheduleExpression is not valid.');
  });
});
