import { expect, test } from 'vitest';
import { whatStaysTakesTasks } from '../../../simulator/invariants/what-stays-takes-tasks.ts';
import { EC2, HandMade, INSTANCE, TERMS } from './hand-made.ts';

const DRAIN = { containerInstances: [INSTANCE], status: 'DRAINING' };
const judge = (story: HandMade) => story.judge(whatStaysTakesTasks(TERMS));

/** Drained for a new root volume, let go, and in service again. */
const back = () =>
  new HandMade()
    .inService(EC2, INSTANCE)
    .held()
    .ecs('UpdateContainerInstancesState', DRAIN)
    .world(INSTANCE, 'draining')
    .after(5)
    .world(EC2, 'lifecycle action ended', { hook: 'ebbtide-terminate', by: { kind: 'caller' } })
    .world(EC2, 'lifecycle state ReplacingRootVolume:Proceed', { group: 'shop' })
    .after(5)
    .world(EC2, 'lifecycle state InService', { group: 'shop' });

test('What is set ACTIVE again is as it ought to be', () => {
  expect(judge(back().after(1).world(INSTANCE, 'active again').after(60)).violations).toBe(0);
});

test('What stays DRAINING in service is caught, after the time of some sweeps', () => {
  expect(judge(back().after(6)).violation?.what).toContain(`${EC2} is in service and still DRAINING`);
  expect(judge(back().after(4)).violations).toBe(0);
});

test('Neither what is away, nor what a hook holds, nor what AWS takes has to be put back', () => {
  expect(judge(back().away(EC2, INSTANCE).after(60)).checks).toBe(0);
  expect(judge(back().held('ebbtide-other').after(60)).checks).toBe(0);
  const announced = back().event('EC2 Spot Instance Interruption Warning', { 'instance-id': EC2 });
  expect(judge(announced.after(60)).checks).toBe(0);
});

test('What an operator drains is theirs to put back', () => {
  const byHand = new HandMade().inService(EC2, INSTANCE).world(INSTANCE, 'draining').after(60);
  expect(judge(byHand).checks).toBe(0);
});
