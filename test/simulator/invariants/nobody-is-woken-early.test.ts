import { expect, test } from 'vitest';
import { nobodyIsWokenEarly } from '../../../simulator/invariants/nobody-is-woken-early.ts';
import { HandMade, INSTANCE, TERMS } from './hand-made.ts';

const away = () => new HandMade().registered().world(INSTANCE, 'agent disconnected');
const alerted = (story: HandMade) => story.alert('a#opened', 'opened').judge(nobodyIsWokenEarly(TERMS));

test('An alert after the threshold is as it ought to be', () => {
  expect(alerted(away().after(10))).toMatchObject({ checks: 1, violations: 0 });
});

test('An alert before the threshold is caught', () => {
  expect(alerted(away().after(9)).violation?.what).toContain('i-00000000000000001 is away');
});

test('An alert about an agent that came back for a moment in between is caught', () => {
  const flapped = away().after(9).world(INSTANCE, 'agent connected').world(INSTANCE, 'agent disconnected').after(9);
  expect(alerted(flapped).violations).toBe(1);
});

const impaired = (type: string) => (story: HandMade) =>
  story.event('ECS Container Instance Health Change', {
    containerInstanceArn: INSTANCE,
    overallStatus: 'IMPAIRED',
    healthChecks: [{ type, status: 'IMPAIRED' }],
  });

test('An alert about what ECS calls impaired may come at once, unless it is the connection of the agent', () => {
  expect(alerted(impaired('CONTAINER_RUNTIME')(new HandMade().registered()))).toMatchObject({ violations: 0 });
  expect(alerted(impaired('AGENT_CONNECTIVITY')(away().after(5)).after(4))).toMatchObject({ violations: 1 });
});

test('Alerts that an incident is over, or about a drain, say nothing about a threshold', () => {
  const story = new HandMade().registered().alert('a#resolved', 'resolved').alert('b#opened', 'opened', 'drain');
  expect(story.judge(nobodyIsWokenEarly(TERMS)).checks).toBe(0);
});
