import { describe, expect, test } from 'vitest';
import type { LifecycleActionEvent } from '../../../shared/events/lifecycle-action.ts';
import { parseLifecycleAction } from '../../../shared/events/lifecycle-action.ts';
import { describeFields, parsed, recorded, withDetail, without } from './recorded.ts';

const event = recorded('terminate');

test('reads a termination', () => {
  expect(parse('terminate')).toEqual({
    kind: 'terminate',
    action: {
      ec2InstanceId: 'i-0f3c8a1b2d4e5f607',
      groupName: 'shop-ondemand',
      hookName: 'ebbtide-terminate',
      token: '0b6f2c1d-5e4a-4d3c-9b8a-7f6e5d4c3b2a',
      startedAtMs: Date.UTC(2026, 10, 20, 9, 14, 33),
    },
    origin: 'AutoScalingGroup',
    destination: 'EC2',
    replacesRootVolume: false,
  });
});

test('tells a return to the warm pool from a termination', () => {
  expect(parse('terminate-to-warm-pool')).toMatchObject({
    kind: 'terminate',
    origin: 'AutoScalingGroup',
    destination: 'WarmPool',
    replacesRootVolume: false,
  });
});

test('tells a root volume replacement from a termination', () => {
  expect(parse('terminate-root-volume')).toMatchObject({ kind: 'terminate', replacesRootVolume: true });
});

test.each(['Action', 'Destination'])('knows a root volume replacement even without %s', (field) => {
  const recordedEvent = recorded('terminate-root-volume');

  const detail = without(recordedEvent.detail, field);

  expect(parseLifecycleAction(parsed({ ...recordedEvent, detail }))).toMatchObject({ replacesRootVolume: true });
});

test('reads a launch', () => {
  expect(parse('launch')).toMatchObject({
    kind: 'launch',
    action: { hookName: 'ebbtide-launch' },
    origin: 'EC2',
    destination: 'AutoScalingGroup',
    replacesRootVolume: false,
  });
});

test('tells a launch out of the warm pool from one out of EC2', () => {
  const fromWarmPool = withDetail(recorded('launch'), { Origin: 'WarmPool' });

  expect(parseLifecycleAction(parsed(fromWarmPool))).toMatchObject({ origin: 'WarmPool', replacesRootVolume: false });
});

test('passes on origins and destinations that it does not know', () => {
  const moved = withDetail(event, { Origin: 'Retained', Destination: 'Elsewhere' });

  expect(parseLifecycleAction(parsed(moved))).toMatchObject({ origin: 'Retained', destination: 'Elsewhere' });
});

const fields = {
  required: ['EC2InstanceId', 'AutoScalingGroupName', 'LifecycleHookName'],
  optional: {
    LifecycleActionToken: (complete: unknown) => {
      const { action, ...rest } = complete as LifecycleActionEvent;
      const { token: _, ...withoutToken } = action;
      return { ...rest, action: withoutToken };
    },
    Origin: (complete: unknown) => without(complete as Record<string, unknown>, 'origin'),
    Destination: (complete: unknown) => without(complete as Record<string, unknown>, 'destination'),
  },
};

describeFields('terminate', parseLifecycleAction, fields);
describeFields('terminate-to-warm-pool', parseLifecycleAction, fields);
describeFields('launch', parseLifecycleAction, fields);
// Each of the two marks of a root volume replacement stands in for the other.
describeFields('terminate-root-volume', parseLifecycleAction, {
  required: fields.required,
  optional: { ...fields.optional, Action: (complete: unknown) => complete },
});

test.each(['i-', "i-0f3c8a1b2d4e5f607' or 'a", 'mi', '0f3c8a1b2d4e5f607', ''])('refuses the instance id %j', (id) => {
  expect(() => parseLifecycleAction(parsed(withDetail(event, { EC2InstanceId: id })))).toThrow(
    `detail.EC2InstanceId is ${JSON.stringify(id)}`,
  );
});

test.each(['AutoScalingGroupName', 'LifecycleHookName'])('refuses an empty %s', (field) => {
  expect(() => parseLifecycleAction(parsed(withDetail(event, { [field]: '' })))).toThrow(`detail.${field} is ""`);
});

describe('ignores', () => {
  test.each([
    [
      'a test notification',
      { ...event, detail: { Event: 'autoscaling:TEST_NOTIFICATION', AccountId: '210987654321' } },
    ],
    ['other events of Auto Scaling', { ...event, 'detail-type': 'EC2 Instance Terminate Successful' }],
    ['events of other sources that look the same', { ...event, source: 'com.example.autoscaling' }],
  ])('%s', (_what, ignored) => {
    expect(parseLifecycleAction(parsed(ignored))).toEqual({ kind: 'ignored', reason: expect.stringMatching(/\w/) });
  });
});

function parse(fixture: string) {
  return parseLifecycleAction(parsed(recorded(fixture)));
}
