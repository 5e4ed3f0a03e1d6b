import { expect, test } from 'vitest';
import { lastingAbsencesAreTold } from '../../../simulator/invariants/lasting-absences-are-told.ts';
import { EC2, HandMade, INSTANCE, TERMS, TWIN } from './hand-made.ts';

const ELSEWHERE = INSTANCE.replace('/shop/', '/annex/');
const away = () => new HandMade().inService(EC2, INSTANCE).away(EC2, INSTANCE);
const judge = (story: HandMade, terms = TERMS) => story.swept().judge(lastingAbsencesAreTold(terms));

test('An agent that stays away for longer than the threshold and some sweeps, untold, is caught once', () => {
  expect(judge(away().after(16).swept().after(1)).violations).toBe(1);
  expect(judge(away().after(11)).checks).toBe(0);
});

test('One that was told of, by itself or with an outage of its cluster, is as it ought to be', () => {
  expect(judge(away().after(10).alert('a#opened', 'opened').after(6))).toMatchObject({ checks: 1, violations: 0 });
  const outage = away().after(10).alert('outage#shop#opened', 'opened', 'outage', 'Outage');
  expect(judge(outage.after(30)).violations).toBe(0);
});

test('An outage of another cluster that it is registered in tells of it too, until it is over', () => {
  const both = () => away().world(ELSEWHERE, 'registered');
  const told = (state: string) => ({ id: `outage#annex#${state}`, state, kind: 'outage' });
  const outage = (story: HandMade, state: string) =>
    story.add('notification', { topic: 'alerts', subject: '[annex] Outage', message: '', attributes: told(state) });
  expect(judge(outage(both().after(9), 'opened').after(30)).violations).toBe(0);
  expect(judge(outage(outage(both().after(9), 'opened').after(9), 'resolved').after(16)).violations).toBe(2);
  expect(judge(outage(away().after(9), 'opened').after(30)).violations).toBe(1);
});

test('The clock starts anew at the end of an outage, and when ECS tells of any change of the instance', () => {
  const over = away()
    .alert('outage#shop#opened', 'opened', 'outage')
    .after(13)
    .alert('outage#shop#resolved', 'resolved', 'outage');
  expect(judge(over.after(5)).checks).toBe(0);
  const moved = away().after(9).event('ECS Container Instance State Change', { containerInstanceArn: INSTANCE });
  expect(judge(moved.after(5)).checks).toBe(0);
});

test('One that was connected under another registration until a moment ago was not missed before', () => {
  const twice = () => away().world(TWIN, 'registered').world(TWIN, 'agent connected').after(40).away(EC2, TWIN);
  expect(judge(twice().after(1)).checks).toBe(0);
  expect(judge(twice().after(16)).violations).toBe(2);
});

test('One whose cluster nobody looked after is missed from when somebody does', () => {
  const since = (minutes: number) => ({
    ...TERMS,
    in: () => ({ ...TERMS, heldSinceMs: Date.parse('2026-01-05T08:00:00Z') + minutes * 60_000 }),
  });
  expect(judge(away().after(30), since(25)).checks).toBe(0);
  expect(judge(away().after(30), since(5)).violations).toBe(1);
});

test('Nobody is told of one that has stopped, drains or is held by a hook, or where the operator wants no word', () => {
  expect(judge(away().world(EC2, 'ec2 instance stopped').after(30)).checks).toBe(0);
  expect(judge(away().held().after(30)).checks).toBe(0);
  expect(judge(away().after(30), { ...TERMS, tellsDisconnections: false }).checks).toBe(0);
});
