import { describe, expect, test } from 'vitest';
import { parseScheduledChange } from '../../../shared/events/scheduled-change.ts';
import { describeFields, parsed, recorded, withDetail, without } from './recorded.ts';

const event = recorded('scheduled-change');

test('reads a retirement, with instances named by id and by ARN', () => {
  expect(parseScheduledChange(parsed(event))).toEqual({
    kind: 'scheduled-change',
    eventArn:
      'arn:aws:health:eu-west-1::event/EC2/AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED/AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED_3f1c',
    typeCode: 'AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED',
    ec2InstanceIds: ['i-0f3c8a1b2d4e5f607', 'i-0aa11bb22cc33dd44'],
    resolvedIds: [],
    updatedAtMs: Date.UTC(2026, 10, 6, 14, 29, 41),
    startsAtMs: Date.UTC(2026, 10, 20, 18),
    isBackup: false,
    page: 2,
    totalPages: 3,
    statusCode: 'upcoming',
  });
});

describeFields('scheduled-change', parseScheduledChange, {
  required: ['eventArn', 'service', 'eventTypeCode', 'eventTypeCategory', 'statusCode', 'eventRegion'],
  optional: {
    startTime: (complete) => without(complete as never, 'startsAtMs'),
    affectedEntities: () => ({
      kind: 'ignored',
      reason: 'AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED names no EC2 instance',
    }),
    // When the notification was sent.
    lastUpdatedTime: (complete) => ({ ...complete, updatedAtMs: Date.UTC(2026, 10, 6, 14, 30) }),
    page: (complete) => ({ ...complete, page: 1 }),
    totalPages: (complete) => ({ ...complete, totalPages: 1 }),
  },
});

test('tells the copy in a backup region from the event itself', () => {
  expect(parseScheduledChange(parsed({ ...event, region: 'us-west-2' }))).toMatchObject({ isBackup: true });
});

test.each(['open', 'closed', 'some-new-status'])('passes on the status %s', (statusCode) => {
  expect(parse({ statusCode })).toMatchObject({ statusCode });
});

describe('the start', () => {
  test.each(['Fri, 20 Nov 2026 18:00:00 GMT', '2026-11-20T18:00:00Z', '2026-11-20T19:00:00.000+01:00'])(
    'is understood as %s',
    (startTime) => {
      expect(parse({ startTime })).toMatchObject({ startsAtMs: Date.UTC(2026, 10, 20, 18) });
    },
  );

  test.each(['', 'soon', '1795197600', 'Fri, 20 Foo 2026 18:00:00 GMT', '2026-11-20'])(
    'is not guessed from %j',
    (text) => {
      expect(() => parse({ startTime: text })).toThrow(`detail.startTime is ${JSON.stringify(text)}, expected instant`);
    },
  );
});

describe('the affected entities', () => {
  const named = (...values: unknown[]) => parse({ affectedEntities: values.map((entityValue) => ({ entityValue })) });

  test('are taken over as far as they are instances', () => {
    expect(
      named(
        'h-0123456789abcdef0',
        'i-0aa11bb22cc33dd44',
        'UNKNOWN',
        'arn:aws-cn:ec2:cn-north-1:210987654321:instance/i-1a2b3c4d',
      ),
    ).toMatchObject({ ec2InstanceIds: ['i-0aa11bb22cc33dd44', 'i-1a2b3c4d'] });
  });

  test('are taken over once, when named in both ways', () => {
    expect(named('i-1a2b3c4d', 'arn:aws:ec2:eu-west-1:210987654321:instance/i-1a2b3c4d')).toMatchObject({
      ec2InstanceIds: ['i-1a2b3c4d'],
    });
  });

  test.each([
    '210987654321',
    'arn:aws:ec2:eu-west-1:210987654321:dedicated-host/h-1',
    "i-1' or 'a",
    'xi-0aa11bb22cc33dd44',
    '',
  ])('ask nothing of Ebbtide when there is only %j', (value) => {
    expect(named(value)).toMatchObject({ kind: 'ignored' });
  });

  test('are named in full when one is malformed', () => {
    expect(() => named('i-0aa11bb22cc33dd44', 7)).toThrow(
      'detail.affectedEntities.1.entityValue is 7, expected string',
    );
    expect(() => parse({ affectedEntities: [{}] })).toThrow('detail.affectedEntities.0.entityValue is absent');
  });
});

test.each(['0', '-1', '1.5', 'one', ''])('refuses the page %j', (page) => {
  expect(() => parse({ page })).toThrow(`detail.page is ${JSON.stringify(page)}`);
  expect(() => parse({ totalPages: page })).toThrow(`detail.totalPages is ${JSON.stringify(page)}`);
});

describe('ignores', () => {
  test.each([
    ['changes of other services', { service: 'RDS' }],
    ['issues', { eventTypeCategory: 'issue' }],
  ])('%s, whatever else is in them', (_what, subject) => {
    expect(parse({ ...subject, affectedEntities: 'many', page: 0 })).toMatchObject({ kind: 'ignored' });
  });

  test.each([
    ['other events of Health', { ...event, 'detail-type': 'AWS Health Abuse Event' }],
    ['events of other sources that look the same', { ...event, source: 'com.example.health' }],
  ])('%s', (_what, ignored) => {
    expect(parseScheduledChange(parsed(ignored))).toMatchObject({ kind: 'ignored' });
  });
});

function parse(detail: Record<string, unknown>) {
  return parseScheduledChange(parsed(withDetail(event, detail)));
}
