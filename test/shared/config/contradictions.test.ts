import { describe, expect, test } from 'vitest';
import { clusterPolicy } from '../../../shared/config/cluster-policy.ts';
import { parseConfig, parsePolicy } from '../../../shared/config/config.ts';
import { locations } from '../test-runtime.ts';
import { problemsOf } from './problems.ts';

const LATE_RESTART = { disconnectedRestartMinutes: '30', disconnectedReplaceMinutes: '20' };

describe('settings that contradict each other', () => {
  test.each([
    [
      'a restart after the replacement',
      LATE_RESTART,
      ['disconnectedRestartMinutes is 30', 'disconnectedReplaceMinutes is 20'],
    ],
    [
      'a deregistration of running instances before their replacement',
      { disconnectedDeregisterRunning: 'yes', disconnectedDeregisterMinutes: '15', disconnectedReplaceMinutes: '20' },
      [
        'disconnectedDeregisterRunning is yes',
        'disconnectedDeregisterMinutes is 15',
        'disconnectedReplaceMinutes is 20',
      ],
    ],
    [
      'a deregistration of running instances before the restart of their agents',
      { disconnectedDeregisterRunning: 'yes', disconnectedDeregisterMinutes: '15', disconnectedRestartMinutes: '20' },
      [
        'disconnectedDeregisterRunning is yes',
        'disconnectedDeregisterMinutes is 15',
        'disconnectedRestartMinutes is 20',
      ],
    ],
    ['patterns that leave out all that they let in', { clusters: 'prod-*,!prod-*' }, ['clusters is "prod-*,!prod-*"']],
    ['patterns that leave out everything', { lifecycleHooks: 'ebbtide-*,!*' }, ['lifecycleHooks is "ebbtide-*,!*"']],
  ])('are refused by name and value: %s', (_, values, words) => {
    const problems = problemsOf(() => parsePolicy(values));
    expect(problems).toHaveLength(1);
    for (const word of words) expect(problems[0]).toContain(word);
  });

  test.each([
    ['steps at the same time', { disconnectedRestartMinutes: '20', disconnectedReplaceMinutes: '20' }],
    ['a repair before the alert: what is healed wakes nobody', { disconnectedRestartMinutes: '5' }],
    [
      'a deregistration of what does not run, before a replacement of what does',
      { disconnectedDeregisterMinutes: '15', disconnectedReplaceMinutes: '20' },
    ],
    ['patterns that leave something', { clusters: 'prod-*,!prod-a*' }],
    ['a name that a pattern to leave out does not cover', { clusters: 'prod-*,dev,!prod-*' }],
  ])('are not seen in %s', (_, values) => {
    expect(problemsOf(() => parsePolicy(values))).toEqual([]);
  });

  test("are named in the functions' environment as it names them", () => {
    const environment = {
      ...locations,
      EBBTIDE_DISCONNECTED_RESTART_MINUTES: '30',
      EBBTIDE_DISCONNECTED_REPLACE_MINUTES: '20',
    };
    expect(problemsOf(() => parseConfig(environment))).toEqual([
      expect.stringContaining(
        'EBBTIDE_DISCONNECTED_RESTART_MINUTES is 30 and EBBTIDE_DISCONNECTED_REPLACE_MINUTES is 20: ',
      ),
    ]);
  });

  test('in the tags of a cluster are told, and leave the values of the stack in force', () => {
    const base = parsePolicy({ disconnectedReplaceMinutes: '20' });
    const tags = { 'ebbtide:disconnected-restart-minutes': '30', 'ebbtide:lost-contact-minutes': '5' };
    expect(clusterPolicy(base, tags)).toEqual({
      policy: { ...base, lostContactMinutes: 5 },
      problems: [
        expect.stringContaining(
          'tag ebbtide:disconnected-restart-minutes is "30" and disconnectedReplaceMinutes is 20: ',
        ),
      ],
    });
  });

  test('in the tags alone are told with all of these', () => {
    const base = parsePolicy({});
    const tags = { 'ebbtide:disconnected-restart-minutes': '30', 'ebbtide:disconnected-replace-minutes': '20' };
    const { policy, problems } = clusterPolicy(base, tags);
    expect(policy).toEqual(base);
    expect(problems).toEqual([
      expect.stringContaining(
        'tag ebbtide:disconnected-restart-minutes is "30" and tag ebbtide:disconnected-replace-minutes is "20": ',
      ),
    ]);
  });
});
