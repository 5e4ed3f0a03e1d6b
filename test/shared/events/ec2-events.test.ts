import { describe, expect, test } from 'vitest';
import { parseEc2StateChange } from '../../../shared/events/ec2-state-change.ts';
import { parseRebalance } from '../../../shared/events/rebalance.ts';
import { parseSpotInterruption } from '../../../shared/events/spot-interruption.ts';
import { describeFields, parsed, recorded, withDetail } from './recorded.ts';

const ec2InstanceId = 'i-0f3c8a1b2d4e5f607';

test('reads a Spot interruption', () => {
  expect(parseSpotInterruption(parsed(recorded('spot-interruption')))).toEqual({
    kind: 'spot-interruption',
    ec2InstanceId,
    action: 'terminate',
    atMs: Date.UTC(2026, 10, 20, 11, 20, 31),
  });
});

test('reads a rebalance recommendation', () => {
  expect(parseRebalance(parsed(recorded('rebalance')))).toEqual({
    kind: 'rebalance-recommendation',
    ec2InstanceId,
    atMs: Date.UTC(2026, 10, 20, 11, 5, 7),
  });
});

test('reads a state change', () => {
  expect(parseEc2StateChange(parsed(recorded('ec2-state-change')))).toEqual({
    kind: 'ec2-state-change',
    ec2InstanceId,
    state: 'shutting-down',
    atMs: Date.UTC(2026, 10, 20, 11, 22, 34),
  });
});

test.each(['stop', 'hibernate', 'some-new-action'])('passes on the Spot action %s', (action) => {
  const event = withDetail(recorded('spot-interruption'), { 'instance-action': action });

  expect(parseSpotInterruption(parsed(event))).toMatchObject({ action });
});

test.each(['pending', 'terminated', 'some-new-state'])('passes on the state %s', (state) => {
  expect(parseEc2StateChange(parsed(withDetail(recorded('ec2-state-change'), { state })))).toMatchObject({ state });
});

describeFields('spot-interruption', parseSpotInterruption, {
  required: ['instance-id', 'instance-action'],
  optional: {},
});
describeFields('rebalance', parseRebalance, { required: ['instance-id'], optional: {} });
describeFields('ec2-state-change', parseEc2StateChange, { required: ['instance-id', 'state'], optional: {} });

describe.each([
  ['spot-interruption', parseSpotInterruption],
  ['rebalance', parseRebalance],
  ['ec2-state-change', parseEc2StateChange],
] as const)('%s', (fixture, parse) => {
  const event = recorded(fixture);

  test.each(['i-', '0f3c8a1b2d4e5f607', 'arn:aws:ec2:eu-west-1b:instance/i-0f3c8a1b2d4e5f607'])(
    'refuses the instance id %j',
    (id) => {
      expect(() => parse(parsed(withDetail(event, { 'instance-id': id })))).toThrow(
        `detail.instance-id is ${JSON.stringify(id)}, expected /`,
      );
    },
  );

  test.each([
    ['other events of EC2', { ...event, 'detail-type': 'EC2 Spot Instance Request Fulfillment' }],
    ['events of other sources that look the same', { ...event, source: 'com.example.ec2' }],
  ])('ignores %s', (_what, ignored) => {
    expect(parse(parsed(ignored))).toMatchObject({ kind: 'ignored' });
  });
});
