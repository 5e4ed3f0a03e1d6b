import { expect, test } from 'vitest';
import { onlyHeldInstancesDrain } from '../../../simulator/invariants/only-held-instances-drain.ts';
import { EC2, HandMade, INSTANCE, TERMS } from './hand-made.ts';

const DRAIN = { containerInstances: [INSTANCE], status: 'DRAINING' };
const drain = (story: HandMade) =>
  story.call('UpdateContainerInstancesState', DRAIN).judge(onlyHeldInstancesDrain(TERMS));

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
