import { expect, test } from 'vitest';
import { REDEPLOYS } from '../../../cli/campaign/stack-pushes.ts';
import { termsOf } from '../../../cli/campaign/terms.ts';
import { termsIn } from '../../../simulator/invariants/terms.ts';

const MINUTE_MS = 60_000;
const settings = { clusters: '*,!cluster-1', drainDeadlineMinutes: '30', disconnectedAlertMinutes: '10' };
const clusters = [
  { name: 'cluster-0', tags: { 'ebbtide:mode': 'observe', 'ebbtide:drain-deadline-minutes': '20' } },
  { name: 'cluster-1', tags: { 'ebbtide:drain-deadline-minutes': '20' } },
  { name: 'cluster-2', tags: { 'ebbtide:drain-deadline-minutes': 'soon' } },
];

test('A cluster has the terms of its tags, where it is looked after', () => {
  const terms = termsOf({ settings, clusters });
  const of = (name: string) => termsIn(terms, `arn:aws:ecs:eu-central-1:111122223333:cluster/${name}`, 0);
  expect(of('cluster-0')).toMatchObject({ role: 'observes', drainDeadlineMs: 20 * MINUTE_MS });
  expect(of('cluster-1')).toMatchObject({ role: 'stays out', drainDeadlineMs: 30 * MINUTE_MS });
  expect(of('cluster-2')).toMatchObject({ role: 'acts', drainDeadlineMs: 30 * MINUTE_MS });
});

test('Where the stack is deployed anew with another mode, who observes changes nothing, and nobody need act', () => {
  const pushes = [{ atMs: 0, push: REDEPLOYS, seed: 1 }];
  const changedMs = 5 * MINUTE_MS;
  const roles = (mode: string, redeployed: { mode: string }, minutes: readonly number[], name = 'cluster-2') => {
    const terms = termsOf({ settings: { ...settings, mode }, clusters, redeployed, pushes }, () => changedMs);
    return minutes.map((minute) => termsIn(terms, name, minute * MINUTE_MS).role);
  };
  expect(roles('act', { mode: 'observe' }, [0, 6, 6.5, 60])).toEqual(['may act', 'may act', 'observes', 'observes']);
  expect(roles('observe', { mode: 'act' }, [0, 4.9, 5, 60])).toEqual(['observes', 'observes', 'may act', 'may act']);
  expect(roles('observe', { mode: 'act' }, [0, 60], 'cluster-0')).toEqual(['observes', 'observes']);
  expect(roles('act', { mode: 'act' }, [0, 60])).toEqual(['acts', 'acts']);
});

test('Where the stack is deployed anew, what either settings allow is allowed', () => {
  const redeployed = { drainDeadlineMinutes: '10', standaloneTasks: 'stop', nonBlockingGroups: 'family:optional' };
  const pushes = [{ atMs: 0, push: REDEPLOYS, seed: 1 }];
  const terms = termsIn(termsOf({ settings, clusters, redeployed, pushes }), 'cluster-2', 0);
  expect(terms).toMatchObject({ drainDeadlineMs: 10 * MINUTE_MS, drainDeadlineMsMax: 30 * MINUTE_MS });
  expect(terms.stopsStandalone).toBe(true);
  expect(terms.blocks?.('family:optional')).toBe(false);
  expect(terms.blocks?.('service:checkout')).toBe(true);
  expect(termsOf({ settings, clusters, redeployed, pushes: [] }).drainDeadlineMs).toBe(30 * MINUTE_MS);
});
