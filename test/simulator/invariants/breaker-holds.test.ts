import { expect, test } from 'vitest';
import { breakerHolds } from '../../../simulator/invariants/breaker-holds.ts';
import { EC2, HandMade, INSTANCE, TERMS, TWIN } from './hand-made.ts';

const terms = { ...TERMS, outage: { sharePercent: 50, countMin: 2 } };
const id = (serial: number) => `i-0000000000000000${serial}`;
const arn = (serial: number) => `${INSTANCE}${serial}`;
/** Four in service, the first so many of them away. */
const fleet = (away: number) => {
  const story = new HandMade();
  for (const serial of [1, 2, 3, 4]) story.inService(id(serial), arn(serial));
  for (const serial of [1, 2, 3, 4].slice(0, away)) story.away(id(serial), arn(serial));
  return story.after(20);
};
const replace = (story: HandMade) => story.call('SetInstanceHealth', { InstanceId: EC2 });
const judge = (story: HandMade) => story.judge(breakerHolds(terms));

test('A repair or an alert while fewer are away than the share or the number is as it ought to be', () => {
  expect(judge(replace(fleet(1)).alert('a#opened', 'opened'))).toMatchObject({ checks: 2, violations: 0 });
});

test('A repair while exactly the share is away is caught, and an alert', () => {
  expect(judge(replace(fleet(2))).violation?.what).toContain('replace of i-00000000000000001 in an outage since');
  expect(judge(fleet(2).alert('a#opened', 'opened')).violations).toBe(1);
});

test('Instances that drain, have stopped or were announced to go do not make an outage', () => {
  expect(
    judge(
      replace(
        fleet(2)
          .world(arn(2), 'draining', { ec2InstanceId: id(2) })
          .after(1),
      ),
    ).violations,
  ).toBe(0);
  expect(
    judge(
      replace(
        fleet(2)
          .world(id(2), 'ec2 instance stopped', { ec2InstanceId: id(2) })
          .after(1),
      ),
    ).violations,
  ).toBe(0);
  expect(
    judge(
      replace(
        fleet(2)
          .event('EC2 Spot Instance Interruption Warning', { 'instance-id': id(2) })
          .after(1),
      ),
    ).violations,
  ).toBe(0);
});

test('What was seen a moment before the outage may still be acted on, for as long as a look takes', () => {
  const slow = { ...terms, actsWithinMs: 60_000 };
  const late = () => fleet(1).away(id(2), arn(2));
  expect(replace(late().after(0.9)).judge(breakerHolds(slow)).violations).toBe(0);
  expect(replace(late().after(1.1)).judge(breakerHolds(slow)).violations).toBe(1);
});

test('An alert that AWS kept from being sent may come late, unless its instance was not away for long enough before the outage', () => {
  const patient = { ...terms, tellsWithinMs: 900_000, actsWithinMs: 60_000 };
  const unsent = (story: HandMade) => story.call('Publish', {}, { code: 'InternalError', message: '' }, 'sns');
  const judgeAlert = (story: HandMade) =>
    unsent(story).alert('a#opened', 'opened').judge(breakerHolds(patient)).violations;
  expect(judgeAlert(fleet(1).away(id(2), arn(2)).after(5))).toBe(0);
  const together = fleet(0).away(id(1), arn(1)).away(id(2), arn(2));
  expect(judgeAlert(together.after(12))).toBe(1);
});

test('An outage of one Availability Zone is enough', () => {
  const elsewhere = (story: HandMade) => {
    for (const serial of [5, 6, 7, 8]) {
      const attributes = [{ name: 'ecs.availability-zone', value: 'eu-central-1b' }];
      story.world(arn(serial), 'registered', { ec2InstanceId: id(serial) });
      story.event('ECS Container Instance State Change', { containerInstanceArn: arn(serial), attributes });
      story.world(arn(serial), 'agent connected', { ec2InstanceId: id(serial) });
    }
    return story;
  };
  const zone = elsewhere(new HandMade());
  for (const serial of [1, 2, 3]) zone.inService(id(serial), arn(serial));
  zone.away(id(1), arn(1)).away(id(2), arn(2)).after(20);
  expect(judge(replace(zone)).violations).toBe(1);
});

test('A repair that ends the outage by its own effect, which is on record before its call, is caught', () => {
  const gone = { ec2InstanceId: EC2, group: 'shop' };
  expect(judge(replace(fleet(2).world(EC2, 'lifecycle state Terminating', gone))).violations).toBe(1);
  const removed = fleet(2).world(arn(1), 'deregistered', gone);
  expect(judge(removed.ecs('DeregisterContainerInstance', { containerInstance: arn(1) })).violations).toBe(1);
});

test('In a cluster that nobody looks after there is no outage that anybody could see', () => {
  const outside = { ...terms, in: () => ({ ...terms, role: 'stays out' as const }) };
  expect(replace(fleet(2)).judge(breakerHolds(outside)).violations).toBe(0);
});

test('An agent that has moved on to another cluster is not missed any more, and its outage may be over by that', () => {
  const elsewhere = INSTANCE.replace('shop', 'bank');
  const moved = fleet(2).world(elsewhere, 'registered', { ec2InstanceId: id(2) });
  expect(judge(replace(moved)).violations).toBe(1);
  const connected = fleet(2)
    .world(elsewhere, 'registered', { ec2InstanceId: id(2) })
    .world(elsewhere, 'agent connected', { ec2InstanceId: id(2) })
    .after(1);
  expect(judge(replace(connected)).violations).toBe(0);
});

test('An instance that is registered more than once is one that is away', () => {
  const often = fleet(1);
  for (const twin of [TWIN, `${TWIN}2`]) often.world(twin, 'registered', { ec2InstanceId: id(1) });
  expect(judge(replace(often.after(1))).violations).toBe(0);
});

test('What moved to another cluster is missed there, and not where it was', () => {
  const moved = fleet(2)
    .world(INSTANCE.replace('shop', 'bank'), 'registered', { ec2InstanceId: id(2) })
    .after(1);
  expect(judge(replace(moved)).violations).toBe(0);
});
