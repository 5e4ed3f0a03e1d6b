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
});
