import { expect, test } from 'vitest';
import { repairsAreLimited } from '../../../simulator/invariants/repairs-are-limited.ts';
import { EC2, HandMade, INSTANCE, TERMS } from './hand-made.ts';

const terms = { ...TERMS, repairsPerHourMax: 2 };
const id = (serial: number) => `i-0000000000000000${serial}`;
const fleet = () => {
  const story = new HandMade();
  for (const serial of [1, 2, 3])
    story.inService(id(serial), `${INSTANCE}${serial}`).away(id(serial), `${INSTANCE}${serial}`);
  return story;
};
const replace = (story: HandMade, serial: number) => story.call('SetInstanceHealth', { InstanceId: id(serial) });
const violations = (story: HandMade) => story.judge(repairsAreLimited(terms)).violations;

test('As many repairs within the hour as allowed are as they ought to be, and the same one tried again counts once', () => {
  expect(violations(replace(replace(replace(fleet(), 1), 2).after(10), 1))).toBe(0);
});

test('One more within the hour is caught, and one more after it is not', () => {
  expect(violations(replace(replace(replace(fleet(), 1), 2).after(59), 3))).toBe(1);
  expect(violations(replace(replace(replace(fleet(), 1), 2).after(60), 3))).toBe(0);
});

test('Removing what is left of terminated instances is no repair', () => {
  const story = fleet();
  for (const serial of [1, 2, 3]) {
    story.world(id(serial), 'ec2 instance terminated', { ec2InstanceId: id(serial) });
    story.ecs('DeregisterContainerInstance', { containerInstance: `${INSTANCE}${serial}` });
  }
  expect(violations(story)).toBe(0);
});

test('A call that AWS refused repaired nothing', () => {
  const refused = { code: 'Throttling', message: 'Rate exceeded' };
  const story = replace(replace(fleet(), 1), 2).call('SetInstanceHealth', { InstanceId: EC2 }, refused);
  expect(violations(story)).toBe(0);
});
