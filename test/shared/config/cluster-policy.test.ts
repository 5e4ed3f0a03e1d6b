import { describe, expect, test } from 'vitest';
import { clusterPolicy, tagName } from '../../../shared/config/cluster-policy.ts';
import { type SettingName, settings } from '../../../shared/config/settings.ts';
import { policy } from '../fleet.ts';

describe("a cluster's tags", () => {
  test('set the policy of that cluster, and leave the rest as it is for the stack', () => {
    const tags = { 'ebbtide:mode': 'observe', 'ebbtide:drain-deadline-minutes': ' 5 ', Team: 'shop' };
    expect(clusterPolicy(policy, tags)).toEqual({
      policy: { ...policy, mode: 'observe', drainDeadlineMinutes: 5 },
      problems: [],
    });
  });

  test('that are wrong leave the policy of the stack in force, each with its own problem', () => {
    const tags = { 'ebbtide:mode': 'dance', 'ebbtide:drain-deadline-minutes': '0', 'ebbtide:typo': '1' };
    const { policy: inForce, problems } = clusterPolicy(policy, tags);
    expect(inForce).toEqual(policy);
    expect(problems).toEqual([
      'tag ebbtide:mode is "dance"; allowed: one of act, observe',
      'tag ebbtide:drain-deadline-minutes is "0"; allowed: a whole number from 1 to 2820',
      'tag ebbtide:typo is not a setting',
    ]);
  });

  test('cannot set what holds for the whole stack', () => {
    for (const [name, setting] of Object.entries(settings)) {
      if (setting.perCluster) continue;
      const { policy: inForce, problems } = clusterPolicy(policy, { [tagName(name as SettingName)]: setting.default });
      expect(inForce).toEqual(policy);
      expect(problems).toEqual([expect.stringContaining('only for the stack')]);
    }
  });

  test('can say what any setting of a cluster can be, in the characters that ECS lets a tag have', () => {
    const allowed = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;
    for (const [name, setting] of Object.entries(settings)) {
      if (!setting.perCluster) continue;
      const tag = tagName(name as SettingName);
      const isList = setting.schema.safeParse('service:a*,!service:ab').success;
      const values = isList ? ['service:web-@ family:db -service:web-x'] : [setting.default];
      for (const value of values) {
        expect(tag).toMatch(/^[\w:-]{1,128}$/);
        expect(value).toMatch(allowed);
        expect(clusterPolicy(policy, { [tag]: value }).problems).toEqual([]);
      }
    }
    const tags = { 'ebbtide:non-blocking-groups': ' service:web-@  -service:web-x ' };
    expect(clusterPolicy(policy, tags).policy.nonBlockingGroups).toEqual(['service:web-*', '!service:web-x']);
  });

  test('that should be patterns are explained in the form that a tag takes', () => {
    const { problems } = clusterPolicy(policy, { 'ebbtide:non-blocking-groups': 'a#b' });
    expect(problems).toEqual([expect.stringContaining('separated by spaces')]);
    expect(problems.join()).not.toMatch(/\*|!/);
  });
});
