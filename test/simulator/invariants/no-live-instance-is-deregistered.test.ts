import { expect, test } from 'vitest';
import { noLiveInstanceIsDeregistered } from '../../../simulator/invariants/no-live-instance-is-deregistered.ts';
import { EC2, HandMade, INSTANCE, MINUTE, TERMS, TWIN } from './hand-made.ts';

const away = () => new HandMade().registered().world(INSTANCE, 'agent disconnected');
const judge = (story: HandMade) =>
  story
    .world(INSTANCE, 'deregistered')
    .call('DeregisterContainerInstance', { containerInstance: INSTANCE })
    .judge(noLiveInstanceIsDeregistered(TERMS));

test('A ghost that has been away for long enough may be deregistered', () => {
  expect(judge(away().world(EC2, 'ec2 instance terminated').after(10))).toMatchObject({ checks: 1, violations: 0 });
});

test('A duplicate of a connected registration may be deregistered', () => {
  expect(judge(away().registered(TWIN).after(10)).violations).toBe(0);
});

test('A connected instance that is deregistered is caught', () => {
  expect(judge(new HandMade().registered()).violation?.what).toContain('its agent was connected');
});

test('A silent instance that still runs is caught when it is deregistered', () => {
  expect(judge(away().after(60)).violation?.what).toContain('is running and has no other');
});

test('A ghost that was connected a moment ago is caught when it is deregistered', () => {
  const verdict = judge(away().world(EC2, 'ec2 instance terminated').after(9));
  expect(verdict.violation?.what).toContain('away only since 2026-01-05T08:00:00.000Z');
});

test('A silent instance may be deregistered by the delay of that step, though alerts wait for longer, and not before', () => {
  const terms = { ...TERMS, disconnectedMs: 15 * MINUTE, deregistersRunningMs: 13 * MINUTE };
  const after = (minutes: number) =>
    away()
      .after(minutes)
      .call('DeregisterContainerInstance', { containerInstance: INSTANCE })
      .judge(noLiveInstanceIsDeregistered(terms)).violations;
  expect(after(13)).toBe(0);
  expect(after(12)).toBe(1);
});

test('One whose agent comes back in that very moment is as it ought to be, and one that has been back for longer is caught', () => {
  const terms = { ...TERMS, actsWithinMs: MINUTE, deregistersRunningMs: 30 * MINUTE };
  const backFor = (minutes: number) =>
    new HandMade()
      .registered()
      .world(INSTANCE, 'agent disconnected')
      .after(40)
      .world(INSTANCE, 'agent connected')
      .after(minutes)
      .call('DeregisterContainerInstance', { containerInstance: INSTANCE }, undefined, 'ecs')
      .judge(noLiveInstanceIsDeregistered(terms));
  expect(backFor(0.5).violations).toBe(0);
  expect(backFor(2).violation?.what).toContain('its agent was connected');
});

test('A duplicate whose other registration lost its agent a moment ago may be deregistered, and one that has long been alone not', () => {
  const terms = { ...TERMS, actsWithinMs: MINUTE };
  const aloneFor = (minutes: number) =>
    away()
      .after(20)
      .registered(TWIN)
      .after(1)
      .world(TWIN, 'agent disconnected')
      .after(minutes)
      .call('DeregisterContainerInstance', { containerInstance: INSTANCE })
      .judge(noLiveInstanceIsDeregistered(terms)).violations;
  expect(aloneFor(0.5)).toBe(0);
  expect(aloneFor(1.5)).toBe(1);
  const neverConnected = away().after(20).world(TWIN, 'registered');
  expect(
    neverConnected
      .call('DeregisterContainerInstance', { containerInstance: INSTANCE })
      .judge(noLiveInstanceIsDeregistered(terms)).violations,
  ).toBe(1);
});
