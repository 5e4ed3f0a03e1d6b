import { describe, expect, it, test } from 'vitest';
import { REDEPLOYS, TAGS_A_CLUSTER } from '../../../cli/campaign/stack-pushes.ts';
import { termsOf } from '../../../cli/campaign/terms.ts';
import { type Terms, termsIn } from '../../../simulator/invariants/terms.ts';

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
    const plan = { settings: { ...settings, mode }, clusters, redeployed, pushes };
    const terms = termsOf(plan, (push) => (push === REDEPLOYS ? changedMs : undefined));
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
  expect(terms.mayBlock?.('family:optional')).toBe(true);
  expect(terms.mayBlock?.('service:agent-logs')).toBe(false);
  expect(terms.blocks?.('service:checkout')).toBe(true);
  expect(termsOf({ settings, clusters, redeployed, pushes: [] }).drainDeadlineMs).toBe(30 * MINUTE_MS);
});

describe('A cluster that is tagged anew', () => {
  const push = (name: string) => ({ atMs: 0, push: name, seed: 1 });
  const retagged = { 'ebbtide:mode': 'act', 'ebbtide:drain-deadline-minutes': '10' };
  const plan = {
    settings,
    clusters: [{ ...clusters[0], name: 'cluster-0', retagged }],
    pushes: [push(TAGS_A_CLUSTER)],
  };
  const tagged = (name: string) => (name === TAGS_A_CLUSTER ? 5 * MINUTE_MS : undefined);
  const roles = (terms: Terms, minutes: readonly number[]) =>
    minutes.map((minute) => termsIn(terms, 'cluster-0', minute * MINUTE_MS).role);

  const staysOut = (terms: Terms, minutes: readonly number[]) =>
    minutes.map((minute) => termsIn(terms, 'cluster-0', minute * MINUTE_MS).mayStayOut);

  it('may be acted in from then on, and what its old tags and its new ones allow is allowed', () => {
    const terms = termsOf(plan, tagged);
    expect(roles(terms, [0, 4.9, 5, 60])).toEqual(['observes', 'observes', 'may act', 'may act']);
    expect(termsIn(terms, 'cluster-0', 0)).toMatchObject({
      drainDeadlineMs: 10 * MINUTE_MS,
      drainDeadlineMsMax: 20 * MINUTE_MS,
    });
    expect(roles(termsOf({ ...plan, pushes: [] }), [0, 60])).toEqual(['observes', 'observes']);
  });

  it('may be acted in for as long as its tags are kept in mind, where they say that it is not any more', () => {
    const to = (tags: Record<string, string>, retags: Record<string, string>) => ({
      ...plan,
      clusters: [{ name: 'cluster-0', tags, retagged: retags }],
    });
    const terms = termsOf(to({}, { 'ebbtide:mode': 'observe' }), tagged);
    expect(roles(terms, [0, 11, 11.5, 60])).toEqual(['may act', 'may act', 'observes', 'observes']);
  });

  it('in a scope that another deployment narrows, is of nobody from then on, whatever its tags say', () => {
    const all = { ...plan, redeployed: { clusters: '*,!cluster-0' }, pushes: [...plan.pushes, push(REDEPLOYS)] };
    const terms = termsOf(all, (name) => (name === REDEPLOYS ? 20 : 5) * MINUTE_MS);
    expect(roles(terms, [0, 5, 21, 21.5, 60])).toEqual(['observes', 'may act', 'may act', 'stays out', 'stays out']);
    expect(staysOut(terms, [0, 19.9, 20, 21.5])).toEqual([false, false, true, true]);
  });

  it('in a scope that another deployment widens, is looked after since then', () => {
    const clustersOut = { ...settings, clusters: '*,!cluster-0' };
    const all = { ...plan, settings: clustersOut, redeployed: { clusters: '*' }, pushes: [push(REDEPLOYS)] };
    const terms = termsOf({ ...all, clusters: [{ name: 'cluster-0' }] }, () => 5 * MINUTE_MS);
    expect(roles(terms, [0, 5])).toEqual(['stays out', 'may act']);
    expect(staysOut(terms, [0, 5, 6.5])).toEqual([true, true, false]);
    expect(termsIn(terms, 'cluster-0', 9 * MINUTE_MS).heldSinceMs).toBe(5 * MINUTE_MS);
  });
});

test('What AWS calls off is known soon where events come in time, later where they are late, and never where they are lost', () => {
  const hearing = (rates: object) =>
    termsIn(termsOf({ settings, clusters, faults: { rates } }), 'cluster-2', 0).hearsWithinMs;
  expect(hearing({})).toBe(15 * MINUTE_MS);
  expect(hearing({ eventLate: 0.1 })).toBe(60 * MINUTE_MS);
  expect(hearing({ eventLost: 0.1, eventLate: 0.1 })).toBe(Number.POSITIVE_INFINITY);
});
