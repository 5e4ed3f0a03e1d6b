import { DescribeClustersCommand, ECSClient } from '@aws-sdk/client-ecs';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, test } from 'vitest';
import type { Policy } from '../../shared/config/settings.ts';
import { createPolicies } from '../../shared/policies.ts';
import { clusterArn, MINUTE_MS, policy, T0 } from './fleet.ts';

function setUp(mode: string, base = policy) {
  const ecs = new ECSClient({ region: 'eu-west-1' });
  const tags = [
    { key: 'ebbtide:mode', value: mode },
    { key: 'Team', value: 'shop' },
  ];
  const mock = mockClient(ecs);
  mock.on(DescribeClustersCommand).resolves({ clusters: [{ clusterArn, tags }] });
  const clock = { nowMs: T0 };
  const policies = createPolicies(base, { ecs, now: () => clock.nowMs });
  return { policies, clock };
}

function kept(mode: string, readAtMs: number) {
  return { tags: { 'ebbtide:mode': mode }, readAtMs };
}

test('a cluster that was never read has the policy of the stack, or that of the tags which an incident kept', () => {
  const { policies } = setUp('act');
  expect(policies.tags(clusterArn)).toBeUndefined();
  expect(policies.known(clusterArn)).toEqual(policy);
  expect(policies.known(clusterArn, kept('observe', T0))).toEqual({ ...policy, mode: 'observe' });
});

test('the tags to keep are those that set policy, and when they were read', async () => {
  const { policies } = setUp('observe');
  await policies.of(clusterArn);
  expect(policies.tags(clusterArn)).toEqual(kept('observe', T0));
});

test('what was read here is known, unless it is old and what an incident kept was read later', async () => {
  const { policies, clock } = setUp('act');
  await policies.of(clusterArn);
  const knownMode = (readAtMs: number) => policies.known(clusterArn, kept('observe', readAtMs)).mode;

  clock.nowMs = T0 + 4 * MINUTE_MS;
  expect(knownMode(T0 + MINUTE_MS)).toBe('act');
  clock.nowMs = T0 + 6 * MINUTE_MS;
  expect(knownMode(T0 - MINUTE_MS)).toBe('act');
  expect(knownMode(T0 + MINUTE_MS)).toBe('observe');
});

test('what an incident kept of a cluster counts no longer once the cluster is not looked after', () => {
  const base = { ...policy, clusters: ['bank'] };
  const { policies } = setUp('act', base);
  expect(policies.known(clusterArn, kept('observe', T0))).toEqual(base);
});

test('whoever asks for the policy of a cluster that is not looked after is told to do nothing', async () => {
  const base: Policy = { ...policy, mode: 'act', clusters: ['bank'] };
  const { policies } = setUp('act', base);
  expect(await policies.of(clusterArn)).toEqual({ ...base, mode: 'observe' });
});
