import { expect, test } from 'vitest';
import { onlyLeavingInstancesDrain } from '../../../simulator/invariants/only-leaving-instances-drain.ts';
import { EC2, HandMade, INSTANCE, TERMS } from './hand-made.ts';

const DRAIN = { containerInstances: [INSTANCE], status: 'DRAINING' };
const drain = (story: HandMade) =>
  story.call('UpdateContainerInstancesState', DRAIN).judge(onlyLeavingInstancesDrain(TERMS));

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
