import { describe, expect, test } from 'vitest';
import { environmentName, parseConfig, parsePolicy } from '../../../shared/config/config.ts';
import { settings } from '../../../shared/config/settings.ts';
import { locations } from '../test-runtime.ts';
import { problemsOf } from './problems.ts';

describe("the functions' environment", () => {
  test('without settings gives every setting its default, frozen', () => {
    const config = parseConfig({ ...locations, PATH: '/usr/bin' });
    expect(Object.keys(config.policy).sort()).toEqual(Object.keys(settings).sort());
    expect(config.policy).toMatchObject({ clusters: ['*'], mode: 'act', disconnectedDeregisterMinutes: 'off' });
    for (const part of [config, config.policy, config.locations]) expect(Object.isFrozen(part)).toBe(true);
  });

  test('is refused with every problem at once, the missing locations included', () => {
    const environment = { EBBTIDE_TYPO: '1', EBBTIDE_HISTORY_DAYS: 'many', EBBTIDE_CLUSTERS: '!prod' };
    const problems = problemsOf(() => parseConfig(environment));
    expect(problems.map((problem) => problem.split(' ')[0]).sort()).toEqual(
      [...Object.keys(environment), ...Object.keys(locations)].sort(),
    );
  });

  test.each(['0', '2821', '-1', '1.5', ' ', 'sixty', '1e3', '00000000060'])('takes no deadline of "%s"', (value) => {
    const environment = { ...locations, EBBTIDE_DRAIN_DEADLINE_MINUTES: value };
    expect(problemsOf(() => parseConfig(environment))).toHaveLength(1);
  });

  test('takes numbers, choices, patterns and words with spaces around them', () => {
    const environment = {
      ...locations,
      EBBTIDE_CLUSTERS: ' prod-* , !prod-batch ',
      EBBTIDE_DISCONNECTED_DEREGISTER_MINUTES: '60',
      EBBTIDE_DISCONNECTED_DEREGISTER_RUNNING: 'yes',
    };
    expect(parseConfig(environment).policy).toMatchObject({
      clusters: ['prod-*', '!prod-batch'],
      disconnectedDeregisterMinutes: 60,
      disconnectedDeregisterRunning: true,
    });
  });

  test('names a setting as AWS names variables', () => {
    expect(environmentName('drainDeadlineMinutes')).toBe('EBBTIDE_DRAIN_DEADLINE_MINUTES');
  });
});

test('the settings by their own names are refused with every problem at once', () => {
  expect(problemsOf(() => parsePolicy({ mode: 'dance', typo: '1' }))).toEqual([
    'typo is not a setting',
    'mode is "dance"; allowed: one of act, observe',
  ]);
});
