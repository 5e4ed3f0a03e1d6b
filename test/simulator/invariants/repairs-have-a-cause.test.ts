import { expect, test } from 'vitest';
import { repairsHaveACause } from '../../../simulator/invariants/repairs-have-a-cause.ts';
import { EC2, HandMade, INSTANCE, MINUTE, TERMS } from './hand-made.ts';

const terms = { ...TERMS, restartsMs: 15 * MINUTE, replacesMs: 30 * MINUTE, replacesUnregisteredMs: 20 * MINUTE };
const away = (minutes: number) => new HandMade().registered().away(EC2, INSTANCE).after(minutes);
const restart = (story: HandMade) => story.call('SendCommand', { InstanceIds: [EC2] }, undefined, 'ssm');
const replace = (story: HandMade) => story.call('SetInstanceHealth', { InstanceId: EC2, HealthStatus: 'Unhealthy' });
const violations = (story: HandMade, some = terms) => story.judge(repairsHaveACause(some)).violations;

test('A restart and a replacement after as long as their steps say are as they ought to be', () => {
  expect(violations(restart(away(15)))).toBe(0);
  expect(violations(replace(away(30)))).toBe(0);
});

test('A restart or a replacement before that is caught, and one that the operator did not ask for', () => {
  expect(violations(restart(away(14)))).toBe(1);
  expect(violations(replace(away(29)))).toBe(1);
  expect(violations(restart(away(600)), TERMS as typeof terms)).toBe(1);
});

test('A replacement of a connected instance, or of one that came back in between, is caught', () => {
  expect(violations(replace(new HandMade().registered().after(60)))).toBe(1);
  const back = away(29).world(INSTANCE, 'agent connected').away(EC2, INSTANCE).after(29);
  expect(violations(replace(back))).toBe(1);
});

test('Where the connection of the agent is all that ECS calls impaired, steps have their time all the same', () => {
  const impaired = (type: string, story: HandMade) =>
    story.event('ECS Container Instance Health Change', {
      containerInstanceArn: INSTANCE,
      overallStatus: 'IMPAIRED',
      healthChecks: [{ type, status: 'IMPAIRED' }],
    });
  expect(violations(replace(impaired('CONTAINER_RUNTIME', new HandMade().registered())))).toBe(0);
  expect(violations(replace(impaired('AGENT_CONNECTIVITY', away(5)).after(24)))).toBe(1);
  expect(violations(replace(impaired('AGENT_CONNECTIVITY', away(5)).after(25)))).toBe(0);
});

test('An instance that AWS takes may be replaced where the operator says so', () => {
  const announced = () =>
    new HandMade().registered().event('EC2 Instance Rebalance Recommendation', { 'instance-id': EC2 });
  expect(violations(replace(announced()))).toBe(1);
  expect(violations(replace(announced()), { ...terms, ...{ replacesAnnounced: true } })).toBe(0);
});

test('One that never registered may be replaced after its own time, and not before', () => {
  const launched = (minutes: number) => new HandMade().world(EC2, 'lifecycle state InService').after(minutes);
  expect(violations(replace(launched(20)))).toBe(0);
  expect(violations(replace(launched(19)))).toBe(1);
  const ended = (story: HandMade) => story.world(EC2, 'lifecycle state Terminating');
  expect(violations(replace(ended(launched(20))))).toBe(0);
  expect(violations(replace(ended(launched(19))))).toBe(1);
  expect(violations(replace(ended(launched(20)).after(1)))).toBe(1);
});
