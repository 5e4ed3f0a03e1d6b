import { expect, test } from 'vitest';
import { stoppedInstancesWakeNobody } from '../../../simulator/invariants/stopped-instances-wake-nobody.ts';
import { EC2, HandMade, TERMS } from './hand-made.ts';

test.each(['stopping', 'stopped', 'shutting-down', 'terminated'])(
  'An alert about an instance that is %s is caught',
  (state) => {
    const story = new HandMade().registered().world(EC2, `ec2 instance ${state}`).after(30).alert('a#opened', 'opened');
    expect(story.judge(stoppedInstancesWakeNobody(TERMS)).violation?.what).toContain(state);
  },
);

test('An alert about an instance that runs is as it ought to be', () => {
  const story = new HandMade().registered().alert('a#opened', 'opened');
  expect(story.judge(stoppedInstancesWakeNobody(TERMS))).toMatchObject({ checks: 1, violations: 0 });
});
