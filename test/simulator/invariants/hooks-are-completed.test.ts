import { expect, test } from 'vitest';
import { hooksAreCompleted } from '../../../simulator/invariants/hooks-are-completed.ts';
import type { Role, Terms } from '../../../simulator/invariants/terms.ts';
import { EC2, HandMade, INSTANCE, TERMS } from './hand-made.ts';

const ended = (kind: string, hook = 'ebbtide-terminate') =>
  new HandMade().held(hook).world(EC2, 'lifecycle action ended', { hook, by: { kind } });

test('A hook that somebody completes is as it ought to be', () => {
  expect(ended('caller').judge(hooksAreCompleted(TERMS))).toMatchObject({ checks: 2, violations: 0 });
});

test.each(['heartbeat-timeout', 'global-timeout'])('A hook that ends by %s is caught', (kind) => {
  expect(ended(kind).judge(hooksAreCompleted(TERMS)).violations).toBe(1);
});

test('A hook that is open in the end is caught', () => {
  expect(new HandMade().held().judge(hooksAreCompleted(TERMS)).violation?.what).toContain('is still open');
});

test('A hook of an instance in no cluster is judged by the cluster that its group belongs to', () => {
  const observed: Terms = { ...TERMS, homeOf: () => 'shop', in: () => ({ ...TERMS, role: 'observes' }) };
  expect(ended('heartbeat-timeout').judge(hooksAreCompleted(observed)).checks).toBe(0);
  const acted: Terms = { ...observed, in: () => TERMS };
  expect(ended('heartbeat-timeout').judge(hooksAreCompleted(acted)).violations).toBe(1);
});

test('A hook of an instance that is registered in an observed cluster besides may be left to expire', () => {
  const roles = (bank: Role): Terms => ({
    ...TERMS,
    in: (name) => ({ ...TERMS, role: name === 'bank' ? bank : 'acts' }),
  });
  const both = () => new HandMade().registered().registered(INSTANCE.replace('shop', 'bank')).held();
  const expired = () =>
    both().world(EC2, 'lifecycle action ended', { hook: 'ebbtide-terminate', by: { kind: 'heartbeat-timeout' } });
  expect(expired().judge(hooksAreCompleted(roles('observes'))).checks).toBe(0);
  expect(expired().judge(hooksAreCompleted(roles('stays out'))).violations).toBe(1);
});

test('A hook of an instance that had moved to a cluster nobody looks after may be left to expire', () => {
  const terms: Terms = {
    ...TERMS,
    actsWithinMs: 90_000,
    in: (name) => ({ ...TERMS, role: name === 'bank' ? 'stays out' : 'acts' }),
  };
  const moved = () => new HandMade().registered().registered(INSTANCE.replace('shop', 'bank'));
  const expire = (world: HandMade) =>
    world
      .after(5)
      .world(EC2, 'lifecycle action ended', { hook: 'ebbtide-terminate', by: { kind: 'heartbeat-timeout' } })
      .judge(hooksAreCompleted(terms));
  const deregister = (world: HandMade) => world.world(INSTANCE, 'deregistered', { ec2InstanceId: EC2 });
  expect(expire(deregister(moved()).after(1).held()).checks).toBe(0);
  expect(expire(deregister(moved().held().after(1))).checks).toBe(0);
  expect(expire(deregister(moved().held().after(2))).violations).toBe(1);
});

test('What becomes of the hooks of others is their own affair', () => {
  expect(ended('heartbeat-timeout', 'backup').judge(hooksAreCompleted(TERMS)).checks).toBe(0);
});
