import { expect, test } from 'vitest';
import { onlyLeavingInstancesDrain } from '../../../simulator/invariants/only-leaving-instances-drain.ts';
import { EC2, HandMade, INSTANCE, TERMS } from './hand-made.ts';

const DRAIN = { containerInstances: [INSTANCE], status: 'DRAINING' };
const drain = (story: HandMade, terms = TERMS) =>
  story.call('UpdateContainerInstancesState', DRAIN).judge(onlyLeavingInstancesDrain(terms));

test('An instance that its hook holds may drain', () => {
  expect(drain(new HandMade().registered().held())).toMatchObject({ checks: 1, violations: 0 });
});

test('An instance in service that is drained is caught', () => {
  expect(drain(new HandMade().registered()).violation?.what).toContain(EC2);
});

test('An instance that only a hook of others holds, or that was let go before, is caught when it is drained', () => {
  expect(drain(new HandMade().registered().held('backup')).violations).toBe(1);
  const hook = 'ebbtide-terminate';
  const over = new HandMade()
    .registered()
    .held()
    .world(EC2, 'lifecycle action ended', { hook, by: { kind: 'caller' } });
  expect(drain(over).violations).toBe(1);
});

test.each([
  ['EC2 Spot Instance Interruption Warning', { 'instance-id': EC2 }],
  ['EC2 Instance Rebalance Recommendation', { 'instance-id': EC2 }],
  [
    'AWS Health Event',
    { affectedEntities: [{ entityValue: `arn:aws:ec2:eu-central-1:111122223333:instance/${EC2}` }] },
  ],
])('An instance that AWS takes may drain without a hook: %s', (detailType, detail) => {
  expect(drain(new HandMade().registered().event(detailType, detail))).toMatchObject({ checks: 1, violations: 0 });
});

test('An instance that AWS takes no more is caught when it is drained, unless that may not have been heard yet', () => {
  const tell = (story: HandMade, arn: string, statusCode: string) =>
    story.event('AWS Health Event', { eventArn: arn, statusCode, affectedEntities: [{ entityValue: EC2 }] });
  const calledOff = () =>
    tell(tell(new HandMade().registered(), 'retirement', 'upcoming').after(1), 'retirement', 'closed');
  expect(drain(calledOff().after(6)).violations).toBe(1);
  expect(drain(calledOff().after(6), { ...TERMS, hearsWithinMs: 10 * 60_000 }).violations).toBe(0);
  expect(drain(tell(calledOff(), 'another', 'upcoming').after(6)).violations).toBe(0);
  expect(drain(tell(calledOff(), 'retirement', 'upcoming').after(6)).violations).toBe(0);
});
